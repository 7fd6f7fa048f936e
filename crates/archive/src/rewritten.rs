//! The same input with other texts: names replaced by pseudonyms.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cmlint_model::FileProblem;
use cmlint_source::Source;
use cmlint_text::secrets::Format;

use crate::container::Container;
use crate::load::format_of;
use crate::open::{Archive, opened};
use crate::overlay::OverlayError;
use crate::{Limits, OpenError, Options};

/// Makes another text of a text: of a path and of other words of one line [`Format::Unknown`].
pub type Rewrite<'r> = &'r dyn Fn(Format, &str) -> String;

impl Archive {
    /// The input as if its files, their paths and the manifest said what `rewrite` makes of them. Line ends
    /// must stay where they are.
    ///
    /// # Errors
    /// When what comes out cannot be opened: `rewrite` has changed more than names.
    pub fn rewritten(&self, rewrite: Rewrite<'_>) -> Result<Archive, OpenError> {
        let line = |text: &str| rewrite(Format::Unknown, text);
        let laid: Vec<_> = self.overlay.iter().map(|(_, job)| job.file).collect();
        let files = self.sources.files().filter(|source| !laid.contains(&source.id()));
        let texts = files.map(|source| (line(source.path()), changed(source, rewrite), source.encoding()));
        let container = Container::texts(texts.collect(), Limits::default());
        let mut archive = opened(Path::new("snapshot"), &container, Options::default())?;
        let mut done = Vec::new();
        for (shown, job) in &self.overlay {
            if done.contains(&job.file) {
                continue;
            }
            done.push(job.file);
            let source = self.sources.get(job.file);
            let shown = line(shown);
            let outward = line(source.outward().unwrap_or(&shown));
            let text = (shown.clone(), changed(source, rewrite), source.encoding());
            let container = Container::texts(vec![text], Limits::default());
            let scope = line(&job.scope.key());
            let scope = (!scope.is_empty()).then_some(scope.as_str());
            let laid = archive.lay(&container, &PathBuf::from(&shown), false, scope, |_| outward.clone());
            if let Err(OverlayError::Open(error)) = laid {
                return Err(error);
            }
        }
        archive.doubted_as(self, &line);
        Ok(archive)
    }

    /// What was said of the bytes of the files, which are gone.
    fn doubted_as(&mut self, before: &Archive, line: &dyn Fn(&str) -> String) {
        let jobs = |archive: &Archive, path: &dyn Fn(&str) -> String| -> BTreeMap<String, &'static str> {
            let all = archive.jobs.iter().chain(archive.overlay.iter().map(|(_, job)| job));
            let doubts = all.filter_map(|job| Some((path(archive.sources.get(job.file).path()), job.doubt?)));
            doubts.collect()
        };
        let doubts = jobs(before, line);
        let sources = &self.sources;
        for job in self.jobs.iter_mut().chain(self.overlay.iter_mut().map(|(_, job)| job)) {
            job.doubt = doubts.get(sources.get(job.file).path()).copied();
        }
        for problem in &before.problems {
            if let Err(remark) = &problem.problem {
                let said = FileProblem {
                    path: line(&problem.path),
                    problem: Err(line(remark)),
                    dataset: problem.dataset,
                };
                self.problems.push(said);
            }
        }
    }
}

fn changed(source: &Source, rewrite: Rewrite<'_>) -> String {
    rewrite(format_of(source.path(), source.text()), source.text())
}
