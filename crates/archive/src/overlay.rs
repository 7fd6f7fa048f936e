//! Loose exports laid over a snapshot: what the site would be if they were imported.

use std::path::{Path, PathBuf};

use cmlint_model::{Dataset, FileProblem, Scope, ScopeKind};

use crate::container::Container;
use crate::open::{Archive, Job};
use crate::{OpenError, Options, load, recognise};

/// Why a file cannot be laid over a snapshot.
#[derive(Debug)]
pub enum OverlayError {
    /// It cannot be opened, or nothing known is in it.
    Open(OpenError),
    /// Nothing in it says which computer, domain or database it is of.
    NoScope {
        /// The file.
        path: PathBuf,
        /// What it holds.
        dataset: Dataset,
        /// What has to be named.
        kind: ScopeKind,
    },
    /// The snapshot has no such computer, domain or database.
    UnknownScope {
        /// The name as it was given.
        name: String,
        /// Names that the snapshot has.
        known: Vec<String>,
    },
}

impl Archive {
    /// Lays a loose export, or a folder of them, over the snapshot: rows about the same objects are replaced,
    /// others stay. `scope` names the computer, domain or database (`server/database`) where the file does
    /// not. `shown` is the path of a file for a reader, `outward` that from the root of the repository.
    ///
    /// # Errors
    /// See [`OverlayError`]. What is wrong with rows of the file becomes a hole, as in any file.
    pub fn lay_over(
        &mut self,
        path: &Path,
        scope: Option<&str>,
        options: Options,
        outward: impl Fn(&Path) -> String,
    ) -> Result<(), OverlayError> {
        let container = Container::open(path, options.limits).map_err(OverlayError::Open)?;
        self.lay(&container, path, path.is_dir(), scope, outward)
    }

    pub(crate) fn lay(
        &mut self,
        container: &Container,
        path: &Path,
        is_folder: bool,
        scope: Option<&str>,
        outward: impl Fn(&Path) -> String,
    ) -> Result<(), OverlayError> {
        let mut found = Vec::new();
        let mut seen = container.refused.clone();
        for entry in &container.entries {
            let full = if is_folder { path.join(&entry.path) } else { path.to_owned() };
            let shown = full.display().to_string().replace('\\', "/");
            match container.text(entry, &entry.path, None, false) {
                Ok(loaded) => found.push((full, shown, loaded)),
                Err(why) => seen.push((entry.path.clone(), why)),
            }
        }
        let mut jobs = Vec::new();
        for (full, shown, loaded) in found {
            let problems = loaded.problems(None);
            let doubt = loaded.lossy.then_some(load::LOSSY);
            let id = self.sources.add_over(shown.clone(), outward(&full), loaded.text, loaded.encoding);
            self.secrets.extend(load::mask_secrets(&self.sources, id));
            match recognise::recognise(self.sources.get(id)) {
                Ok(recognised) => {
                    for job in recognised {
                        let scope = self.overlay_scope(&job, scope, &full)?;
                        jobs.push((shown.clone(), Job { scope, doubt, ..job }));
                    }
                    let named = |p: FileProblem| FileProblem { path: shown.clone(), ..p };
                    self.problems.extend(problems.into_iter().map(named));
                }
                Err(why) => seen.push((shown, why)),
            }
        }
        if jobs.is_empty() {
            return Err(OverlayError::Open(OpenError::Nothing { path: path.to_owned(), seen }));
        }
        self.overlay.extend(jobs);
        Ok(())
    }

    /// The scope of an overlaid file's rows: what the file itself tells, else what the user named.
    fn overlay_scope(&self, job: &Job, named: Option<&str>, path: &Path) -> Result<Scope, OverlayError> {
        let kind = job.dataset.info().scope;
        let tells = !matches!(job.scope, Scope::File(_));
        let Some(name) = named.filter(|_| !matches!(kind, ScopeKind::Hierarchy | ScopeKind::Site)) else {
            return match tells {
                true => Ok(job.scope.clone()),
                false => Err(OverlayError::NoScope { path: path.to_owned(), dataset: job.dataset, kind }),
            };
        };
        let jobs = self.jobs.iter().map(|job| &job.scope);
        let all = jobs.chain(self.bare.iter().map(|(_, scope, _)| scope)).filter(|s| s.kind() == kind);
        let known: std::collections::BTreeSet<&Scope> = all.collect();
        let wanted = Scope::from_parts(kind.word(), name);
        if let Some(wanted) = wanted.filter(|wanted| known.contains(wanted)) {
            return Ok(wanted);
        }
        // `cm01` is enough where only one computer is called so.
        let short = format!("{}.", name.to_lowercase());
        let mut like = known.iter().filter(|scope| scope.key().starts_with(&short));
        match (like.next(), like.next()) {
            (Some(only), None) => Ok((*only).clone()),
            _ => Err(OverlayError::UnknownScope {
                name: name.to_owned(),
                known: known.iter().map(|scope| scope.key()).collect(),
            }),
        }
    }
}
