//! The hooks of pre-commit.

use serde_json::Value;

use super::{assert_taken, bash, file, is_there, lay_program, repository, word, words, yaml};
use crate::program::root;

fn hooks() -> Vec<Value> {
    yaml(&file(".pre-commit-hooks.yaml")).as_array().unwrap().clone()
}

/// A hook runs from the repository of its user, with the arguments of its user behind its own.
#[test]
fn every_hook_is_a_command_that_judges() {
    for hook in hooks() {
        let entry = words(word(&hook, "entry"));
        let (program, own) = entry.split_first().unwrap();
        assert_taken(&[own, &["snapshots/site".to_owned()]].concat());
        assert_eq!((own[0].as_str(), &hook["pass_filenames"]), ("check", &Value::Bool(false)));
        match word(&hook, "language") {
            "system" => assert_eq!(program, "cmlint"),
            "script" => assert!(root().join(program).is_file(), "{program}"),
            other => panic!("nobody builds cmlint as {other}: its package is not at the root"),
        }
    }
}

#[test]
fn the_hook_that_builds_runs_what_it_built() {
    if !is_there("bash", "the_hook_that_builds_runs_what_it_built") {
        return;
    }
    let hooks = hooks();
    let script = hooks.iter().find(|hook| hook["language"] == "script").unwrap();
    let folder = repository("hook");
    // Stands for cargo, which would take minutes: runs the program in place of building it.
    let cargo = "#!/bin/sh\necho \"$@\" > built\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec tools/cmlint \"$@\"\n";
    lay_program(&folder.join("tools/cmlint"));
    std::fs::write(folder.join("tools/cargo"), cargo).unwrap();
    let line = format!(
        "chmod +x tools/cargo; export PATH=$PWD/tools:$PATH; '{}'/{} snapshots/site --fail-on critical",
        root().display(),
        word(script, "entry")
    );
    let said = bash(&line, &folder, &[]);
    assert!(said.code == 1 && said.out.contains("crashed of"), "{}", said.all());
    let built = std::fs::read_to_string(folder.join("built")).unwrap();
    let manifest = format!("--manifest-path {}/Cargo.toml", root().display());
    for words in [manifest.as_str(), "--release", "--locked", "--package cmlint", "--bin cmlint"] {
        assert!(built.contains(words), "{built}");
    }
}
