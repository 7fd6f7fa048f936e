//! Reviews of a change.

mod diff;
mod narrow;
mod with;

pub(crate) use diff::diff;
pub(crate) use narrow::narrow;
pub(crate) use with::lay_over;
