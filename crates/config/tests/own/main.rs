//! Files of the user's own: what is read, and how what is wrong is told.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod baseline;
mod settings;
mod support;
mod suppressions;
