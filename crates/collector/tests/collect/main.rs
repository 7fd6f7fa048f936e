//! The program from outside, against servers of the tests' own.

#[path = "../support/program.rs"]
mod program;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/world.rs"]
mod world;

mod faults;
#[cfg(unix)]
mod interrupt;
mod secrets;
mod site;
