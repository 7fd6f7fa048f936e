//! The output folder: a snapshot that is valid at every moment, also after Ctrl-C.
//!
//! A place (`site`, `directory`, `host`, `sql`) collects one [`Part`] after the other:
//!
//! 1. [`Out::plan`] says which datasets and scopes it is about to collect;
//! 2. [`Out::create`] opens a file under a temporary name; write to it, then [`Pending::finish`];
//! 3. [`Out::record`] puts a [`Part`] with these files into the manifest, which is written anew each time.
//!
//! What was planned and not recorded when the run is interrupted stands in the manifest as not collected. A part that
//! failed does not take the place of one that an earlier run collected.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cmlint_archive::{Entry, Hierarchy, WrittenManifest};
use cmlint_model::{Dataset, Scope};

use crate::Failure;

mod folder;
mod identity;
mod names;
mod part;
mod table;

pub use folder::Pending;
pub use identity::{Allow, now};
pub use names::{dataset_at, path_of, path_of_one};
pub use part::{Missing, Part, State, Why};
pub use table::closing_table;

pub(crate) use folder::hex;

/// Name of the manifest in the folder.
pub const MANIFEST: &str = "manifest.json";

/// A snapshot that is being filled. Shared by threads; every method writes whole files only.
#[derive(Debug)]
pub struct Out {
    folder: folder::Folder,
    allow: BTreeSet<Allow>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    manifest: WrittenManifest,
    /// What this run is about to collect, in the order of the plan.
    planned: Vec<(Dataset, Scope)>,
    done: Vec<Done>,
    interrupted: bool,
}

/// What became of one part in this run.
#[derive(Clone, Debug)]
pub struct Done {
    /// The part.
    pub part: Part,
    /// It was not collected now, and what an earlier run collected stays.
    pub earlier_kept: bool,
}

impl Out {
    /// Opens or makes the folder of a snapshot.
    ///
    /// # Errors
    /// When the folder cannot be written, holds files but no manifest, holds a manifest of a newer version, or was
    /// filled on another day and `allow` does not say that this is wanted.
    pub fn open(path: &Path, allow: &[Allow]) -> Result<Out, Failure> {
        let cannot = |e: std::io::Error| Failure::Folder { path: path.to_owned(), why: e.to_string() };
        let allow: BTreeSet<Allow> = allow.iter().copied().collect();
        let folder = folder::Folder::open(path).map_err(cannot)?;
        let manifest = folder.root().join(MANIFEST);
        let text = match std::fs::read_to_string(&manifest) {
            Ok(text) => Some(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(cannot(e)),
        };
        let now = now();
        let manifest = match text {
            Some(text) => {
                let read = WrittenManifest::from_json(&text)
                    .map_err(|why| Failure::Folder { path: path.join(MANIFEST), why })?;
                identity::same_day(&read, &now, &allow)?;
                read
            }
            None if std::fs::read_dir(folder.root()).map_err(cannot)?.next().is_some() => {
                let why = "it holds files and no manifest; `adopt` makes one for exports made by hand, and a new \
                           collection wants an empty or a new folder";
                return Err(Failure::Folder { path: path.to_owned(), why: why.to_owned() });
            }
            None => WrittenManifest::new(now, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        };
        let inner = Inner { manifest, planned: Vec::new(), done: Vec::new(), interrupted: false };
        let out = Out { folder, allow, inner: Mutex::new(inner) };
        out.write_manifest(&out.lock())?;
        Ok(out)
    }

    /// Where the snapshot lies.
    pub fn path(&self) -> &Path {
        self.folder.root()
    }

    /// Says who collects: the account in whose name the place answers, and whether this process is elevated. What an
    /// earlier run said stays.
    pub fn collector(&self, account: Option<&str>, elevated: Option<bool>) {
        let mut inner = self.lock();
        let collector = &mut inner.manifest.collector;
        collector.account = collector.account.take().or(account.map(str::to_owned));
        collector.elevated = collector.elevated.or(elevated);
    }

    /// Says of which hierarchy the place is.
    ///
    /// # Errors
    /// When the snapshot is of another one, or was made from another site's provider, and nobody asked for a mixture.
    pub fn belongs_to(&self, hierarchy: &Hierarchy) -> Result<(), Failure> {
        let mut inner = self.lock();
        match &inner.manifest.hierarchy {
            Some(known) => identity::same_hierarchy(known, hierarchy, &self.allow)?,
            None => inner.manifest.hierarchy = Some(hierarchy.clone()),
        }
        Ok(())
    }

    /// Says what is about to be collected.
    pub fn plan(&self, parts: impl IntoIterator<Item = (Dataset, Scope)>) {
        let mut inner = self.lock();
        for part in parts {
            if !inner.planned.contains(&part) {
                inner.planned.push(part);
            }
        }
    }

    /// Starts a file; `path` is relative to the folder, with `/`. [`path_of`] knows where a dataset lies.
    ///
    /// # Errors
    /// When the path leads outside of the folder or the file cannot be made.
    pub fn create(&self, path: &str) -> Result<Pending, Failure> {
        self.folder.create(path).map_err(|e| self.cannot(path, &e))
    }

    /// Writes a whole file that fits in memory.
    ///
    /// # Errors
    /// As [`Out::create`].
    pub fn write(&self, path: &str, bytes: &[u8], rows: u64) -> Result<cmlint_archive::WrittenFile, Failure> {
        let mut file = self.create(path)?;
        std::io::Write::write_all(&mut file, bytes)
            .and_then(|()| file.finish(rows))
            .map_err(|e| self.cannot(path, &e))
    }

    /// Puts what became of a dataset and scope into the manifest.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn record(&self, part: Part) -> Result<(), Failure> {
        let mut inner = self.lock();
        if inner.interrupted {
            return Ok(());
        }
        let unused = inner.put(part);
        self.write_manifest(&inner)?;
        for path in unused {
            self.folder.remove(&path);
        }
        Ok(())
    }

    /// What was recorded so far in this run.
    pub fn done(&self) -> Vec<Done> {
        self.lock().done.clone()
    }

    /// Ends an interrupted run: what was planned and not done is not collected, and half-written files go. Nothing
    /// can be recorded afterwards.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn interrupt(&self) -> Result<Vec<Done>, Failure> {
        let mut inner = self.lock();
        if inner.interrupted {
            return Ok(inner.done.clone());
        }
        let planned = std::mem::take(&mut inner.planned);
        for (dataset, scope) in planned {
            if !inner.done.iter().any(|d| d.part.dataset == dataset && d.part.scope == scope) {
                let why = Why::new("the run was interrupted before it was done");
                inner.put(Part::new(dataset, scope, State::NotCollected(why), ""));
            }
        }
        inner.interrupted = true;
        self.folder.remove_unfinished();
        self.write_manifest(&inner)?;
        Ok(inner.done.clone())
    }

    fn write_manifest(&self, inner: &Inner) -> Result<(), Failure> {
        let write = || {
            let mut file = self.folder.create(MANIFEST)?;
            std::io::Write::write_all(&mut file, inner.manifest.to_json().as_bytes())?;
            file.finish(0).map(|_| ())
        };
        write().map_err(|e| self.cannot(MANIFEST, &e))
    }

    fn cannot(&self, path: &str, error: &std::io::Error) -> Failure {
        Failure::Folder { path: self.path().join(PathBuf::from(path)), why: error.to_string() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A thread that panicked while it held the lock left whole values behind: every change is one assignment.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Returns the files that no statement names any more.
    fn put(&mut self, part: Part) -> Vec<String> {
        let earlier = self.manifest.entry(part.dataset, &part.scope);
        let earlier_kept = !part.state.has_data() && earlier.is_some_and(|e| !e.files.is_empty());
        let mut unused = Vec::new();
        if !earlier_kept {
            let mut entry = Entry::new(part.dataset, &part.scope, part.state.status());
            entry.why = part.state.why().map(ToString::to_string).unwrap_or_default();
            entry.source.clone_from(&part.source);
            entry.read_by_key = part.read_by_key;
            entry.files.clone_from(&part.files);
            for cover in &part.covers {
                entry.cover(cover);
            }
            let old = self.manifest.put(entry);
            unused.extend(old.into_iter().flat_map(|e| e.files).map(|f| f.path));
            let named = |path: &String| {
                self.manifest
                    .datasets
                    .iter()
                    .flat_map(|e| &e.files)
                    .any(|f| f.path.eq_ignore_ascii_case(path))
            };
            unused.retain(|path| !named(path));
        }
        self.done.retain(|d| d.part.dataset != part.dataset || d.part.scope != part.scope);
        self.done.push(Done { part, earlier_kept });
        unused
    }
}
