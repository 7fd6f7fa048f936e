use std::fmt;
use std::path::{Path, PathBuf};

use cmlint_archive::OpenError;

use crate::out::MANIFEST;

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

impl Failure {
    /// A snapshot or a folder of exports that cannot be opened.
    pub(crate) fn open(path: &Path, error: OpenError) -> Failure {
        let (path, why) = match error {
            OpenError::NotFound(path) => (path, "there is no such file or folder".to_owned()),
            OpenError::Unreadable(path, why) => (path, why),
            OpenError::Limit { what, .. } => (path.to_owned(), what),
            OpenError::Manifest { problem, .. } => (path.join(MANIFEST), problem.message),
            OpenError::Nothing { path, seen } => {
                let seen: Vec<String> =
                    seen.into_iter().map(|(path, why)| format!("\n  {path}: {why}")).collect();
                (path, format!("it holds nothing that is known{}", seen.concat()))
            }
        };
        Failure::Folder { path, why }
    }
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
