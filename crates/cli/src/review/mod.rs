//! Reviews of a change.

mod diff;

pub(crate) use diff::diff;
