//! What becomes of findings that somebody has dealt with, with made-up lints.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod baseline;
mod selectors;
mod support;
mod suppressions;
