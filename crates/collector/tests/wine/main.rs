//! The program as Windows builds it, under Wine: what Wine knows for itself, canned answers where it knows nothing, and
//! the sign-in to a web server and a domain controller.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/prefix.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod prefix;
#[path = "../support/program.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod program;
#[path = "../support/realm.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod realm;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod server;
#[path = "../support/web.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod web;
#[path = "../support/world.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod world;

mod answers;
mod sign_in;

/// What these tests are called where they are left out.
const TESTS: &str = "the tests of the program for Windows under Wine";
