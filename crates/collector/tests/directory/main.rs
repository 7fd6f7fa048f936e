//! `directory` against a domain controller.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/linter.rs"]
mod linter;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../support/program.rs"]
mod program;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../support/realm.rs"]
mod realm;

mod collected;
mod refused;
mod rights;
mod world;
