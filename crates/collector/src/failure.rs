use std::fmt;
use std::path::PathBuf;

/// Why a run cannot begin or go on at all. What hits one dataset only is a [`crate::out::State`].
#[derive(Debug)]
pub enum Failure {
    /// The output folder cannot be used.
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The snapshot is of something else.
    Mixture {
        /// What differs.
        why: String,
        /// The flag by which the mixture is asked for.
        flag: &'static str,
    },
    /// An argument, a file of the user's or a prompt that leads nowhere.
    Usage(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Folder { path, why } => write!(f, "{}: {why}", path.display()),
            Failure::Mixture { why, flag } => write!(f, "{why} (with `{flag}` it is added all the same)"),
            Failure::Usage(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {}
