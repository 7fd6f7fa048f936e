//! The places where others run the program: an action, a hook, pipelines, shells. What their files say is run.

mod action;
mod hooks;
mod readme;
mod shells;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Said, binary, root, said, scratch};

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// A repository with the weak sample as `snapshots/site` and the healthy one as `snapshots/well kept`.
fn repository(name: &str) -> PathBuf {
    let folder = scratch(name);
    std::fs::create_dir(folder.join(".git")).unwrap();
    for (from, to) in [("contoso", "site"), ("contoso-hardened", "well kept")] {
        crate::own_files::copy(&root().join("snapshots").join(from), &folder.join("snapshots").join(to));
    }
    folder
}

/// Lays the program where a script expects it.
fn lay_program(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(binary(), path).unwrap();
}

/// Runs a script as pipelines do. Nothing to see where there is no bash.
fn bash(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Said {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder);
    command.env_remove("SOURCE_DATE_EPOCH").env("NO_COLOR", "1").stdin(Stdio::null());
    said(command.envs(variables.iter().copied()).output().unwrap())
}

/// Whether a program of this name starts; says so on standard error where it does not.
fn is_there(program: &str, needed_by: &str) -> bool {
    let started = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if started.is_err() {
        // Past the capture of the test harness: somebody should see that something was not tried.
        let line = format!("{needed_by} was left out: no {program} in PATH\n");
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    }
    started.is_ok()
}

/// The words of a line for a shell. Our own examples need no more than quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut word: Option<String> = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => {
                word.get_or_insert_default();
                quote = None;
            }
            (None, '"' | '\'') => quote = Some(c),
            // `<name or SID>` stands for one word.
            (None, '<') => quote = Some('>'),
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Whether the program takes these arguments.
fn assert_taken(arguments: &[String]) {
    let all = std::iter::once("cmlint").chain(arguments.iter().map(String::as_str));
    if let Err(error) = <cmlint::args::Cli as clap::Parser>::try_parse_from(all) {
        panic!("cmlint {arguments:?}: {error}");
    }
}
