//! Runs lints over a snapshot.
#![forbid(unsafe_code)]
