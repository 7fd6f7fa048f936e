//! Everything that ships with the project says the same with pseudonyms.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cmlint_lints::LINTS;

use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

/// The samples, and what the lints are tried on.
fn inputs() -> Vec<PathBuf> {
    let mut all = folders(&root().join("snapshots"));
    for lint in folders(&root().join("lints")) {
        let tried = ["fail", "pass", "unknown", "near-miss"].map(|name| lint.join(name));
        all.extend(tried.into_iter().filter(|path| path.is_dir()));
    }
    all
}

/// Judges an input, and judges it again with pseudonyms.
fn both(path: &Path, key: &[u8]) -> Result<(Run, Run), String> {
    let archive = cmlint_archive::open(path, cmlint_archive::Options::default()).unwrap();
    let snapshot = archive.read();
    let first = run(select(LINTS, &snapshot, false), &snapshot, archive.sources(), Options::default());
    let redactor = redactor(&[(&snapshot, archive.sources())], key);
    let again = rewritten(&archive, &redactor)?;
    let with = again.read();
    let before = Judged { run: &first, sources: archive.sources() };
    let after = (&with, again.sources());
    let second = judge_again(LINTS, false, Options::default(), &before, after, &redactor)?;
    Ok((first, second))
}

#[test]
fn all_that_ships_is_judged_as_before() {
    let inputs = inputs();
    assert!(inputs.len() > 100);
    let mut wrong = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for path in inputs {
        if cmlint_archive::open(&path, cmlint_archive::Options::default()).is_err() {
            continue;
        }
        match both(&path, b"a key of the tests") {
            Ok((first, _)) => {
                seen.extend(first.lints.iter().map(|l| (l.def.id.to_owned(), l.verdict.word().to_owned())));
            }
            Err(why) => wrong.push(format!("{}: {why}", path.strip_prefix(root()).unwrap().display())),
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\na lint reads a word that is taken for a name; where it is one of the product it belongs in \
         crates/redact/data/words.txt",
        wrong.join("\n")
    );
    let failed = seen.iter().filter(|(_, verdict)| verdict == "fail").count();
    assert_eq!(failed, LINTS.len());
}
