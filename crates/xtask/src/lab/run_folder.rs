//! The folder in which the servers of one run of the lab keep what they need while they run.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::process::target;

/// Servers end when the tests that started them do, and tidy up after that.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that is empty when the servers of a run have ended, and a lock, because tests of two runs would write to
/// the same places.
pub(super) struct RunFolder {
    path: PathBuf,
    /// Held until the run is over.
    _lock: File,
}

impl RunFolder {
    /// Waits until no other run has it.
    pub(super) fn take() -> Outcome<RunFolder> {
        let lab = target().join("lab");
        fs::create_dir_all(&lab)?;
        let lock = File::create(lab.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                println!("== another run of the lab has begun; waiting for it");
                lock.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let path = lab.join("run");
        // A run that was killed may have left something.
        match fs::remove_dir_all(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => fs::create_dir(&path)?,
        }
        Ok(RunFolder { path, _lock: lock })
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until the servers are gone with all that they wrote.
    pub(super) fn leave(self) -> Outcome {
        let begin = Instant::now();
        while let Some(left) = fs::read_dir(&self.path)?.next() {
            if begin.elapsed() > PATIENCE {
                return Err(format!("a server did not end: {} is still there", left?.path().display()).into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(fs::remove_dir(&self.path)?)
    }
}
