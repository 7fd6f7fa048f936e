//! Files that are either whole or not there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cmlint_archive::WrittenFile;
use sha2::{Digest, Sha256};

/// Ending of a file that is being written. One that lies in a folder was left by a run that was killed.
const UNFINISHED: &str = ".cmlint-unfinished";

/// The folder of a snapshot.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    unfinished: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// A file that is being written under a temporary name. It gets its own by [`Pending::finish`] and is removed when
/// it is dropped before.
#[derive(Debug)]
pub struct Pending {
    /// Path relative to the folder, with `/`.
    path: String,
    temporary: PathBuf,
    target: PathBuf,
    file: Option<BufWriter<File>>,
    hash: Sha256,
    unfinished: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Folder {
    /// Makes the folder if it is not there.
    pub(super) fn open(root: &Path) -> io::Result<Folder> {
        fs::create_dir_all(root)?;
        Ok(Folder { root: root.canonicalize()?, unfinished: Arc::default() })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Starts a file.
    pub(super) fn create(&self, path: &str) -> io::Result<Pending> {
        let target = self.inside(path)?;
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(UNFINISHED);
        let temporary = target.with_file_name(name);
        lock(&self.unfinished).insert(temporary.clone());
        let file = File::create(&temporary);
        if file.is_err() {
            lock(&self.unfinished).remove(&temporary);
        }
        Ok(Pending {
            path: path.to_owned(),
            temporary,
            target,
            file: Some(BufWriter::with_capacity(1 << 16, file?)),
            hash: Sha256::new(),
            unfinished: self.unfinished.clone(),
        })
    }

    /// Removes a file that no statement names any more.
    pub(super) fn remove(&self, path: &str) {
        if let Ok(target) = self.inside(path) {
            let _ = fs::remove_file(target);
        }
    }

    /// Removes what is being written at this moment.
    pub(super) fn remove_unfinished(&self) {
        for path in std::mem::take(&mut *lock(&self.unfinished)) {
            let _ = fs::remove_file(path);
        }
    }

    /// The place of a path, with its parent folder made. A manifest that was there before may name anything, and
    /// its folders may be links: nothing outside is touched.
    fn inside(&self, path: &str) -> io::Result<PathBuf> {
        let outside =
            || io::Error::new(io::ErrorKind::InvalidInput, format!("`{path}` is outside of the folder"));
        let sound =
            |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']);
        if !path.split('/').all(sound) {
            return Err(outside());
        }
        let target = self.root.join(path);
        let parent = target.parent().ok_or_else(outside)?;
        fs::create_dir_all(parent)?;
        if !parent.canonicalize()?.starts_with(&self.root) {
            return Err(outside());
        }
        Ok(target)
    }
}

impl Pending {
    /// Gives the file its name and says what the manifest needs to know of it. `rows` counts as the linter does.
    ///
    /// # Errors
    /// When the disk is full, or something else holds the file.
    pub fn finish(mut self, rows: u64) -> io::Result<WrittenFile> {
        let file = self.file.take().expect("a file is finished once");
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&self.temporary, &self.target)?;
        lock(&self.unfinished).remove(&self.temporary);
        let digest = std::mem::take(&mut self.hash).finalize();
        Ok(WrittenFile::new(self.path.clone(), rows, hex(&digest)))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = self.file.as_mut().expect("nothing is written to a finished file");
        let written = file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.file = None;
        if lock(&self.unfinished).remove(&self.temporary) {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
