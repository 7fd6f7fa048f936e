//! What `cargo xtask new-lint` makes compiles, and nothing else changes.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ID: &str = "example-is-in-a-bad-state";

/// The folder of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// An empty folder for one test.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-lint").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|e| e.unwrap().into_path());
    entries
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap().display().to_string().replace('\\', "/");
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

fn new_lint(id: &str, into: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(["new-lint", id, "--into"]).arg(into).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn only_the_new_folder_is_new() {
    let folder = scratch("copy");
    copy(&root().join("lints"), &folder);
    let before = files(&folder);
    let output = new_lint(ID, &folder);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Next:"), "the next steps are said");
    let after = files(&folder);
    let made: BTreeSet<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert!(made.iter().all(|name| name.starts_with(&format!("{ID}/"))), "{made:?}");
    for name in ["lint.rs", "README.md", "fail/manifest.json", "pass/manifest.json", "unknown/manifest.json"]
    {
        assert!(made.contains(&format!("{ID}/{name}")), "{name} is not there: {made:?}");
    }
    for (name, bytes) in &before {
        assert!(after.get(name) == Some(bytes), "{name} changed");
    }

    // A second time, it is there, and stays as its author left it.
    let lint = folder.join(ID).join("lint.rs");
    std::fs::write(&lint, "mine").unwrap();
    let output = new_lint(ID, &folder);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is there already"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(&lint).unwrap(), "mine");
}

#[test]
fn an_id_that_is_none_makes_nothing() {
    let folder = scratch("refused");
    for id in ["no-bad-state", "check-something", "Bad-State", "../outside-it", "state"] {
        let output = new_lint(id, &folder);
        assert_eq!(output.status.code(), Some(2), "{id}");
        assert!(text(&output.stderr).contains(id), "{id}: {}", text(&output.stderr));
    }
    assert!(files(&folder).is_empty() && !folder.join("../outside-it").exists());
}

/// A lint crate that holds the new lint alone, with the harness of the real one.
fn crate_with_one_lint() -> PathBuf {
    let folder = scratch("crate");
    let lints = folder.join("lints");
    std::fs::create_dir_all(&lints).unwrap();
    for entry in std::fs::read_dir(root().join("lints")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), lints.join(entry.file_name())).unwrap();
        }
    }
    copy(&root().join("lints/harness"), &lints.join("harness"));
    copy(&root().join("snapshots/v1-first"), &folder.join("snapshots/v1-first"));
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let project = root().display().to_string().replace('\\', "/");
    let manifest: Vec<String> = std::fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .lines()
        .map(|line| match line.split_once(" = ").map(|(name, _)| name) {
            Some("members") => "members = [\"lints\"]".to_owned(),
            Some("default-members") => String::new(),
            _ => line.replace("path = \"crates/", &format!("path = \"{project}/crates/")),
        })
        .collect();
    std::fs::write(folder.join("Cargo.toml"), manifest.join("\n")).unwrap();
    let output = new_lint(ID, &lints);
    assert!(output.status.success(), "{}", text(&output.stderr));
    folder
}

fn cargo(folder: &Path, args: &[&str]) -> Output {
    // Dependencies are those of the project, built already.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(args)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("INSTA_WORKSPACE_ROOT", folder);
    // What a run of the tests with other settings has set would change what is compiled or recorded.
    command.env("INSTA_UPDATE", "always").env_remove("CMLINT_LINT").output().unwrap()
}

#[test]
fn a_new_lint_compiles_and_lacks_only_what_its_author_has_to_say() {
    let folder = crate_with_one_lint();
    let check = cargo(&folder, &["check", "--offline", "--quiet", "--package", "cmlint-lints"]);
    assert!(check.status.success(), "{}", text(&check.stderr));
    assert!(!text(&check.stderr).contains("warning"), "{}", text(&check.stderr));

    let format = Command::new("rustfmt")
        .args(["--edition", "2024", "--check", "--config-path"])
        .arg(root())
        .arg(folder.join("lints").join(ID).join("lint.rs"))
        .output()
        .unwrap();
    assert!(format.status.success(), "{}", text(&format.stdout));

    let test = cargo(
        &folder,
        &["test", "--offline", "--no-fail-fast", "--package", "cmlint-lints", "--test", "lints"],
    );
    let said = text(&test.stdout);
    assert!(said.contains("test result:"), "{said}\n{}", text(&test.stderr));
    // `---- documents::every_meta_is_filled_in stdout ----`, then what the test said. Tests that speak of
    // all lints together may miss the others here; only what is said of the new one counts.
    let complaints: BTreeSet<&str> = said
        .split("\n---- ")
        .skip(1)
        .filter(|section| section.contains(ID))
        .filter_map(|section| section.split_once(" stdout ----")?.0.rsplit("::").next())
        .collect();
    let expected = BTreeSet::from([
        "every_meta_is_filled_in",
        "every_readme_has_its_parts_in_order",
        "references_name_sections_and_stand_in_readme_and_meta_alike",
    ]);
    assert_eq!(complaints, expected, "{said}\n{}", text(&test.stderr));
}
