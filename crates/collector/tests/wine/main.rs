//! `host` as Windows builds it, under Wine: what Wine knows for itself, and canned answers where it knows nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../support/program.rs"]
mod program;

mod answers;
mod prefix;
