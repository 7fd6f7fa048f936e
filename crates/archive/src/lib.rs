//! The snapshot on disk: finds its files, holds them to limits, decodes them, recognises loose ones and
//! turns them into rows. The only crate of the linter that reads files.
//!
//! ```text
//! open(path) ── folder, zip or single file ──▶ Archive (texts) ── read() ──▶ Snapshot (rows)
//! ```
#![forbid(unsafe_code)]

mod container;
mod cut;
mod error;
mod limits;
mod load;
mod manifest;
mod open;
mod overlay;
mod own;
mod read;
mod recognise;
mod rewritten;
mod written;

pub use cut::without_secrets;
pub use error::OpenError;
pub use limits::Limits;
pub use manifest::{FORMAT, VERSION};
pub use open::{Archive, Options, open};
pub use overlay::OverlayError;
pub use own::own_file;
pub use rewritten::Rewrite;
pub use written::{Collector, Entry, Hierarchy, WrittenFile, WrittenManifest};
