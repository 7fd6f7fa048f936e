//! Hiding what nobody has understood.

use std::ops::Range;

use cmlint_source::{Source, Span, Why};

use super::found::Found;

/// Hides everything from an offset on: the text behind a syntax error, or a whole file of an unknown kind.
/// White space and the marks that hold a format together stay, so that a reader still sees where he is.
pub fn mask_unparsed(source: &Source, from: usize) -> Vec<(Span, Why)> {
    mask_unparsed_range(source, from..source.text().len())
}

/// The same for a part of a text, as `json::unread` names it.
pub fn mask_unparsed_range(source: &Source, range: Range<usize>) -> Vec<(Span, Why)> {
    let mut found = Found::default();
    let end = range.end.min(source.text().len());
    runs(source.text(), source.floor(range.start)..end, |run| found.doubtful(run));
    found.finish(source)
}

/// Calls `run` with each run of a range that is no white space and no mark.
pub(super) fn runs(text: &str, range: Range<usize>, mut run: impl FnMut(Range<usize>)) {
    let mut at = range.start;
    while at < range.end {
        let rest = &text.as_bytes()[at..range.end];
        at += rest.iter().position(|&b| !is_structure(b)).unwrap_or(rest.len());
        let rest = &text.as_bytes()[at..range.end];
        let len = rest.iter().position(|&b| is_structure(b)).unwrap_or(rest.len());
        if len > 0 {
            run(at..at + len);
        }
        at += len;
    }
}

/// White space and the marks of JSON, XML, CSV, INF and LDIF. Other punctuation may be a part of a
/// password.
fn is_structure(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"{}[]()<>,:;\"'=/\\".contains(&byte)
}
