//! All places into one folder, which the linter then reads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../support/linter.rs"]
mod linter;
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
#[path = "../support/sql.rs"]
mod sql_results;
#[path = "../support/web.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod web;
#[path = "../support/world.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod world;

mod whole;
