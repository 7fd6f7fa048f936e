//! What is no finding: lints that could not judge, files that could not be read, findings that did not fit.

use std::collections::BTreeMap;

use cmlint_engine::{LintResult, Notice, NoticeKind, Verdict};
use cmlint_model::{FileProblem, Gap};

use super::results::{place, unlinked};
use super::v2_1_0::{
    ArtifactLocation, Descriptor, Location, Notification, PhysicalLocation, Reference, Words,
};
use super::{rules, uri};
use crate::outward::{self, Outside};
use crate::{Input, escape, human, paint};

const CRASHED: usize = 0;
const NOT_EVALUATED: usize = 1;
const INCOMPLETE: usize = 2;
const FILE: usize = 3;
const LEFT_OUT: usize = 4;
const NOT_SELECTED: usize = 5;

/// Results of a file that GitHub shows.
const SHOWN: usize = 5000;

/// Name, meaning, what to do.
const KINDS: [(&str, &str, &str); 6] = [
    (
        "crashed",
        "A lint has a defect.",
        "Report it to the makers of the linter; the snapshot is not at fault.",
    ),
    ("not-evaluated", "Data that a lint needs is missing; this is no pass.", COLLECT),
    ("incomplete", "A lint found something, and missing data could hide more.", COLLECT),
    ("file-problem", "A file could not be read, or not wholly.", "Export or copy the file again."),
    (
        "left-out",
        "There are more findings than the receiver takes or shows.",
        "Read the JSON output, which has all.",
    ),
    ("not-selected", "Some lints need more than was given.", COLLECT),
];
const COLLECT: &str = "Collect what the message names and run again.";

/// The kinds of notes.
pub(super) fn descriptors() -> Vec<Descriptor> {
    let words = |text: &str| Words { text: text.to_owned() };
    let kind = |(id, means, help): (&'static str, &str, &str)| Descriptor {
        id,
        short_description: words(means),
        full_description: words(means),
        help: words(help),
    };
    let own = |kind: NoticeKind| Descriptor {
        id: kind.id(),
        short_description: words(kind.meaning()),
        full_description: words(kind.meaning()),
        help: words("Correct the entry of the suppressions file or the baseline that the message names."),
    };
    KINDS.into_iter().map(kind).chain(NoticeKind::ALL.into_iter().map(own)).collect()
}

/// What is to be said about suppressions and baseline.
pub(super) fn of_own_files(input: &Input<'_>, outside: &Outside<'_>) -> Vec<Notification> {
    let one = |notice: &Notice| {
        let place_of_kind = NoticeKind::ALL.iter().position(|kind| *kind == notice.kind).unwrap_or_default();
        let mut text = outward::sentence(&escape::words(&notice.message, true));
        if !notice.help.is_empty() {
            text.push('\n');
            text.push_str(&outward::sentence(&escape::words(&notice.help, true)));
        }
        Notification {
            level: notice.severity().map_or("note", rules::level),
            descriptor: Reference { id: notice.kind.id().to_owned(), index: KINDS.len() + place_of_kind },
            associated_rule: None,
            message: Words { text: unlinked(&text) },
            locations: vec![place(input.sources, outside, notice.span, String::new())],
        }
    };
    input.run.notices.iter().map(one).collect()
}

/// All notes.
pub(super) fn all(
    input: &Input<'_>,
    outside: &Outside<'_>,
    index: &BTreeMap<&str, usize>,
    told: usize,
    left_out: usize,
) -> Vec<Notification> {
    let mut notes = Vec::new();
    if told > SHOWN {
        let words = format!("GitHub shows the worst {SHOWN} of these {told} findings.");
        notes.push(note(LEFT_OUT, "note", words));
    }
    if left_out > 0 {
        let findings = paint::count(left_out, "finding");
        let words = format!("{findings} left out, the mildest: the receiver takes no more.");
        notes.push(note(LEFT_OUT, "warning", words));
    }
    notes.extend(input.run.lints.iter().filter_map(|lint| of_lint(lint, index)));
    if let Some(words) = human::left_out(&input.run.summary()) {
        notes.push(note(NOT_SELECTED, "note", words + "."));
    }
    let mut problems: Vec<&FileProblem> = input.snapshot.problems.iter().collect();
    problems.sort_by_key(|p| {
        let place = p.problem.as_ref().ok().map(|p| (p.span.start, p.span.len, p.message.as_str()));
        (p.path.as_str(), place)
    });
    notes.extend(problems.into_iter().map(|problem| of_file(input, outside, problem)));
    notes
}

fn note(kind: usize, level: &'static str, text: String) -> Notification {
    Notification {
        level,
        descriptor: Reference { id: KINDS[kind].0.to_owned(), index: kind },
        associated_rule: None,
        message: Words { text: unlinked(&text) },
        locations: Vec::new(),
    }
}

fn of_lint(lint: &LintResult, index: &BTreeMap<&str, usize>) -> Option<Notification> {
    let (kind, level) = match lint.verdict {
        Verdict::Crashed(_) => (CRASHED, "error"),
        Verdict::NotEvaluated => (NOT_EVALUATED, "warning"),
        Verdict::Fail => (INCOMPLETE, "note"),
        Verdict::Pass | Verdict::NotApplicable(_) => return None,
    };
    let mut text = format!("{}: {}.", lint.def.id, outward::doubt(lint)?);
    let mut commands: Vec<&str> = lint.gaps.iter().map(Gap::collect).collect();
    commands.sort_unstable();
    commands.dedup();
    for command in commands {
        text.push_str("\nCollect: ");
        text.push_str(command);
    }
    let rule = Reference { id: lint.def.id.to_owned(), index: index.get(lint.def.id).copied()? };
    Some(Notification { associated_rule: Some(rule), ..note(kind, level, text) })
}

fn of_file(input: &Input<'_>, outside: &Outside<'_>, file: &FileProblem) -> Notification {
    let (level, words, location) = match &file.problem {
        Ok(problem) => {
            let level = if problem.lossy { "warning" } else { "note" };
            let mut words = outward::sentence(&escape::line(&problem.message, true));
            if let Some(help) = &problem.help {
                words.push('\n');
                words.push_str(&outward::sentence(&escape::line(help, true)));
            }
            (level, words, place(input.sources, outside, problem.span, String::new()))
        }
        Err(words) => {
            let physical_location = PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri::of(&outward::path(outside.root, &file.path)),
                },
                region: None,
                context_region: None,
            };
            let location = Location { physical_location, logical_locations: Vec::new(), message: None };
            ("warning", outward::sentence(&escape::line(words, true)), location)
        }
    };
    Notification { locations: vec![location], ..note(FILE, level, words) }
}
