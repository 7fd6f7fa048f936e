//! Tests that hold for every lint, so that no author writes them, and the fixtures of each lint.
//!
//! A fixture lies in the lint's folder and enables that lint alone. Its expectation is in `expected/`, in
//! the plain form of [`plain`], which no reporter and no other lint can change.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]
#![allow(clippy::disallowed_methods, reason = "the ban is for lints; tests read fixtures")]

mod claims;
mod corpus;
mod documents;
mod fixtures;
mod knock_out;
mod plain;
mod requirements;

use std::path::{Path, PathBuf};

use cmlint_archive::{Archive, Options, open};
use cmlint_engine::{LintResult, Run, Selection, run};
use cmlint_lint::LintDef;
use cmlint_lints::LINTS;
use cmlint_model::{Policy, Snapshot};
use cmlint_source::Sources;

/// The folder of a lint.
fn folder(def: &LintDef) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(def.id)
}

/// Fixtures of a lint whose names begin with `kind`: (name, path).
fn fixtures(def: &LintDef, kind: &str) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(folder(def))
        .unwrap()
        .filter_map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            let same = name == kind || name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-'));
            (same && entry.path().is_dir()).then(|| (name, entry.path()))
        })
        .collect();
    found.sort();
    found
}

/// A snapshot, and the policy that it is judged with.
struct Opened {
    archive: Archive,
    policy: Policy,
}

impl Opened {
    fn read(&self) -> Snapshot<'_> {
        let mut snapshot = self.archive.read();
        snapshot.policy = self.policy.clone();
        snapshot
    }

    fn sources(&self) -> &Sources {
        self.archive.sources()
    }
}

/// Opens a snapshot. A fixture may have settings of the organisation in a file of its name beside it, for example
/// `fail-policy.toml` beside `fail-policy/`.
fn archive(path: &Path) -> Opened {
    let mut archive =
        open(path, Options::default()).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    let settings = path.with_extension("toml");
    let Ok(text) = std::fs::read_to_string(&settings) else {
        return Opened { archive, policy: Policy::default() };
    };
    let mut own = Sources::new();
    let name = "cmlint.toml".to_owned();
    let file = own.add_own(name.clone(), name, text);
    let settings = cmlint_config::settings(&own, file, LINTS)
        .unwrap_or_else(|wrong| panic!("{}: {wrong:?}", settings.display()));
    archive.adopt(own);
    Opened { archive, policy: settings.policy }
}

/// All lints.
fn everything() -> Selection {
    Selection { lints: LINTS.to_vec(), not_selected: Vec::new() }
}

/// Runs one lint on a snapshot, however little it was given.
fn alone(def: &LintDef, snapshot: &Snapshot<'_>, archive: &Opened) -> LintResult {
    let selection = Selection { lints: vec![*def], not_selected: Vec::new() };
    let Run { mut lints, .. } =
        run(selection, snapshot, archive.sources(), cmlint_engine::Options::default());
    lints.remove(0)
}

/// Collects what is wrong with all lints, so that one run of a test names everything.
#[derive(Default)]
struct Complaints(Vec<String>);

impl Complaints {
    fn check(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.0.push(complaint());
        }
    }
}

impl Drop for Complaints {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
        }
    }
}
