//! For programs.

mod convert;
pub mod v1;

use crate::{Input, escape};

pub(crate) use convert::{gap, scope, tool};

/// The report of version 1.
pub fn report(input: &Input<'_>) -> String {
    escape::json(&convert::report(input))
}
