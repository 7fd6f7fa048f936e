use std::collections::BTreeMap;

use cmlint_lint::{Finding, Severity};
use cmlint_model::text;
use cmlint_model::words::{object, term};
use cmlint_source::Span;

use super::notice::{Notice, NoticeKind};
use crate::{LintResult, Reported, Run, State};

/// A finding that was there when a baseline was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// The lint's id.
    pub lint: String,
    /// Identity of the object.
    pub key: String,
    /// Other identities of the object.
    pub aliases: Vec<String>,
    /// Tells findings of one lint about one object apart.
    pub discriminator: String,
    /// How bad the lint said it was.
    pub severity: Severity,
    /// What the finding rested on.
    pub evidence: Vec<String>,
    /// Where the baseline names it; `None` for one that is about to be written.
    pub span: Option<Span>,
}

impl Known {
    fn of(lint: &LintResult, finding: &Finding) -> Known {
        let words = |keys: &[cmlint_model::Key]| {
            let mut words: Vec<String> = keys.iter().map(ToString::to_string).collect();
            words.sort();
            words
        };
        Known {
            lint: lint.def.id.to_owned(),
            key: finding.object.key.to_string(),
            aliases: words(&finding.object.aliases),
            discriminator: finding.discriminator.clone(),
            severity: finding.severity,
            evidence: words(&finding.evidence),
            span: None,
        }
    }

    /// What baselines are sorted by.
    pub fn order(&self) -> (&str, &str, &str) {
        (&self.lint, &self.key, &self.discriminator)
    }

    fn shares_an_identity(&self, finding: &Finding) -> bool {
        let mine = || std::iter::once(&self.key).chain(&self.aliases);
        let mut theirs = std::iter::once(&finding.object.key).chain(&finding.object.aliases);
        theirs.any(|key| mine().any(|known| known == key.as_str()))
    }
}

/// The findings of a run that a baseline would hold: all that nobody has suppressed, as the lints rate them,
/// in order. Of a run without a baseline and without severities of the user's.
pub fn known(run: &Run) -> Vec<Known> {
    let of = |lint: &LintResult| -> Vec<Known> {
        let open = lint.findings.iter().filter(|f| f.state != State::Suppressed);
        open.map(|f| Known::of(lint, &f.finding)).collect()
    };
    let mut all: Vec<Known> = run.lints.iter().flat_map(of).collect();
    all.sort_by(|a, b| a.order().cmp(&b.order()));
    // Two findings may differ in nothing that is an identity: one line is enough, with all their evidence.
    all.dedup_by(|later, first| {
        let same = later.order() == first.order();
        if same {
            first.severity = first.severity.max(later.severity);
            first.evidence.append(&mut later.evidence);
            first.evidence.sort();
            first.evidence.dedup();
        }
        same
    });
    all
}

/// Marks what the baseline knows, and says what of it is there no more.
pub(super) fn apply(run: &mut Run, baseline: &[Known]) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut by_lint: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
    for entry in baseline {
        by_lint.entry(&entry.lint).or_default().push(entry);
    }
    for lint in &mut run.lints {
        let Some(entries) = by_lint.get(lint.def.id) else { continue };
        let whole = lint.is_whole();
        let used = mark(&mut lint.findings, entries, &mut notices);
        // With holes, what is not seen may be there all the same.
        for (entry, _) in entries.iter().zip(used).filter(|(_, used)| whole && !used) {
            if let Some(span) = entry.span {
                let message = text!("`{}` finds this no more", term(&entry.lint));
                let help = text!("`cmlint baseline update` takes it out");
                notices.push(Notice { kind: NoticeKind::Stale, span, message, help });
            }
        }
    }
    notices
}

/// Pairs findings and entries, and says which entries were used.
fn mark(findings: &mut [Reported], entries: &[&Known], notices: &mut Vec<Notice>) -> Vec<bool> {
    let mut used = vec![false; entries.len()];
    let mut paired: Vec<Option<usize>> = vec![None; findings.len()];
    for (pair, reported) in paired.iter_mut().zip(findings.iter()) {
        let finding = &reported.finding;
        let exact =
            |e: &&Known| e.key == finding.object.key.as_str() && e.discriminator == finding.discriminator;
        if let Some(at) = entries.iter().position(exact) {
            *pair = Some(at);
            used[at] = true;
        }
    }
    // An object that got another name is known by its other identities. An alias may be shared: where more
    // than one of each side fits, nobody can say which is which, and what is new must not hide.
    let free = |at: usize, finding: &Finding, used: &[bool]| {
        let entry = entries[at];
        !used[at] && entry.discriminator == finding.discriminator && entry.shares_an_identity(finding)
    };
    let before = used.clone();
    for at in (0..entries.len()).filter(|at| !before[*at]) {
        let fits = |(index, reported): &(usize, &Reported)| {
            paired[*index].is_none() && free(at, &reported.finding, &before)
        };
        let mut fitting = findings.iter().enumerate().filter(fits);
        let (Some((index, reported)), None) = (fitting.next(), fitting.next()) else { continue };
        let others = (0..entries.len()).filter(|other| free(*other, &reported.finding, &before)).count();
        if others == 1 {
            paired[index] = Some(at);
            used[at] = true;
        }
    }
    for (reported, pair) in findings.iter_mut().zip(paired) {
        if let Some(at) = pair {
            compare(reported, entries[at], notices);
        }
    }
    used
}

/// A finding that rests on no more than before is known; otherwise it is open again.
fn compare(reported: &mut Reported, entry: &Known, notices: &mut Vec<Notice>) {
    if reported.state == State::Suppressed {
        return;
    }
    let finding = &reported.finding;
    let new = finding.evidence.iter().find(|key| !entry.evidence.iter().any(|k| k == key.as_str()));
    let why = match new {
        Some(key) => text!("the baseline knows it without `{}`", object(key)),
        None if finding.severity > entry.severity => {
            text!("the baseline knows it as {}", entry.severity.word())
        }
        None => {
            reported.state = State::Baselined;
            return;
        }
    };
    if let Some(span) = entry.span {
        let message = text!("the finding is open again: {}", why);
        let help = text!("put right what is new, or accept it with `cmlint baseline update`");
        notices.push(Notice { kind: NoticeKind::Grown, span, message, help });
    }
    reported.reopened = Some(why);
}
