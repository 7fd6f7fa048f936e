use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cmlint_model::{About, Dataset, FileProblem, Scope, Snapshot, Statement, Status};
use cmlint_source::{FileId, Problem, Secret, Sources, Span};
use rayon::prelude::*;

use crate::container::{Container, Entry};
use crate::load::{self, Loaded};
use crate::manifest::{self, Manifest, ManifestFile};
use crate::{Limits, OpenError, read, recognise};

/// How to open an input.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How much to read.
    pub limits: Limits,
    /// Compare the hashes that the manifest states.
    pub verify: bool,
}

/// An opened input: its texts, and what is to be read from them.
#[derive(Debug)]
pub struct Archive {
    pub(crate) sources: Sources,
    pub(crate) jobs: Vec<Job>,
    /// What is laid over the others: the file as the user named it, and its piece.
    pub(crate) overlay: Vec<(String, Job)>,
    /// Statements without a file that could be read.
    pub(crate) bare: Vec<(Dataset, Scope, Statement)>,
    about: About,
    pub(crate) problems: Vec<FileProblem>,
    pub(crate) secrets: Vec<Secret>,
    ignored: Vec<(String, String)>,
}

/// A piece of a file that becomes rows of one dataset.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) file: FileId,
    pub(crate) dataset: Dataset,
    pub(crate) scope: Scope,
    pub(crate) statement: Statement,
    /// Number of rows that the manifest states.
    pub(crate) rows: Option<u64>,
    /// Where the manifest names the file.
    pub(crate) named: Option<Span>,
    /// Why the rows of the file cannot be trusted to be all and right.
    pub(crate) doubt: Option<&'static str>,
    /// Which list of a JSON file with several lists.
    pub(crate) section: Option<usize>,
}

impl Archive {
    /// The texts.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Takes the user's own files beside the texts, so that reports can show them.
    pub fn adopt(&mut self, own: Sources) {
        self.sources.adopt(own);
    }

    /// Files that are no part of the snapshot, and why: unknown, or not named by the manifest.
    pub fn ignored(&self) -> &[(String, String)] {
        &self.ignored
    }

    /// What each file holds: its path, a dataset, and what the rows speak of. A file with several lists is there
    /// several times.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, Dataset, &Scope)> {
        self.jobs.iter().map(|job| (self.sources.get(job.file).path(), job.dataset, &job.scope))
    }

    /// How many secrets the files hold.
    pub fn secrets(&self) -> usize {
        self.secrets.len()
    }

    /// Turns the texts into rows, in parallel on the threads of the current rayon pool. Never fails: what
    /// cannot be read becomes a hole.
    pub fn read(&self) -> Snapshot<'_> {
        let mut snapshot = Snapshot::default();
        snapshot.about = About {
            has_manifest: self.about.has_manifest,
            collected_at: self.about.collected_at.clone(),
            collector: self.about.collector.clone(),
            ..About::default()
        };
        snapshot.problems = self.problems.clone();
        let done: Vec<read::Read<'_>> =
            self.jobs.par_iter().map(|job| read::job(&self.sources, job, &self.secrets)).collect();
        for read in done {
            for insertion in read.insertions {
                insertion(&mut snapshot);
            }
            snapshot.problems.extend(read.problems);
        }
        for (dataset, scope, statement) in &self.bare {
            read::bare(&mut snapshot, *dataset, scope.clone(), statement.clone());
        }
        for (path, job) in &self.overlay {
            snapshot.lay_over(Some(path));
            let read = read::job(&self.sources, job, &self.secrets);
            read.insertions.into_iter().for_each(|insertion| insertion(&mut snapshot));
            snapshot.problems.extend(read.problems);
        }
        if !self.overlay.is_empty() {
            snapshot.lay_over(None);
        }
        snapshot.set_secrets(self.secrets.clone());
        snapshot.seal();
        snapshot
    }
}

/// Opens a snapshot (a folder or zip file with a manifest), a folder or zip file of loose exports, or one
/// loose export.
///
/// # Errors
/// When the path cannot be opened at all; see [`OpenError`].
pub fn open(path: &Path, options: Options) -> Result<Archive, OpenError> {
    opened(path, &Container::open(path, options.limits)?, options)
}

/// As [`open`], of a container.
pub(crate) fn opened(path: &Path, container: &Container, options: Options) -> Result<Archive, OpenError> {
    let prefix = manifest_prefix(&container.entries);
    match prefix.and_then(|prefix| {
        container.entries.iter().find(|e| e.path == format!("{prefix}manifest.json")).map(|e| (prefix, e))
    }) {
        Some((prefix, entry)) => with_manifest(path, container, &prefix, entry, options),
        None => loose(path, container),
    }
}

/// The folder inside the input that holds the manifest: the top, or the only folder at the top (as many
/// tools pack a folder into a zip file).
fn manifest_prefix(entries: &[Entry]) -> Option<String> {
    if entries.iter().any(|e| e.path == "manifest.json") {
        return Some(String::new());
    }
    let top = entries.first()?.path.split_once('/')?.0;
    let only = entries.iter().all(|e| e.path.split_once('/').is_some_and(|(t, _)| t == top));
    let manifest = format!("{top}/manifest.json");
    (only && entries.iter().any(|e| e.path == manifest)).then(|| format!("{top}/"))
}

fn with_manifest(
    path: &Path,
    container: &Container,
    prefix: &str,
    entry: &Entry,
    options: Options,
) -> Result<Archive, OpenError> {
    let loaded = container
        .text(entry, "manifest.json", None, false)
        .map_err(|why| OpenError::Unreadable(path.join("manifest.json"), why))?;
    let mut sources = Sources::new();
    let problems = loaded.problems(None);
    let id = sources.add(loaded.path, loaded.text, loaded.encoding);
    let claims = manifest::claims_to_be_one(sources.get(id).text());
    let manifest = match manifest::parse(sources.get(id)) {
        Ok(manifest) => manifest,
        // Some other program's manifest.json beside loose exports.
        Err(_) if !claims && container.entries.len() > 1 => return loose(path, container),
        Err(problem) => {
            // It is about to be shown: what a scan finds in it and what nobody has understood is hidden.
            load::mask_secrets(&sources, id);
            load::mask_unread(&sources, id);
            return Err(OpenError::Manifest { sources: Box::new(sources), problem: Box::new(problem) });
        }
    };
    let mut archive = Archive {
        sources,
        jobs: Vec::new(),
        overlay: Vec::new(),
        bare: Vec::new(),
        about: About {
            has_manifest: true,
            collected_at: manifest.collected_at.clone(),
            collector: manifest.account.clone(),
            ..About::default()
        },
        problems,
        secrets: Vec::new(),
        ignored: Vec::new(),
    };
    archive.add_manifest(container, prefix, &manifest, options);
    archive.scan_secrets();
    Ok(archive)
}

impl Archive {
    fn add_manifest(&mut self, container: &Container, prefix: &str, manifest: &Manifest, options: Options) {
        for problem in &manifest.problems {
            self.problem("manifest.json", Ok(problem.clone()), None);
        }
        let entries: BTreeMap<&str, &Entry> =
            container.entries.iter().filter_map(|e| Some((e.path.strip_prefix(prefix)?, e))).collect();
        let mut wanted: BTreeMap<&str, (&ManifestFile, Dataset)> = BTreeMap::new();
        for statement in &manifest.entries {
            for file in &statement.files {
                wanted.entry(file.path.value.as_str()).or_insert((file, statement.dataset));
            }
        }
        let read: Vec<(&str, Result<Loaded, String>)> = wanted
            .par_iter()
            .map(|(path, (file, _))| {
                let Some(entry) = entries.get(path) else {
                    return (*path, Err(refused(container, prefix, path)));
                };
                (*path, container.text(entry, path, file.encoding.as_deref(), options.verify))
            })
            .collect();
        let mut ids: BTreeMap<&str, Result<Opened, String>> = BTreeMap::new();
        for (path, loaded) in read {
            let dataset = Some(wanted[path].1);
            match loaded {
                Ok(loaded) => {
                    let changed = options.verify && self.is_changed(wanted[path].0, &loaded, dataset);
                    self.problems.extend(loaded.problems(dataset));
                    let doubt = if changed {
                        Some("changed after collection")
                    } else {
                        loaded.lossy.then_some(load::LOSSY)
                    };
                    let id = self.sources.add(loaded.path, loaded.text, loaded.encoding);
                    ids.insert(path, Ok(Opened { id, doubt }));
                }
                Err(why) => {
                    let named = Problem::lost(wanted[path].0.path.span, format!("{path}: {why}"));
                    self.problem(path, Ok(named), dataset);
                    ids.insert(path, Err(why));
                }
            }
        }
        let mut taken: BTreeSet<(&str, Dataset, &Scope)> = BTreeSet::new();
        for entry in &manifest.entries {
            if entry.files.is_empty() {
                self.bare.push((entry.dataset, entry.scope.clone(), entry.statement.clone()));
            }
            for file in &entry.files {
                let path = file.path.value.as_str();
                if !taken.insert((path, entry.dataset, &entry.scope)) {
                    // Its rows are there already; what this statement says counts all the same.
                    let text = "the same file is named twice for one dataset and scope; it is read once";
                    self.problem(path, Ok(Problem::note(file.path.span, text)), Some(entry.dataset));
                    self.bare.push((entry.dataset, entry.scope.clone(), entry.statement.clone()));
                    continue;
                }
                match &ids[path] {
                    Ok(opened) => self.jobs.push(Job {
                        file: opened.id,
                        dataset: entry.dataset,
                        scope: entry.scope.clone(),
                        statement: entry.statement.clone(),
                        rows: file.rows,
                        named: Some(file.path.span),
                        doubt: opened.doubt,
                        section: None,
                    }),
                    Err(why) => {
                        let mut statement = entry.statement.clone();
                        statement.status = Status::Failed;
                        statement.why = format!("{}: {why}", file.path.value);
                        self.bare.push((entry.dataset, entry.scope.clone(), statement));
                    }
                }
            }
        }
        for (path, _) in entries {
            if path != "manifest.json" && !wanted.contains_key(path) {
                self.ignored.push((path.to_owned(), "the manifest does not name it".to_owned()));
            }
        }
        for (path, why) in &container.refused {
            self.ignored.push((path.clone(), why.clone()));
        }
    }

    /// Whether a file has another hash than the manifest states, which is then reported.
    fn is_changed(&mut self, file: &ManifestFile, loaded: &Loaded, dataset: Option<Dataset>) -> bool {
        let (Some(stated), Some(found)) = (&file.sha256, loaded.sha256()) else { return false };
        if stated.value == found {
            return false;
        }
        let path = &file.path.value;
        let text =
            format!("{path} has another SHA-256 than the manifest states: it was changed after collection");
        let problem = Problem::lost(stated.span, text).help("collect it again, or find out who changed it");
        self.problem(path, Ok(problem), dataset);
        true
    }

    fn problem(&mut self, path: &str, problem: Result<Problem, String>, dataset: Option<Dataset>) {
        self.problems.push(FileProblem { path: path.to_owned(), problem, dataset });
    }

    fn scan_secrets(&mut self) {
        let sources = &self.sources;
        let files: Vec<FileId> = sources.files().map(|s| s.id()).collect();
        let found: Vec<Vec<Secret>> = files.par_iter().map(|id| load::mask_secrets(sources, *id)).collect();
        self.secrets = found.into_iter().flatten().collect();
    }
}

/// A file that became a text.
struct Opened {
    id: FileId,
    doubt: Option<&'static str>,
}

fn refused(container: &Container, prefix: &str, path: &str) -> String {
    let full = format!("{prefix}{path}");
    let found = container.refused.iter().find(|(p, _)| *p == full);
    found.map_or_else(|| "the manifest names it and it is not there".to_owned(), |(_, why)| why.clone())
}

fn loose(path: &Path, container: &Container) -> Result<Archive, OpenError> {
    let read: Vec<(&Entry, Result<Loaded, String>)> = container
        .entries
        .par_iter()
        .map(|entry| (entry, container.text(entry, &entry.path, None, false)))
        .collect();
    let mut archive = Archive {
        sources: Sources::new(),
        jobs: Vec::new(),
        overlay: Vec::new(),
        bare: Vec::new(),
        about: About::default(),
        problems: Vec::new(),
        secrets: Vec::new(),
        ignored: container.refused.clone(),
    };
    let mut unreadable = Vec::new();
    for (entry, loaded) in read {
        match loaded {
            Ok(loaded) => {
                let problems = loaded.problems(None);
                let doubt = loaded.lossy.then_some(load::LOSSY);
                let id = archive.sources.add(loaded.path, loaded.text, loaded.encoding);
                match recognise::recognise(archive.sources.get(id)) {
                    Ok(jobs) => {
                        archive.problems.extend(problems);
                        archive.jobs.extend(jobs.into_iter().map(|job| Job { doubt, ..job }));
                    }
                    Err(why) => archive.ignored.push((entry.path.clone(), why)),
                }
            }
            Err(why) => unreadable.push((entry.path.clone(), why)),
        }
    }
    if archive.jobs.is_empty() {
        let mut seen = archive.ignored;
        seen.extend(unreadable);
        return Err(OpenError::Nothing { path: path.to_owned(), seen });
    }
    for (path, why) in unreadable {
        archive.problem(&path, Err(why), None);
    }
    archive.scan_secrets();
    Ok(archive)
}
