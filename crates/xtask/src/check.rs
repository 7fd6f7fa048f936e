//! `cargo xtask check`: everything that CI runs, in one order, to its end.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::Outcome;
use crate::process::{self, cargo, root, words};

/// Runs the command.
pub(crate) fn run() -> Outcome<ExitCode> {
    let failed = run_all(&mut steps()?)?;
    if failed.is_empty() {
        println!("\nall is well");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nfailed:");
    failed.iter().for_each(|step| println!("  {step}"));
    Ok(ExitCode::FAILURE)
}

fn run_all(steps: &mut [Command]) -> Outcome<Vec<String>> {
    let mut failed = Vec::new();
    for step in steps {
        let words = words(step);
        println!("\n== {words}");
        if !process::run(step)?.success() {
            failed.push(words);
        }
    }
    Ok(failed)
}

fn steps() -> Outcome<Vec<Command>> {
    let mut test = cargo();
    // An expectation that nobody has looked at is no expectation.
    test.args(["test", "--workspace"]).env("INSTA_UPDATE", "no");
    let mut format = cargo();
    format.args(["fmt", "--check"]);
    // The lints are found by a build script, so that cargo fmt does not see their files.
    let mut lints = Command::new("rustfmt");
    lints.current_dir(root()).args(["--edition", "2024", "--check"]).args(lint_files()?);
    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let mut doc = cargo();
    doc.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-Dwarnings");
    Ok(vec![test, format, lints, clippy, doc])
}

fn lint_files() -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join("lints"))? {
        let file = entry?.path().join("lint.rs");
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
