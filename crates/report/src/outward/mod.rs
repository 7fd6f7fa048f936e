//! What the formats for other programs share: what they must know beyond the results, the order of
//! findings, paths from the root of the repository, and places on one line.

mod dealt;
mod grouped;
#[cfg(test)]
pub(crate) mod made_up;
mod missing;

use std::cmp::Reverse;

use cmlint_engine::{LintResult, Reported, Run, State, Verdict};
use cmlint_lint::{Finding, LintDef};
use cmlint_model::{Gap, Text};
use cmlint_source::{Position, Sources, Span};

use crate::{LastNet, command, escape, excerpt, paint};
pub(crate) use dealt::{dealt, said, weight};
pub(crate) use grouped::{Group, grouped};
pub use grouped::{GroupBy, Shown, is_of_host, is_of_site};
pub(crate) use missing::{Missing, missing};

/// What a format for other programs has to know beyond the results.
#[derive(Clone, Copy, Debug)]
pub struct Outside<'a> {
    /// The folder of the snapshot relative to the root of the repository, with `/`; empty where the two are
    /// the same or the snapshot lies outside.
    pub root: &'a str,
    /// All lints there are, those that did not run included.
    pub lints: &'a [LintDef],
    /// What else to blank in excerpts.
    pub last_net: LastNet,
}

/// A finding and its lint.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    pub(crate) lint: &'a LintResult,
    pub(crate) reported: &'a Reported,
}

impl<'a> Item<'a> {
    pub(crate) fn finding(&self) -> &'a Finding {
        &self.reported.finding
    }
}

/// Open findings, worst first; those of one lint stay in the order of their places.
pub(crate) fn open(run: &Run) -> Vec<Item<'_>> {
    let all =
        run.lints.iter().flat_map(|lint| lint.findings.iter().map(move |reported| Item { lint, reported }));
    let mut open: Vec<Item<'_>> = all.filter(|item| item.reported.state == State::Open).collect();
    open.sort_by_key(|item| (Reverse(item.finding().severity), item.lint.def.id));
    open
}

/// Findings that somebody has dealt with.
pub(crate) fn dealt_with(run: &Run, state: State) -> usize {
    run.lints.iter().flat_map(|l| &l.findings).filter(|f| f.state == state).count()
}

/// The path of a file from the root of the repository. No part of it leads upwards, whatever the snapshot
/// says.
pub(crate) fn path(root: &str, path: &str) -> String {
    let parts = root.split('/').chain(path.split(['/', '\\']));
    parts.filter(|part| !matches!(*part, "" | "." | "..")).collect::<Vec<_>>().join("/")
}

/// A range of one line of a file on disk, or of several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Region {
    pub(crate) start: Position,
    /// Behind the last character.
    pub(crate) end: Position,
}

/// The part of a span that stands on its first line, in the file on disk. It holds at least one character
/// unless the line is empty.
pub(crate) fn first_line(sources: &Sources, span: Span) -> Region {
    let outer = excerpt::outermost(sources, span);
    let source = sources.get(outer.file);
    let start = source.floor(outer.start as usize);
    let line = source.line_range(source.line_of(start as u32).0);
    let mut start = start.min(line.end);
    let mut end = source.floor(outer.end() as usize).clamp(start, line.end);
    if start == end {
        match source.text()[start..line.end].chars().next() {
            Some(c) => end += c.len_utf8(),
            None => start -= source.text()[line].chars().next_back().map_or(0, char::len_utf8),
        }
    }
    Region { start: source.position(start as u32), end: source.position(end as u32) }
}

/// All of a span, in the file on disk.
pub(crate) fn whole(sources: &Sources, span: Span) -> Region {
    let place = excerpt::place(sources, span);
    if place.start.line == place.end.line && place.start.column == place.end.column {
        return first_line(sources, span);
    }
    Region { start: place.start, end: place.end }
}

/// The path of the file on disk that a span lies in, from the root of the repository.
pub(crate) fn path_of(sources: &Sources, root: &str, span: Span) -> String {
    let source = sources.get(span.file);
    match source.outward() {
        Some(own) => path("", own),
        None => path(root, source.path()),
    }
}

/// The place that a finding is about.
pub(crate) fn primary(finding: &Finding) -> Option<Span> {
    finding.labels.first().map(|label| label.span)
}

/// Why a lint did not judge, or not everything; `None` where it did.
pub(crate) fn doubt(lint: &LintResult) -> Option<String> {
    let gaps = || lint.gaps.iter().map(Gap::to_string).map(|gap| escape::line(&gap, true));
    match &lint.verdict {
        Verdict::NotApplicable(why) => Some(escape::words(why, true)),
        Verdict::Crashed(message) => Some(escape::line(message, true)),
        Verdict::Pass => None,
        Verdict::Fail if lint.gaps.is_empty() && lint.hidden == 0 => None,
        Verdict::Fail | Verdict::NotEvaluated => {
            let mut reasons = Vec::new();
            if lint.hidden > 0 {
                reasons.push(format!("{} below --min-confidence", paint::count(lint.hidden, "finding")));
            }
            reasons.extend(gaps().take(GAPS));
            if lint.gaps.len() > GAPS {
                reasons.push(format!("{} more holes", lint.gaps.len() - GAPS));
            }
            if reasons.is_empty() {
                reasons.push("some of what it judges is unknown".to_owned());
            }
            Some(reasons.join("; "))
        }
    }
}

/// Holes of one lint that are named in a sentence; the others are counted.
const GAPS: usize = 12;

/// A command to copy in full length, or the words that stand in its place.
pub(crate) fn copied(text: Option<&Text>) -> Option<String> {
    let text = text.filter(|text| !text.is_empty())?;
    Some(match command::safe(text) {
        true => escape::whole_lines(text, true),
        false => command::WITHHELD.to_owned(),
    })
}

/// Our own words as a sentence: `is empty` becomes `Is empty.`.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.trim().chars();
    let Some(first) = chars.next() else { return String::new() };
    let mut out: String = first.to_uppercase().chain(chars).collect();
    if !out.ends_with(['.', '!', '?', ':']) {
        out.push('.');
    }
    out
}

/// The first paragraph of the section "What it finds" of a README, on one line, without decorations.
pub(crate) fn first_paragraph(readme: &str) -> Option<String> {
    let mut lines = readme.lines().map(str::trim).skip_while(|l| !l.eq_ignore_ascii_case("## What it finds"));
    lines.next()?;
    let lines = lines.skip_while(|l| l.is_empty()).take_while(|l| !l.is_empty() && !l.starts_with('#'));
    let words = lines.collect::<Vec<_>>().join(" ").replace("**", "");
    (!words.is_empty()).then_some(words)
}

/// The beginning of a text, cut between words, of at most so many characters.
pub(crate) fn at_most(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let cut = text.char_indices().nth(most - 1).map_or(0, |(at, _)| at);
            let end = text[..cut].rfind(' ').unwrap_or(cut);
            format!("{}…", &text[..end])
        }
    }
}

#[cfg(test)]
mod tests {
    use cmlint_source::Encoding;

    use super::*;

    #[test]
    fn no_path_leads_upwards_or_to_the_root() {
        assert_eq!(path("snapshots/contoso", "site/a.json"), "snapshots/contoso/site/a.json");
        assert_eq!(path("", "site/a.json"), "site/a.json");
        assert_eq!(path("./x//", "/a/../../b/./c\\d"), "x/a/b/c/d");
    }

    #[test]
    fn a_region_is_on_one_line_and_not_empty() {
        let mut sources = Sources::new();
        let text = "a😀b\r\n{ \"x\":\r\n 1 }\n\nend";
        let file = sources.add("a", text.to_owned(), Encoding::Utf8);
        let columns = |start: usize, len: usize| {
            let Region { start, end } = first_line(&sources, file.span(start, len));
            (start.line, start.column_utf16, end.line, end.column_utf16)
        };
        assert_eq!(columns(1, 5), (1, 2, 1, 5));
        assert_eq!(columns(8, 14), (2, 1, 2, 7));
        assert_eq!(columns(5, 0), (1, 4, 1, 5));
        assert_eq!(columns(6, 0), (1, 4, 1, 5));
        assert_eq!(columns(text.len(), 9), (5, 3, 5, 4));
        let empty = text.find("\n\n").unwrap() + 1;
        assert_eq!(columns(empty, 0), (4, 1, 4, 1));
    }

    #[test]
    fn words_become_sentences() {
        assert_eq!(sentence("a site has a name"), "A site has a name.");
        assert_eq!(sentence("`x` is bad."), "`x` is bad.");
        assert_eq!(sentence(" "), "");
        let readme = "# Title\n\n## What it finds\n\nA **bad**\nsite.\n\nMore.\n";
        assert_eq!(first_paragraph(readme).as_deref(), Some("A bad site."));
        assert_eq!(first_paragraph("# Title\n"), None);
        assert_eq!(at_most("one two three", 9), "one two…");
        assert_eq!(at_most("ééé", 3), "ééé");
        assert_eq!(at_most("éééé", 3), "éé…");
    }
}
