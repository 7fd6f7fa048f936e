//! Annotations of GitHub Actions: one workflow command a line, worst finding first.
//!
//! GitHub shows ten annotations of a kind for a step and drops the others without a word, so that the list is
//! cut here and says how much it left out. The last line is the same as for people.

use cmlint_engine::{Notice, State, Verdict};
use cmlint_lint::Severity;
use cmlint_source::Span;

use crate::outward::{self, Item, Outside};
use crate::{Input, escape, human, paint};

/// Annotations that GitHub shows of one step.
pub const SHOWN: usize = 10;

/// The report, with at most so many findings.
pub fn report(input: &Input<'_>, outside: &Outside<'_>, most: usize) -> String {
    let mut out = String::new();
    let open = outward::open(input.run);
    for item in open.iter().take(most) {
        annotate(&mut out, input, outside, item);
    }
    let title = [("title", input.tool.name.to_owned())];
    if open.len() > most {
        let more = paint::count(open.len() - most, "more finding");
        let words = format!("{more} left out here, none of them worse");
        command(&mut out, "notice", &title, &words);
    }
    for notice in input.run.notices.iter().take(most) {
        remark(&mut out, input, outside, notice);
    }
    if input.run.notices.len() > most {
        let more = paint::count(input.run.notices.len() - most, "more remark");
        let words = format!("{more} about suppressions and baseline left out here");
        command(&mut out, "notice", &title, &words);
    }
    let summary = input.run.summary();
    for lint in &input.run.lints {
        if let Verdict::Crashed(message) = &lint.verdict {
            let words = format!("{} crashed: {}", lint.def.id, escape::line(message, true));
            command(&mut out, "error", &title, &words);
        }
    }
    if summary.not_evaluated > 0 {
        let ids = input.run.lints.iter().filter(|l| l.verdict == Verdict::NotEvaluated).map(|l| l.def.id);
        let ids = ids.collect::<Vec<_>>().join(", ");
        let words = format!("{} not evaluated: {ids}", paint::count(summary.not_evaluated, "lint"));
        command(&mut out, "notice", &title, &words);
    }
    // What is no command is text of the log. It begins with our own words.
    for (state, words) in [(State::Suppressed, "suppressed"), (State::Baselined, "known from the baseline")] {
        match outward::dealt_with(input.run, state) {
            0 => {}
            count => out.push_str(&format!("{} {words}\n", paint::count(count, "finding"))),
        }
    }
    if let Some(words) = human::left_out(&summary) {
        out.push_str(&format!("{words}\n"));
    }
    out.push_str(&format!("{}\n", human::last_line(&summary)));
    out
}

/// What is to be said about the user's own files.
fn remark(out: &mut String, input: &Input<'_>, outside: &Outside<'_>, notice: &Notice) {
    let kind = notice.severity().map_or("notice", kind);
    let mut properties = place(input, outside, notice.span);
    properties.push(("title", format!("{}: {}", outward::weight(notice), notice.kind.id())));
    let mut words = escape::words(&notice.message, true);
    if !notice.help.is_empty() {
        words.push_str("\nhelp: ");
        words.push_str(&escape::words(&notice.help, true));
    }
    command(out, kind, &properties, &words);
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

fn place(input: &Input<'_>, outside: &Outside<'_>, span: Span) -> Vec<(&'static str, String)> {
    let region = outward::whole(input.sources, span);
    let path = outward::path_of(input.sources, outside.root, span);
    let mut properties = vec![
        ("file", escape::line(&path, true)),
        ("line", region.start.line.to_string()),
        ("endLine", region.end.line.to_string()),
    ];
    // Columns of different lines are refused.
    if region.start.line == region.end.line {
        properties.push(("col", region.start.column_utf16.to_string()));
        properties.push(("endColumn", region.end.column_utf16.to_string()));
    }
    properties
}

fn annotate(out: &mut String, input: &Input<'_>, outside: &Outside<'_>, item: &Item<'_>) {
    let finding = item.finding();
    let kind = kind(finding.severity);
    let mut properties = outward::primary(finding).map_or_else(Vec::new, |span| place(input, outside, span));
    properties.push(("title", format!("{}: {}", finding.severity, item.lint.def.id)));
    let mut words = escape::words(&finding.message, true);
    if let Some(why) = &item.reported.reopened {
        words.push_str("\nagain: ");
        words.push_str(&escape::words(why, true));
    }
    if !finding.help.is_empty() {
        words.push('\n');
        words.push_str("help: ");
        words.push_str(&escape::words(&finding.help, true));
    }
    command(out, kind, &properties, &words);
}

fn command(out: &mut String, kind: &str, properties: &[(&str, String)], words: &str) {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    out.push_str(&format!("::{kind} {}::{}\n", properties.join(","), data(words)));
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_value_is_encoded() {
        assert_eq!(property("a%0A:b,c\r\n"), "a%250A%3Ab%2Cc%0D%0A");
        assert_eq!(data("100 %: a,b\n"), "100 %25: a,b%0A");
    }

    #[test]
    fn the_worst_come_first_and_the_others_are_counted() {
        // Each tenth finding is critical.
        let text = crate::outward::made_up::show(10_000, |input, outside| report(input, outside, SHOWN));
        let annotations: Vec<&str> = text.lines().filter(|line| line.contains(" file=")).collect();
        assert_eq!(annotations.len(), SHOWN);
        assert!(annotations.iter().all(|line| line.contains("title=critical%3A ")), "{text}");
        assert!(text.contains("9990 more findings left out here, none of them worse"), "{text}");
        let few = crate::outward::made_up::show(30, |input, outside| report(input, outside, 20));
        let worst: Vec<bool> =
            few.lines().filter(|l| l.contains(" file=")).map(|l| l.contains("title=critical%3A")).collect();
        assert_eq!((worst.len(), worst.iter().filter(|w| **w).count()), (20, 3));
        assert!(worst.is_sorted_by_key(|critical| !critical), "{few}");
    }
}
