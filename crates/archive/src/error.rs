use std::path::PathBuf;

use cmlint_source::{Problem, Sources};

/// Why a path cannot be opened as a snapshot at all. What is wrong with single files is no such error: it
/// becomes a hole.
#[derive(Debug)]
pub enum OpenError {
    /// There is no such file or folder.
    NotFound(PathBuf),
    /// It is there and cannot be read.
    Unreadable(PathBuf, String),
    /// The whole input is larger than a limit allows.
    Limit {
        /// What is too large, with the limit.
        what: String,
        /// The option that raises the limit.
        option: &'static str,
    },
    /// The manifest is broken, too new, or names a path outside.
    Manifest {
        /// The text of the manifest, for an excerpt.
        sources: Box<Sources>,
        /// What is wrong with it.
        problem: Box<Problem>,
    },
    /// It is there and holds nothing that is known.
    Nothing {
        /// The path.
        path: PathBuf,
        /// Files that were looked at: path, and why it is not known.
        seen: Vec<(String, String)>,
    },
}
