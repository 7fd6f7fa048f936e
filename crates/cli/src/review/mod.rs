//! Reviews of a change.

mod cases;
mod diff;
mod narrow;
pub(crate) mod redact;
mod with;

pub(crate) use cases::test;
pub(crate) use diff::diff;
pub(crate) use narrow::narrow;
pub(crate) use with::lay_over;
