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
    let text = source.text();
    let mut found = Found::default();
    let end = range.end.min(text.len());
    let mut at = source.floor(range.start);
    while at < end {
        let rest = &text.as_bytes()[at..end];
        at += rest.iter().position(|&b| !is_structure(b)).unwrap_or(rest.len());
        let rest = &text.as_bytes()[at..end];
        let len = rest.iter().position(|&b| is_structure(b)).unwrap_or(rest.len());
        found.doubtful(at..at + len);
        at += len;
    }
    found.finish(source)
}

/// White space and the marks of JSON, XML, CSV, INF and LDIF. Other punctuation may be a part of a
/// password.
fn is_structure(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"{}[]()<>,:;\"'=/\\".contains(&byte)
}
