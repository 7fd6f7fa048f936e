//! Security descriptors as text: SDDL (MS-DTYP 2.5.1, win32 "Security Descriptor String Format").
//!
//! The reader follows Windows where Windows and the grammar of MS-DTYP differ: blanks in front of most
//! fields, letters of ACE types, flags, rights and aliases in any case, `O:`, `G:`, `D:`, `S:` in upper
//! case only, parts in any order. It refuses numbers that do not fit, which Windows silently replaces by
//! the largest one.

mod attribute;
mod condition;
mod cursor;
mod read;
mod rights;
mod write;
mod write_expression;

use std::fmt;

use cmlint_source::{Problem, Span};

use crate::{Ace, AclSide, Expression, Places, ResourceAttribute, SecurityDescriptor, TextRange};

pub(crate) use condition::{MAX_DEPTH, comparison_word, is_local_char, member_test};

/// A descriptor that was read from text, with the places of its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sddl {
    /// What the text says.
    pub descriptor: SecurityDescriptor,
    /// Where it says so.
    pub places: Places<TextRange>,
}

/// Reads a descriptor's text. An empty text is a descriptor without any part.
pub fn parse(text: &str) -> Result<Sddl, SddlError> {
    if read::is_empty(text) {
        let places = Places { owner: None, group: None, dacl: None, sacl: None };
        return Ok(Sddl { descriptor: SecurityDescriptor::default(), places });
    }
    read::read(text)
}

/// Reads a descriptor's text that stands verbatim in a file at `origin`, and gives the places there.
///
/// For a text that stands there with escapes, read it with [`parse`] and turn the ranges with
/// [`Places::map`].
pub fn parse_at(text: &str, origin: Span) -> Result<(SecurityDescriptor, Places<Span>), Problem> {
    let sddl = parse(text).map_err(|error| error.at(origin))?;
    let places = sddl.places.at(origin);
    Ok((sddl.descriptor, places))
}

/// The text of a descriptor as Windows writes it. Reading it gives the descriptor again, without control
/// flags other than P, AR and AI.
pub fn write(descriptor: &SecurityDescriptor) -> Result<String, NoText> {
    write::write(descriptor)
}

/// The text of one ACE with its parentheses; `None` where SDDL has no form for it.
pub fn write_ace(ace: &Ace) -> Option<String> {
    let mut out = String::new();
    write::ace(&mut out, ace).map(|()| out)
}

/// An ACE that SDDL cannot express: of a type without letters, or with data that could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoText {
    /// The list it is in.
    pub side: AclSide,
    /// Its number in the list, from 0.
    pub index: usize,
}

impl fmt::Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.side {
            AclSide::Dacl => "DACL",
            AclSide::Sacl => "SACL",
        };
        write!(f, "ACE {} of the {list} has no form in SDDL", self.index)
    }
}

impl std::error::Error for NoText {}

impl fmt::Display for Expression {
    /// As SDDL writes it, with the outer parentheses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write_expression::condition(&mut out, self);
        f.write_str(&out)
    }
}

impl fmt::Display for ResourceAttribute {
    /// As SDDL writes it, with the parentheses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write::attribute(&mut out, self);
        f.write_str(&out)
    }
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
    /// The same as a problem of the file in which the text stands verbatim at `origin`. It repeats nothing
    /// of the text, which may be something else than a descriptor.
    pub fn at(&self, origin: Span) -> Problem {
        Problem::lost(self.at.at(origin), format!("security descriptor: expected {}", self.expected))
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
