//! A difference for people at a terminal.

use std::collections::BTreeMap;

use cmlint_diff::{Area, Cause, Change, Effect, OtherOutcome, Record, Sign};
use cmlint_engine::{LintResult, Reported};
use cmlint_model::words::Name;
use cmlint_source::Span;

use super::{Compared, End, NO_ROWS, states};
use crate::human::finding;
use crate::paint::{self, Paint};
use crate::{Style, escape, excerpt};

/// Changes of one area, effects, and places that are shown unless all are asked for.
const SHOWN: usize = 60;

/// The whole report.
pub fn report(compared: &Compared<'_>, style: &Style) -> String {
    let page = Page { compared, style, paint: Paint::of(style) };
    let mut out = String::new();
    page.ends(&mut out);
    page.changes(&mut out);
    page.effects(&mut out);
    page.incomparable(&mut out);
    page.findings(&mut out);
    page.outcomes(&mut out);
    out.push_str(&paint::hang("", &compared.last_line(), style.columns(), false));
    out.push('\n');
    out
}

struct Page<'a> {
    compared: &'a Compared<'a>,
    style: &'a Style,
    paint: Paint,
}

impl Page<'_> {
    fn line(&self, text: &str) -> String {
        escape::line(text, self.style.unicode)
    }

    fn most(&self) -> usize {
        if self.style.verbose { usize::MAX } else { SHOWN }
    }

    fn put(&self, out: &mut String, head: &str, words: &str) {
        out.push_str(&paint::hang(head, words, self.style.columns(), true));
        out.push('\n');
    }

    fn heading(&self, out: &mut String, title: &str) {
        out.push_str(&format!("{}\n", self.paint.bold(title)));
    }

    fn more(&self, out: &mut String, count: usize, one: &str) {
        if count > 0 {
            let words = format!("{}; --verbose shows all", paint::count(count, one));
            self.put(out, "  ", &words);
        }
    }

    fn ends(&self, out: &mut String) {
        for (word, end) in [("old", self.compared.old), ("new", self.compared.new)] {
            let mut words = self.line(end.path);
            match end.snapshot().map(|s| &s.about) {
                None => words.push_str(" (a report)"),
                Some(about) => match &about.collected_at {
                    Some(at) => words.push_str(&format!(" (collected {})", self.line(at))),
                    None if !about.has_manifest => words.push_str(" (loose files)"),
                    None => {}
                },
            }
            self.put(out, &format!("{word}: "), &words);
        }
        if let Some((old, new)) = &self.compared.findings.versions {
            let words = format!(
                "judged by {} and by {}: what differs may come from the tool",
                self.line(old),
                self.line(new)
            );
            self.put(out, "tool: ", &words);
        }
        out.push('\n');
    }

    fn place(&self, end: End<'_>, span: Span) -> String {
        let Some(sources) = end.sources() else { return String::new() };
        let place = excerpt::place(sources, span);
        format!("{}:{}:{}", self.line(place.path), place.start.line, place.start.column)
    }

    fn changes(&self, out: &mut String) {
        let Some(underneath) = self.compared.underneath else {
            self.put(out, "", &format!("{NO_ROWS}."));
            out.push('\n');
            return;
        };
        if underneath.changes.is_empty() {
            self.put(out, "", "Nothing changed underneath, as far as it could be compared.");
            out.push('\n');
            return;
        }
        let mut areas: BTreeMap<usize, (Area, Vec<&Change>)> = BTreeMap::new();
        for change in &underneath.changes {
            let order = Area::ALL.iter().position(|a| *a == change.area).unwrap_or(0);
            areas.entry(order).or_insert((change.area, Vec::new())).1.push(change);
        }
        for (area, changes) in areas.into_values() {
            self.heading(out, area.title());
            for change in changes.iter().take(self.most()) {
                self.change(out, change);
            }
            self.more(out, changes.len().saturating_sub(self.most()), "more change");
            out.push('\n');
        }
    }

    fn change(&self, out: &mut String, change: &Change) {
        let mut words = escape::words(&change.text, self.style.unicode);
        if let Some((end, span)) = self.compared.place_of(change) {
            let which = if change.sign == Sign::Removed { "old " } else { "" };
            words.push_str(&format!(" ({which}{})", self.place(end, span)));
        }
        let mark = change.sign.mark();
        let text = paint::hang(&format!("  {mark} "), &words, self.style.columns(), true);
        out.push_str(&match change.sign {
            Sign::Added => self.paint.good(text),
            Sign::Removed => self.paint.bad(text),
            Sign::Changed => self.paint.careful(text),
        });
        out.push('\n');
    }

    fn effects(&self, out: &mut String) {
        let Some(underneath) = self.compared.underneath else { return };
        for (gained, title) in [(true, "Rights gained"), (false, "Rights lost")] {
            let all: Vec<&Effect> = underneath.effects.iter().filter(|e| e.gained == gained).collect();
            if all.is_empty() {
                continue;
            }
            self.heading(out, title);
            // The same people by the same way: said once, with all that they gained.
            let mut groups: Vec<Vec<&Effect>> = Vec::new();
            for effect in all {
                let same = |group: &&mut Vec<&Effect>| {
                    (&group[0].who, &group[0].through) == (&effect.who, &effect.through)
                };
                match groups.iter_mut().find(same) {
                    Some(group) => group.push(effect),
                    None => groups.push(vec![effect]),
                }
            }
            let mut left = self.most();
            let mut hidden = 0;
            for group in &groups {
                let shown = group.len().min(left);
                hidden += group.len() - shown;
                left -= shown;
                if shown > 0 {
                    self.people(out, group[0], gained);
                }
                self.rights(out, &group[..shown]);
            }
            self.more(out, hidden, "more right");
            out.push('\n');
        }
        if underneath.uncounted > 0 {
            let words = format!(
                "{} more are concerned by these changes, and their rights were not compared",
                paint::count(underneath.uncounted, "principal")
            );
            self.put(out, "", &words);
            out.push('\n');
        }
    }

    fn people(&self, out: &mut String, effect: &Effect, gained: bool) {
        let verb = match (gained, effect.who.len()) {
            (true, 1) => "gains",
            (true, _) => "gain",
            (false, 1) => "loses",
            (false, _) => "lose",
        };
        let mut words = format!("{} {verb}", self.names(&effect.who));
        if !effect.through.is_empty() {
            words.push_str(&format!(", and through it {}", self.names(&effect.through)));
        }
        words.push(':');
        self.put(out, if gained { "  + " } else { "  - " }, &words);
    }

    fn names(&self, names: &[Name]) -> String {
        let shown = if self.style.verbose { usize::MAX } else { 8 };
        let mut words: Vec<String> =
            names.iter().take(shown).map(|name| format!("`{}`", self.line(&name.text))).collect();
        if names.len() > shown {
            words.push(format!("{} more", names.len() - shown));
        }
        words.join(", ")
    }

    /// What somebody gained, way by way: a way that leads to several rights is told once.
    fn rights(&self, out: &mut String, effects: &[&Effect]) {
        let way = |effect: &Effect| {
            let steps = &effect.proof.steps;
            steps[..steps.len().saturating_sub(1)].iter().map(|s| s.text.to_string()).collect::<Vec<_>>()
        };
        let mut ways: Vec<(Vec<String>, Vec<&Effect>)> = Vec::new();
        for effect in effects {
            let way = way(effect);
            match ways.iter_mut().find(|(known, _)| *known == way) {
                Some((_, same)) => same.push(effect),
                None => ways.push((way, vec![effect])),
            }
        }
        for (way, effects) in ways {
            let end = self.compared.end_of(effects[0]);
            let (shared, alone) = match effects.as_slice() {
                [only] => (&only.proof.steps[..], true),
                several => (&several[0].proof.steps[..way.len()], false),
            };
            for effect in &effects {
                let mut words = escape::words(&effect.right, self.style.unicode);
                let last = effect.proof.steps.last().filter(|_| !alone);
                if let Some(span) = last.and_then(|step| step.span) {
                    words.push_str(&format!(" ({})", self.place(end, span)));
                }
                self.put(out, "      ", &words);
                for detail in &effect.details {
                    self.put(out, "        * ", &escape::words(detail, self.style.unicode));
                }
            }
            for (index, step) in shared.iter().enumerate() {
                let at = step.span.map_or_else(|| "by rule".to_owned(), |span| self.place(end, span));
                let words = format!("{} ({at})", escape::words(&step.text, self.style.unicode));
                let head = format!("        {}. ", index + 1);
                let text = paint::hang(&head, &words, self.style.columns(), true);
                out.push_str(&self.paint.dim(text));
                out.push('\n');
            }
        }
    }

    fn incomparable(&self, out: &mut String) {
        let Some(underneath) = self.compared.underneath else { return };
        if underneath.incomparable.is_empty() {
            return;
        }
        self.heading(out, "Not comparable");
        for entry in underneath.incomparable.iter().take(self.most()) {
            let mut words =
                format!("{} of {}: {}", entry.dataset.name(), entry.scope, states(entry.old, entry.new));
            if !entry.why.is_empty() {
                words.push_str(&format!(" ({})", entry.why));
            }
            self.put(out, "  ? ", &self.line(&words));
        }
        self.more(out, underneath.incomparable.len().saturating_sub(self.most()), "more hole");
        out.push('\n');
    }

    fn findings(&self, out: &mut String) {
        let findings = self.compared.findings;
        if !findings.new.is_empty() {
            self.heading(out, &format!("New findings: {}", findings.new.len()));
            out.push('\n');
            let mut shown: Vec<*const Reported> = Vec::new();
            for (record, cause) in &findings.new {
                match self.reported(record, &shown) {
                    Some((input, lint, reported)) => {
                        shown.push(reported);
                        out.push_str(&finding::draw(&input, self.style, lint, reported));
                    }
                    None => self.record(out, "  + ", record),
                }
                match cause {
                    Cause::Environment => {}
                    Cause::Collection => {
                        self.put(
                            out,
                            "  ",
                            "It may have been there before: the lint could not see everything.",
                        );
                    }
                    Cause::Tool => self.put(out, "  ", "The old report was made without this lint."),
                }
                out.push('\n');
            }
        }
        if !findings.changed.is_empty() {
            self.heading(out, &format!("Changed findings: {}", findings.changed.len()));
            for changed in &findings.changed {
                self.record(out, "  ~ ", &changed.new);
                self.put(out, "    ", &format!("other {}", changed.what.join(", ")));
                if changed.old.severity != changed.new.severity {
                    let words = format!("{} before, {} now", changed.old.severity, changed.new.severity);
                    self.put(out, "    ", &words);
                }
                if changed.what.contains(&"message") {
                    let words = escape::words(&changed.old.message, self.style.unicode);
                    self.put(out, "    before: ", &words);
                }
            }
            out.push('\n');
        }
        let (gone, unseen): (Vec<_>, Vec<_>) =
            findings.fixed.iter().partition(|(_, cause)| *cause == Cause::Environment);
        for (title, list) in [("Fixed findings", gone), ("No longer visible, perhaps not fixed", unseen)] {
            if list.is_empty() {
                continue;
            }
            self.heading(out, &format!("{title}: {}", list.len()));
            for (record, _) in list {
                self.record(out, "  - ", record);
            }
            out.push('\n');
        }
    }

    /// The finding itself, for its excerpt and proof; of several with one identity one after the other.
    fn reported(
        &self,
        record: &Record,
        shown: &[*const Reported],
    ) -> Option<(crate::Input<'_>, &LintResult, &Reported)> {
        let input = self.compared.new.judged?;
        let lint = input.run.lints.iter().find(|lint| lint.def.id == record.lint)?;
        let same = |r: &&Reported| {
            r.fingerprint == record.fingerprint
                && r.finding.message.to_string() == record.message.to_string()
                && !shown.contains(&std::ptr::from_ref(*r))
        };
        Some((input, lint, lint.findings.iter().find(same)?))
    }

    fn record(&self, out: &mut String, head: &str, record: &Record) {
        let severity = self.paint.severity(record.severity, record.severity);
        let message = escape::words(&record.message, self.style.unicode);
        let mut words = format!("{severity}[{}] {message}", record.lint);
        if let Some((path, line, column)) = &record.place {
            words.push_str(&format!(" ({}:{line}:{column})", self.line(path)));
        }
        self.put(out, head, &words);
    }

    fn outcomes(&self, out: &mut String) {
        let all = &self.compared.findings.outcomes;
        if all.is_empty() {
            return;
        }
        self.heading(out, "Lints that ended otherwise");
        for outcome in all {
            let words = format!("{}: {}", outcome.lint, ended(outcome));
            self.put(out, "  ", &words);
        }
        out.push('\n');
    }
}

/// `pass before, not evaluated now`.
pub(super) fn ended(outcome: &OtherOutcome) -> String {
    let word = |state: &Option<cmlint_diff::LintState>| match state {
        None => "did not run".to_owned(),
        Some(state) if state.doubtful && state.outcome == "fail" => "fail with holes".to_owned(),
        Some(state) => state.outcome.replace('_', " "),
    };
    format!("{} before, {} now", word(&outcome.old), word(&outcome.new))
}
