//! Rules about the files of the project.

use std::path::{Path, PathBuf};

use crate::program::root;

fn files(extension: &str) -> Vec<PathBuf> {
    ["crates", "lints", "tests"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root().join(folder)))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .filter(|path| !path.components().any(|c| c.as_os_str() == "target"))
        .collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn every_crate_root_forbids_unsafe_code() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let source = entry.unwrap().path().join("src");
        for name in ["lib.rs", "main.rs"] {
            let path = source.join(name);
            // The collector calls Windows and allows it in one module.
            if path.is_file() && !shown(&path).starts_with("crates/collector") {
                let text = std::fs::read_to_string(&path).unwrap();
                if !text.contains("#![forbid(unsafe_code)]") {
                    wrong.push(shown(&path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    let manifests = files("toml").into_iter().filter(|p| p.file_name().is_some_and(|n| n == "Cargo.toml"));
    let wrong: Vec<String> = manifests
        .filter(|path| !std::fs::read_to_string(path).unwrap().contains("[lints]\nworkspace = true"))
        .map(|path| shown(&path))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn no_file_is_too_long_to_fit_in_a_head() {
    let mut wrong = Vec::new();
    for path in files("rs") {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        // A table is read by looking things up in it.
        let table = path.ends_with("dataset/table.rs");
        if lines > 700 && !table {
            wrong.push(format!("{}: {lines} lines", shown(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    // Written in pieces, so that this file does not find itself.
    let marks = [
        ["to", "do!("].concat(),
        ["unimpl", "emented!("].concat(),
        ["FIX", "ME"].concat(),
        ["#[ig", "nore"].concat(),
    ];
    let mut wrong = Vec::new();
    for path in files("rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        for mark in marks.iter().filter(|mark| text.contains(mark.as_str())) {
            wrong.push(format!("{}: {mark}", shown(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
