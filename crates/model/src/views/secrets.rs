//! The secrets that a snapshot holds: places, never texts.

use std::collections::BTreeSet;

use cmlint_source::{Secret, Sources, Span, Why};

use crate::proof::merge;
use crate::{Gap, Scope, Snapshot, Status};

/// The secrets that a snapshot holds.
#[derive(Debug)]
pub struct Secrets {
    found: Vec<Secret>,
    files: Vec<(String, Span)>,
    holes: Vec<Gap>,
}

impl Secrets {
    pub(super) fn build(snapshot: &Snapshot<'_>, sources: &Sources) -> Self {
        let mut found = snapshot.secrets.clone().unwrap_or_default();
        found.sort_by(|a, b| sources.order(a.span).cmp(&sources.order(b.span)));
        let mut files: Vec<(String, Span)> =
            sources.files().map(|f| (f.path().to_owned(), f.id().span(0, 0))).collect();
        files.sort();
        Secrets { found, holes: holes(snapshot, sources), files }
    }

    /// Every file that was read: its path, and its start.
    pub fn files(&self) -> impl Iterator<Item = (&str, Span)> {
        self.files.iter().map(|(path, span)| (path.as_str(), *span))
    }

    /// Every secret, with its place and without its text.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.found.iter()
    }

    /// Files that belong to the snapshot and could not be read, or not to their end: nobody knows what they
    /// hold.
    pub fn holes(&self) -> &[Gap] {
        &self.holes
    }
}

fn holes(snapshot: &Snapshot<'_>, sources: &Sources) -> Vec<Gap> {
    let read: BTreeSet<&str> = sources.files().map(|f| f.path()).collect();
    let guessed: BTreeSet<&str> = sources
        .all()
        .filter(|s| s.masks().iter().any(|m| m.why == Why::NotUnderstood))
        .map(|s| s.path())
        .collect();
    let mut holes = Vec::new();
    for problem in &snapshot.problems {
        let Some(dataset) = problem.dataset else { continue };
        let path = problem.path.as_str();
        let (status, why) = match (read.contains(path), guessed.contains(path)) {
            (false, _) => (Status::Failed, "it could not be read"),
            (true, true) => (Status::Partial, "it could not be read to its end"),
            (true, false) => continue,
        };
        merge(&mut holes, [Gap::new(dataset, Scope::File(path.to_owned()), status, why)]);
    }
    holes.sort();
    holes
}
