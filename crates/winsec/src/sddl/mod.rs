//! Security descriptors as text: SDDL (MS-DTYP 2.5.1).

use std::fmt;

use cmlint_source::{Problem, Span};

use crate::{Places, SecurityDescriptor, TextRange};

/// A descriptor that was read from text, with the places of its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sddl {
    /// What the text says.
    pub descriptor: SecurityDescriptor,
    /// Where it says so.
    pub places: Places<TextRange>,
}

/// Reads a descriptor's text.
pub fn parse(text: &str) -> Result<Sddl, SddlError> {
    let _ = text;
    Err(SddlError { at: TextRange::default(), found: String::new(), expected: "a descriptor" })
}

/// Reads a descriptor's text that stands verbatim in a file at `origin`, and gives the places there.
pub fn parse_at(text: &str, origin: Span) -> Result<(SecurityDescriptor, Places<Span>), Problem> {
    let sddl = parse(text).map_err(|error| error.at(origin))?;
    let places = sddl.places.at(origin);
    Ok((sddl.descriptor, places))
}

/// Why a text is no security descriptor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SddlError {
    /// The part that is wrong; of length 0 where something is missing.
    pub at: TextRange,
    /// What stands there, cut to a few characters; empty at the end of the text.
    pub found: String,
    /// What should stand there.
    pub expected: &'static str,
}

impl SddlError {
    /// The same as a problem of the file in which the text stands verbatim at `origin`.
    pub fn at(&self, origin: Span) -> Problem {
        Problem::lost(self.at.at(origin), format!("security descriptor: {self}"))
    }
}

impl fmt::Display for SddlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.found.is_empty() {
            write!(f, "expected {}, found nothing", self.expected)
        } else {
            write!(f, "expected {}, found `{}`", self.expected, self.found)
        }
    }
}

impl std::error::Error for SddlError {}
