//! Where a byte came from.
//!
//! Every fact that the linter speaks about lies somewhere in a file that an administrator knows. This
//! crate keeps the decoded text of these files ([`Sources`]), names places in them ([`Span`]), turns a
//! place into line and column ([`Place`]), follows documents that lie inside other documents (a task
//! sequence inside a JSON string) back to the outer file, and remembers which ranges hold secrets and
//! must never be shown ([`Mask`]).
//!
//! It reads no files: `cmlint-archive` does, and hands the text over.
#![forbid(unsafe_code)]

mod lines;
mod map;
mod mask;
mod source;
mod sources;
mod span;
mod unseen;
mod value;

pub use lines::Position;
pub use map::OffsetMap;
pub use mask::{Mask, Secret, Why};
pub use source::{Encoding, Source};
pub use sources::{Place, Sources};
pub use span::{FileId, Problem, SPAN_NEWTYPE, Span, Spanned};
pub use unseen::is_unseen;
pub use value::{Bool, FIELD_NEWTYPE, Field, Int, MANY_NEWTYPE, Many, Str};
