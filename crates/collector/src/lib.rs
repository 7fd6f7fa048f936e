//! `cmlint-collect`: fills a snapshot from live systems, read-only. The linter keeps no network code; this crate is
//! the only one that touches a live system, and nothing of the linter depends on it.
//!
//! ```text
//! site ───────┐
//! directory ──┤ Place ── Part ──▶ out (files, manifest) ──▶ closing table, exit code
//! host ───────┤
//! sql ────────┘
//! ```

#![deny(unsafe_code)]

mod adopt;
mod args;
mod commands;
mod credentials;
mod directory;
mod failure;
mod host;
mod place;
mod run;
mod sql;
mod verify;

pub mod out;
pub mod progress;
pub mod site;
pub mod tls;

pub use args::{Args, OutArgs};
pub use credentials::{Account, Credentials};
pub use failure::Failure;
pub use place::{Ask, Place, Run};
pub use run::main;
