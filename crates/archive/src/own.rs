//! The user's own files: settings, suppressions, a baseline. They are no part of a snapshot and are trusted.

use std::io::Read as _;
use std::path::Path;

use crate::load;

/// Bytes of a file of the user's own: thousands of lines are a few megabytes.
const MOST: u64 = 64 << 20;

/// The text of a file of the user's own, without a byte order mark.
///
/// # Errors
/// In words, when it is no file, cannot be read, is too large, or holds characters that cannot be read.
pub fn own_file(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => error.to_string(),
    })?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err("it is a folder and should be a file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST {
        return Err(format!("it is larger than {} MiB", MOST >> 20));
    }
    let loaded = load::text(path.display().to_string(), bytes, Some("utf-8"), false);
    match loaded.lossy {
        true => Err("it holds characters that are no UTF-8; save it as UTF-8".to_owned()),
        false => Ok(loaded.text),
    }
}
