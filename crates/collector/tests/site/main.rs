//! `site` against a web server in a realm, which signs in by Kerberos and by NTLM.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod collected;
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
mod web;
#[path = "../support/world.rs"]
mod world;
