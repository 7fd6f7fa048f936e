//! For programs.

mod convert;
pub mod v1;

use std::io;

use crate::{Input, escape};

pub(crate) use convert::{scope, tool};

/// Writes the report of version 1.
///
/// # Errors
/// Those of the writer.
pub fn write(input: &Input<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    escape::json(&report(input), out)
}

/// The report of version 1.
pub fn report(input: &Input<'_>) -> v1::Report {
    convert::report(input)
}
