//! For people at a terminal.
//!
//! First what is wrong, worst first; then what could not be read; then, always, what could not be judged
//! and what to collect for it. Passes are only counted. The last line has one form, whatever happened.

mod canvas;
pub(crate) mod collect;
pub(crate) mod finding;
pub(crate) mod holes;
mod notices;
mod problems;

use std::cmp::Reverse;

use cmlint_engine::{Reported, Run, State, Summary, Verdict};
use cmlint_lint::Severity;
use cmlint_source::{Problem, Sources};

use crate::outward::{self, Item, Shown};
use crate::paint::{self, Paint};
use crate::{Input, Style, about, escape};

/// The whole report.
pub fn report(input: &Input<'_>, style: &Style) -> String {
    report_shown(input, style, &Shown::default())
}

/// As [`report`], with some of the findings or in another order.
pub fn report_shown(input: &Input<'_>, style: &Style, shown: &Shown) -> String {
    let mut out = String::new();
    for words in about::laid(&input.snapshot.about) {
        out.push_str(&paint::hang("", &escape::line(&words, style.unicode), style.columns(), true));
        out.push('\n');
    }
    if !out.is_empty() {
        out.push('\n');
    }
    findings(&mut out, input, style, shown);
    out.push_str(&notices::draw(input, style));
    out.push_str(&problems::draw(input, style));
    crashed(&mut out, input.run, style);
    out.push_str(&holes::draw(input, style));
    if style.verbose {
        quiet(&mut out, input.run, style);
    }
    counts(&mut out, input, style);
    out
}

/// One problem of a file, as the report draws it: for a file that keeps the whole input from being read.
pub fn problem(sources: &Sources, problem: &Problem, style: &Style) -> String {
    problems::frame(sources, style, problem)
}

/// As [`problem`], of a file of the user's own that cannot be used.
pub fn mistake(sources: &Sources, problem: &Problem, style: &Style) -> String {
    problems::mistake(sources, style, problem)
}

/// The last line: `N fail, N pass, N not applicable, N not evaluated, N crashed of N lints`.
pub fn last_line(summary: &Summary) -> String {
    let Summary { fail, pass, not_applicable, not_evaluated, crashed, .. } = *summary;
    let all = fail + pass + not_applicable + not_evaluated + crashed;
    format!(
        "{fail} fail, {pass} pass, {not_applicable} not applicable, {not_evaluated} not evaluated, \
         {crashed} crashed of {all} lints"
    )
}

/// The line before the last one, where lints were left out because nothing they are about was given.
pub fn left_out(summary: &Summary) -> Option<String> {
    match summary.not_selected {
        0 => None,
        1 => Some("1 lint needs more than was given".to_owned()),
        n => Some(format!("{n} lints need more than was given")),
    }
}

fn findings(out: &mut String, input: &Input<'_>, style: &Style, shown: &Shown) {
    let mut items = ordered(input.run);
    items.retain(|item| item.reported.state == State::Open || style.verbose);
    let left_out = items.len().saturating_sub(shown.most.unwrap_or(usize::MAX));
    items.truncate(items.len() - left_out);
    let draw = |out: &mut String, items: &[Item<'_>]| {
        for item in items {
            out.push_str(&finding::draw(input, style, item.lint, item.reported));
            out.push('\n');
        }
    };
    match shown.group_by {
        None => draw(out, &items),
        Some(by) => {
            for group in outward::grouped(items, by, input.snapshot) {
                let count = paint::count(group.items.len(), "finding");
                let heading = escape::line(&group.heading, style.unicode);
                out.push_str(&format!("{}: {count}\n\n", Paint::of(style).bold(heading)));
                draw(out, &group.items);
            }
        }
    }
    if left_out > 0 {
        let words = format!(
            "{} left out, none of them worse (--max-findings)",
            paint::count(left_out, "more finding")
        );
        out.push_str(&paint::hang("", &words, style.columns(), true));
        out.push_str("\n\n");
    }
}

/// All findings, worst first; those of one lint stay in the order of their places.
fn ordered(run: &Run) -> Vec<Item<'_>> {
    let all =
        run.lints.iter().flat_map(|lint| lint.findings.iter().map(move |reported| Item { lint, reported }));
    let mut all: Vec<Item<'_>> = all.collect();
    all.sort_by_key(|item| (Reverse(item.finding().severity), item.lint.def.id));
    all
}

fn crashed(out: &mut String, run: &Run, style: &Style) {
    let crashed: Vec<(&str, &str)> = run
        .lints
        .iter()
        .filter_map(|l| match &l.verdict {
            Verdict::Crashed(message) => Some((l.def.id, message.as_str())),
            _ => None,
        })
        .collect();
    if crashed.is_empty() {
        return;
    }
    let head = Paint::of(style).bad("Crashed");
    out.push_str(&format!("{head}: {}\n\n", paint::count(crashed.len(), "lint")));
    rows(out, style, &crashed);
    let words = "This is a defect of the linter and not of the snapshot; please report it with these lines.";
    out.push_str(&paint::hang("  ", words, style.columns(), true));
    out.push_str("\n\n");
}

/// Lints without anything to complain of.
fn quiet(out: &mut String, run: &Run, style: &Style) {
    let paint = Paint::of(style);
    let passed: Vec<(&str, String)> = run
        .lints
        .iter()
        .filter(|l| l.verdict == Verdict::Pass)
        .map(|l| (l.def.id, format!("{} {} checked", l.checked, l.def.meta.noun)))
        .collect();
    let passed: Vec<(&str, &str)> = passed.iter().map(|(id, words)| (*id, words.as_str())).collect();
    if !passed.is_empty() {
        out.push_str(&format!("{}\n\n", paint.good("Passed")));
        rows(out, style, &passed);
        out.push('\n');
    }
    let idle: Vec<(&str, String)> = run
        .lints
        .iter()
        .filter_map(|l| match &l.verdict {
            Verdict::NotApplicable(why) => Some((l.def.id, why.to_string())),
            _ => None,
        })
        .collect();
    let idle: Vec<(&str, &str)> = idle.iter().map(|(id, why)| (*id, why.as_str())).collect();
    if !idle.is_empty() {
        out.push_str(&format!("{}\n\n", paint.bold("Not applicable")));
        rows(out, style, &idle);
        out.push('\n');
    }
}

fn rows(out: &mut String, style: &Style, rows: &[(&str, &str)]) {
    let column = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0).min(style.columns() / 2);
    for (id, words) in rows {
        let head = format!("  {}  ", paint::pad(id, column));
        let words = escape::line(words, style.unicode);
        out.push_str(&paint::hang(&head, &words, style.columns(), false));
        out.push('\n');
    }
}

fn counts(out: &mut String, input: &Input<'_>, style: &Style) {
    let (run, about) = (input.run, &input.snapshot.about);
    let paint = Paint::of(style);
    let all = || run.lints.iter().flat_map(|l| &l.findings);
    let number = |state: State| all().filter(|f| f.state == state).count();
    let open = number(State::Open);
    if open > 0 {
        let kinds: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter_map(|severity| {
                let same = |f: &&Reported| f.state == State::Open && f.finding.severity == severity;
                let count = all().filter(same).count();
                (count > 0).then(|| paint.severity(severity, format!("{count} {severity}")))
            })
            .collect();
        out.push_str(&format!("{}: {}\n", paint::count(open, "finding"), kinds.join(", ")));
    }
    for (state, words) in [(State::Suppressed, "suppressed"), (State::Baselined, "known from the baseline")] {
        let count = number(state);
        if count > 0 {
            out.push_str(&format!("{} {words}\n", paint::count(count, "finding")));
        }
    }
    let hidden: usize = run.lints.iter().map(|l| l.hidden).sum();
    if hidden > 0 {
        let count = paint::count(hidden, "finding");
        let words = format!("{count} hidden, less sure than --min-confidence asks for");
        out.push_str(&paint::hang("", &words, style.columns(), true));
        out.push('\n');
    }
    if let Some(words) = about::narrowed(about) {
        out.push_str(&paint::hang("", &escape::line(&words, style.unicode), style.columns(), true));
        out.push('\n');
    }
    let summary = run.summary();
    if let Some(words) = left_out(&summary) {
        out.push_str(&format!("{words}\n"));
    }
    out.push_str(&format!("{}\n", last_line(&summary)));
}
