//! JSON with positions.
//!
//! A strict reader (RFC 8259) that answers the newtypes of `cmlint-source`: [`Spanned`], [`Field`] and
//! [`Many`]. Everything else is plain `#[derive(Deserialize)]`. Three things differ from `serde_json`, and
//! tests hold it to be all:
//!
//! - a lone surrogate (`"\ud800"`) is read as U+FFFD and a number beyond the range of `f64` as infinity,
//!   where `serde_json` refuses the document: a row must not be lost because of either;
//! - nesting ends at 128 levels, also in values that nobody reads;
//! - names of properties match the fields of a struct in any ASCII case, an exact match first.
//!
//! `#[serde(flatten)]`, untagged and internally tagged enums buffer values and lose their positions: do
//! not use them in rows. Enums are read from texts only.
//!
//! [`document`] is the way in for exports: it finds the lists of rows in whatever shape a tool has wrapped
//! them, and a row that cannot be read never hides the others. [`document_as`] reads one typed document.
//!
//! [`Spanned`]: cmlint_source::Spanned
//! [`Field`]: cmlint_source::Field
//! [`Many`]: cmlint_source::Many

mod access;
mod child;
mod cursor;
mod de;
mod document;
mod error;
mod loose;
mod names;
mod rows;
mod shape;
mod skip;
mod walk;

#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod typed_tests;

pub use child::decode_string;
pub use document::{Document, Section, document, document_as, unread};

pub(crate) use child::escape_at;
pub(crate) use cursor::string_stop;
