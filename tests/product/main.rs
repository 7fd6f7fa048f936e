//! The product from outside.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod access;
mod accounts;
mod architecture;
mod bad_input;
mod cases;
mod commands;
mod corpus;
mod forbidden;
mod formats;
mod json_schema;
mod outputs;
mod own_files;
mod places;
mod program;
mod redact;
mod review;
mod samples;
mod sarif;
mod secrets;
mod sequences;
mod tidy;
