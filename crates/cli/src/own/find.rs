//! Where the user's own files are. A snapshot is somebody else's, and must not bring its own rules.

use std::path::{Path, PathBuf};

/// Looks for a file from the current folder upwards to the root of the repository (the nearest folder that
/// holds `.git`); outside of a repository only in the current folder. Those inside the input do not count
/// and are returned second.
pub(crate) fn upward(name: &str, input: Option<&Path>) -> (Option<PathBuf>, Vec<PathBuf>) {
    let mut skipped = Vec::new();
    let Ok(current) = std::env::current_dir() else { return (None, skipped) };
    let folders: Vec<&Path> = current.ancestors().collect();
    let last = folders.iter().position(|folder| folder.join(".git").exists()).unwrap_or(0);
    for steps in 0..=last {
        let path: PathBuf = std::iter::repeat_n("..", steps).collect::<PathBuf>().join(name);
        if path.is_file() {
            if !input.is_some_and(|input| is_inside(&path, input)) {
                return (Some(path), skipped);
            }
            skipped.push(path);
        }
    }
    (None, skipped)
}

/// Whether a file lies inside a folder, links followed.
pub(crate) fn is_inside(file: &Path, input: &Path) -> bool {
    match (file.canonicalize(), input.canonicalize()) {
        (Ok(file), Ok(input)) => input.is_dir() && file.starts_with(input),
        _ => false,
    }
}

/// A path as a file names it: relative to that file.
pub(crate) fn beside(file: &Path, name: &str) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    folder.join(name)
}

/// A path as people and browsers read it, with `/`.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text };
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}
