//! The program from outside, against servers of the tests' own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/program.rs"]
mod program;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/sql.rs"]
mod sql_results;
#[path = "../support/world.rs"]
mod world;

mod adopt;
mod faults;
#[cfg(unix)]
mod interrupt;
mod long;
mod secrets;
mod site;
mod sql;
