//! LDIF (RFC 2849) as `ldifde` and `ldapsearch` write it: entries of a directory, never changes to one.
//!
//! Folded lines are joined, and a part of a joined value maps back to its bytes. `changetype: add`, which
//! `ldifde` writes, is accepted; the trailer of `ldapsearch` is read for what it says about completeness.

mod read;

use std::borrow::Cow;
use std::fmt;

use cmlint_source::{FileId, OffsetMap, Problem, Source, Span, Spanned, Str};

use crate::support::same_name;

/// Reads an LDIF file.
///
/// Never fails. Problems, after each of which reading goes on: a value given by URL (`:<`, never followed)
/// or in base64 that cannot be decoded (kept as [`Value::Unreadable`]), a record with a `changetype` other
/// than `add` (left out), lines that are no attribute, a text that ends inside a line, a search that
/// `ldapsearch` says did not succeed, and fewer entries than it counted.
pub fn parse(source: &Source) -> (Ldif<'_>, Vec<Problem>) {
    let mut records = Vec::new();
    let problems = for_each(source, |record| records.push(record));
    (Ldif { records }, problems)
}

/// As [`parse`], one record after the other: those of a large directory need several times its size.
pub fn for_each<'a>(source: &'a Source, each: impl FnMut(Record<'a>)) -> Vec<Problem> {
    read::read(source, each)
}

/// The records of an LDIF file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ldif<'a> {
    records: Vec<Record<'a>>,
}

impl<'a> Ldif<'a> {
    /// The records, in the order of the file.
    pub fn records(&self) -> &[Record<'a>] {
        &self.records
    }
}

/// An entry of the directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// The distinguished name; empty for the root of the server.
    pub dn: Value<'a>,
    /// From the line of the name to the last line, without its line end.
    pub span: Span,
    attributes: Vec<Attribute<'a>>,
}

impl<'a> Record<'a> {
    /// One for each value, in the order of the file.
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The first value of this attribute, in any case and with any options.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.attributes.iter().find(|a| same_name(a.name.value, name)).map(|a| &a.value)
    }

    /// All values of this attribute, in any case and with any options.
    pub fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r Value<'a>> {
        self.attributes.iter().filter(move |a| same_name(a.name.value, name)).map(|a| &a.value)
    }
}

/// A value of an attribute of a [`Record`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attribute<'a> {
    /// The name without options, as spelt.
    pub name: Spanned<&'a str>,
    /// What stands behind the name and `;` (`range=0-1499`, `binary`); empty when there is none. A range that
    /// does not end in `-*` says that values are missing.
    pub options: &'a str,
    /// The value.
    pub value: Value<'a>,
}

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// Written as text.
    Text(Text<'a>),
    /// Written in base64, and decoded.
    Base64 {
        /// Where the base64 text stands.
        span: Span,
        /// What it stands for.
        bytes: Vec<u8>,
    },
    /// Given by URL, or in base64 that cannot be decoded: there is a value, but it is not known.
    Unreadable {
        /// Where it stands.
        span: Span,
    },
}

impl<'a> Value<'a> {
    /// Where the value stands, folds included.
    pub fn span(&self) -> Span {
        match self {
            Value::Text(text) => text.span(),
            Value::Base64 { span, .. } | Value::Unreadable { span } => *span,
        }
    }

    /// The value as text: as written, or base64 of UTF-8. `None` for other bytes.
    pub fn text(&self) -> Option<Spanned<&str>> {
        match self {
            Value::Text(text) => Some(Spanned::new(text.as_str(), text.span())),
            Value::Base64 { span, bytes } => {
                std::str::from_utf8(bytes).ok().map(|text| Spanned::new(text, *span))
            }
            Value::Unreadable { .. } => None,
        }
    }

    /// The value as bytes: base64 decoded, text as UTF-8.
    pub fn bytes(&self) -> Option<Spanned<&[u8]>> {
        match self {
            Value::Text(text) => Some(Spanned::new(text.as_str().as_bytes(), text.span())),
            Value::Base64 { span, bytes } => Some(Spanned::new(bytes, *span)),
            Value::Unreadable { .. } => None,
        }
    }

    /// How offsets in the value map to the file. Every part of a base64 value maps to all of it.
    pub fn map(&self) -> OffsetMap {
        match self {
            Value::Text(text) => text.map(),
            Value::Base64 { span, .. } | Value::Unreadable { span } => {
                OffsetMap::coarse(span.start as usize, span.len as usize)
            }
        }
    }
}

/// A value that is written as text, perhaps folded over several lines.
#[derive(Clone, PartialEq, Eq)]
pub struct Text<'a> {
    value: Str<'a>,
    /// As written, with its folds.
    raw: &'a str,
    file: FileId,
    start: u32,
}

impl<'a> Text<'a> {
    fn new(raw: &'a str, file: FileId, start: usize) -> Self {
        let value = match memchr::memchr(b'\n', raw.as_bytes()) {
            None => Cow::Borrowed(raw),
            Some(_) => Cow::Owned(unfold(raw, |_, _| ())),
        };
        Text { value: Str(value), raw, file, start: start as u32 }
    }

    /// The text with its folds joined.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The text with its folds joined, borrowed from the file if it has none, and its place.
    pub fn spanned(&self) -> Spanned<Str<'a>> {
        Spanned::new(self.value.clone(), self.span())
    }

    /// Where the text stands, folds included.
    pub fn span(&self) -> Span {
        self.file.span(self.start as usize, self.raw.len())
    }

    /// Where the part `range` of the text stands. Unlike a range of [`Self::map`] it ends in front of a fold
    /// that follows.
    pub fn part(&self, range: std::ops::Range<usize>) -> Span {
        let map = self.map();
        let point = |at: usize| map.outer(at as u32, at as u32).0 as usize;
        let end = range.end.min(self.value.len());
        let start = range.start.min(end);
        if start == end {
            return self.file.span(point(start), 0);
        }
        let from = point(start);
        self.file.span(from, point(end - 1) + 1 - from)
    }

    /// How offsets in the text map to the file.
    pub fn map(&self) -> OffsetMap {
        let mut breaks = vec![(0, self.start)];
        if memchr::memchr(b'\n', self.raw.as_bytes()).is_some() {
            unfold(self.raw, |inner, raw| breaks.push((inner as u32, self.start + raw as u32)));
        }
        OffsetMap::from_breaks(breaks, self.start as usize + self.raw.len())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the value: it may be a secret.
        write!(f, "Text at {:?}", self.span())
    }
}

/// Joins folded lines: a line end and one space are left out. `behind` hears the length of the result and
/// the offset in `raw` behind each fold.
fn unfold(raw: &str, mut behind: impl FnMut(usize, usize)) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\n', &raw.as_bytes()[at..]) {
        let line = &raw[at..at + found];
        out.push_str(line.strip_suffix('\r').unwrap_or(line));
        at += found + 1;
        at += usize::from(raw[at..].starts_with(' '));
        behind(out.len(), at);
    }
    out.push_str(&raw[at..]);
    out
}

#[cfg(test)]
mod tests;
