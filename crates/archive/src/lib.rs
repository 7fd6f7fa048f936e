//! The snapshot on disk: finds its files, holds them to limits, decodes them, recognises loose ones and
//! turns them into rows. The only crate of the linter that reads files.
//!
//! ```text
//! open(path) ── folder, zip or single file ──▶ Archive (texts) ── read() ──▶ Snapshot (rows)
//! ```
#![forbid(unsafe_code)]

mod container;
mod error;
mod limits;
mod load;
mod manifest;
mod open;
mod read;
mod recognise;

pub use error::OpenError;
pub use limits::Limits;
pub use manifest::{FORMAT, VERSION};
pub use open::{Archive, Options, open};
