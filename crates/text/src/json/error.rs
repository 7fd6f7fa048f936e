//! What went wrong while reading, without a word of the file in it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use cmlint_source::{FileId, Problem};
use serde::de::{self, Expected, Unexpected};

use crate::support::shown;

/// An error of the deserializer. Boxed, because it travels through every `Result` of the hot path.
#[derive(Clone, Debug)]
pub(super) struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    /// First byte and length; `None` until a value's reader has told where the value stands.
    place: Option<(usize, usize)>,
    message: Cow<'static, str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The text is not JSON: nothing after the place can be trusted.
    Syntax,
    /// The text is JSON, but a value is not of the type that was asked for.
    Data,
}

impl Error {
    #[cold]
    pub(super) fn syntax(at: usize, len: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner { kind: Kind::Syntax, place: Some((at, len)), message: message.into() }))
    }

    #[cold]
    pub(super) fn data(message: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner { kind: Kind::Data, place: None, message: message.into() }))
    }

    pub(super) fn is_syntax(&self) -> bool {
        self.0.kind == Kind::Syntax
    }

    /// Whether the place is known.
    pub(super) fn is_placed(&self) -> bool {
        self.0.place.is_some()
    }

    /// Names the value that was being read; the innermost caller wins.
    #[cold]
    pub(super) fn place(mut self, at: usize, len: usize) -> Self {
        self.0.place.get_or_insert((at, len));
        self
    }

    /// Offset of the first byte concerned.
    pub(super) fn at(&self) -> usize {
        self.0.place.map_or(0, |p| p.0)
    }

    /// The bytes concerned.
    pub(super) fn range(&self) -> Range<usize> {
        self.0.place.map_or(0..0, |(at, len)| at..at + len)
    }

    pub(super) fn message(&self) -> &str {
        &self.0.message
    }

    pub(super) fn problem(&self, file: FileId) -> Problem {
        Problem::lost(file.span(self.at(), self.range().len()), self.message())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// The default messages of serde quote the value that did not fit. It may be a secret, so all of them are
/// replaced by messages that name types only.
impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Error::data(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        // The names of our types mean nothing to a reader.
        let expected = if expected.starts_with("struct ") { "an object" } else { &expected };
        Error::data(format!("expected {expected}, found {}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Error::data(format!("expected {expected}, found another {}", kind(found).trim_start_matches("a ")))
    }

    fn invalid_length(found: usize, expected: &dyn Expected) -> Self {
        Error::data(format!("expected {expected}, found {found} of them"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Error::data(format!("expected {}", one_of(expected)))
    }

    fn unknown_field(found: &str, expected: &'static [&'static str]) -> Self {
        Error::data(format!("property {} is not known here; expected {}", shown(found), one_of(expected)))
    }

    fn missing_field(field: &'static str) -> Self {
        Error::data(format!("property `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Error::data(format!("property `{field}` stands here twice"))
    }
}

/// What stands in the text, in words for a reader.
fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a truth value",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "a value",
    }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => format!("`{one}`"),
        [init @ .., last] => {
            let init: Vec<String> = init.iter().map(|n| format!("`{n}`")).collect();
            format!("{} or `{last}`", init.join(", "))
        }
    }
}
