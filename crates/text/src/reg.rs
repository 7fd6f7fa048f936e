//! Exports of the Windows registry: `reg export` and regedit (`Windows Registry Editor Version 5.00`), and
//! the older `REGEDIT4`.
//!
//! Strings may hold line breaks as they are; binary data goes on behind a `\` at the end of a line. A file
//! that deletes keys or values is a change, not an export: deletions are remarked upon and left out.

mod data;
mod read;

use std::borrow::Cow;

use cmlint_source::{Problem, Source, Span, Spanned, Str};

use crate::support::same_name;

/// Reads a registry export.
///
/// Never fails: a value that cannot be read is kept as [`Data::Unreadable`] with a problem, and reading goes
/// on with the next line.
pub fn parse(source: &Source) -> (Reg<'_>, Vec<Problem>) {
    read::read(source)
}

/// The keys of a registry export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reg<'a> {
    keys: Vec<Key<'a>>,
}

impl<'a> Reg<'a> {
    /// The keys, in the order of the file.
    pub fn keys(&self) -> &[Key<'a>] {
        &self.keys
    }

    /// The first key of this path, in any case.
    pub fn key(&self, path: &str) -> Option<&Key<'a>> {
        self.keys.iter().find(|k| same_name(k.path.value, path))
    }

    /// The value of a key, by path and name in any case. The default value has the empty name.
    pub fn value(&self, path: &str, name: &str) -> Option<&Value<'a>> {
        self.keys.iter().filter(|k| same_name(k.path.value, path)).find_map(|k| k.value(name))
    }
}

/// A key of the registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key<'a> {
    /// The path as written (`HKEY_LOCAL_MACHINE\SOFTWARE`), without brackets.
    pub path: Spanned<&'a str>,
    values: Vec<Value<'a>>,
}

impl<'a> Key<'a> {
    /// The values, in the order of the file.
    pub fn values(&self) -> &[Value<'a>] {
        &self.values
    }

    /// The first value of this name, in any case. The default value (`@`) has the empty name.
    pub fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.values.iter().find(|v| same_name(&v.name.value, name))
    }
}

/// A value of a [`Key`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Value<'a> {
    /// The name, unescaped; its span leaves out the quotes. Empty for the default value.
    pub name: Spanned<Str<'a>>,
    /// What it holds.
    pub data: Data<'a>,
    /// Where the data stands: a string without its quotes, other data from its kind to its last digit.
    pub span: Span,
}

/// What a [`Value`] holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Data<'a> {
    /// REG_SZ written as text, unescaped.
    String(Str<'a>),
    /// REG_DWORD.
    Dword(u32),
    /// REG_QWORD.
    Qword(u64),
    /// REG_EXPAND_SZ (`hex(2)`), and REG_SZ written in digits (`hex(1)`).
    Text {
        /// The text, decoded from UTF-16 (in `REGEDIT4` from windows-1252), without closing NULs.
        text: String,
        /// Whether variables (`%SystemRoot%`) are meant to be replaced.
        expand: bool,
    },
    /// REG_MULTI_SZ (`hex(7)`), without the closing NULs.
    Texts(Vec<String>),
    /// Any other kind, and data that does not fit its kind.
    Bytes {
        /// The number of the kind: 0 REG_NONE, 3 REG_BINARY, 8 to 10 resources, others by programs.
        kind: u32,
        /// The bytes in order.
        bytes: Vec<u8>,
    },
    /// There is a value, but it is not known.
    Unreadable,
}

impl Value<'_> {
    /// The value as one text, if its kind is a text.
    pub fn text(&self) -> Option<Spanned<&str>> {
        match &self.data {
            Data::String(text) => Some(Spanned::new(&**text, self.span)),
            Data::Text { text, .. } => Some(Spanned::new(text, self.span)),
            _ => None,
        }
    }

    /// The value as a list of texts, if its kind is a list; one text counts as a list of one.
    pub fn texts(&self) -> Option<Spanned<Vec<&str>>> {
        match &self.data {
            Data::Texts(all) => Some(Spanned::new(all.iter().map(String::as_str).collect(), self.span)),
            _ => self.text().map(|one| one.map(|text| vec![text])),
        }
    }

    /// The value as a number, if its kind is a number.
    pub fn number(&self) -> Option<Spanned<u64>> {
        match self.data {
            Data::Dword(n) => Some(Spanned::new(n.into(), self.span)),
            Data::Qword(n) => Some(Spanned::new(n, self.span)),
            _ => None,
        }
    }

    /// The value as bytes, if its kind is neither text nor number.
    pub fn bytes(&self) -> Option<Spanned<&[u8]>> {
        match &self.data {
            Data::Bytes { bytes, .. } => Some(Spanned::new(bytes, self.span)),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the values: they may be secrets.
        f.write_str(match self {
            Data::String(_) => "String",
            Data::Dword(_) => "Dword",
            Data::Qword(_) => "Qword",
            Data::Text { .. } => "Text",
            Data::Texts(_) => "Texts",
            Data::Bytes { .. } => "Bytes",
            Data::Unreadable => "Unreadable",
        })
    }
}

/// Replaces `\\` by `\` and `\"` by `"`; another `\` stays as it is.
fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let escaped = rest.as_bytes().get(at + 1).filter(|b| matches!(b, b'\\' | b'"'));
        text.push(escaped.map_or('\\', |&b| char::from(b)));
        rest = &rest[at + 1 + usize::from(escaped.is_some())..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests;
