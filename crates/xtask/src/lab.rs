//! `cargo xtask lab`: the tests of the collector against real servers.

mod run_folder;
mod windows;

use std::process::{Command, ExitCode, Stdio};

use run_folder::RunFolder;

use crate::Outcome;
use crate::process::{cargo, root, run, words};

/// Which part of the lab.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Name of a test, or a part of one; all without it.
    filter: Option<String>,
}

/// Runs the command.
pub(crate) fn run_lab(args: &Args) -> Outcome<ExitCode> {
    if !cfg!(target_os = "linux") {
        return Err("the lab has Samba and Apache in network namespaces, which Linux has".into());
    }
    let missing = missing()?;
    if !missing.is_empty() {
        let text = format!("these packages are missing; as root: apt-get install -y {}", missing.join(" "));
        return Err(text.into());
    }
    let program = windows::program()?;
    // Tests ask the linter about what was collected.
    let mut linter = cargo();
    linter.args(["build", "--package", "cmlint"]);
    if !run(&mut linter)?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let folder = RunFolder::take()?;
    let mut tests = cargo();
    // Each program of tests has a domain of its own; where one fails, the others still say what they know.
    tests.args(["test", "--package", "cmlint-collect", "--features", "gssapi", "--no-fail-fast"]);
    tests.env("CMLINT_LAB", folder.path());
    match &program {
        Some(program) => tests.env("CMLINT_LAB_EXE", program),
        None => tests.env_remove("CMLINT_LAB_EXE"),
    };
    tests.args(args.filter.as_deref());
    println!("== {}", words(&tests));
    let passed = run(&mut tests)?.success();
    folder.leave()?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Packages of the lab that this computer lacks.
fn missing() -> Outcome<Vec<String>> {
    let list = std::fs::read_to_string(root().join("crates/collector/lab/packages"))?;
    let wanted = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut missing = Vec::new();
    for package in wanted {
        let mut query = Command::new("dpkg-query");
        query.args(["--show", "--showformat=${db:Status-Status}", package]).stderr(Stdio::null());
        let output = query.output().map_err(|e| format!("dpkg-query cannot be run: {e}"))?;
        if output.stdout != b"installed" {
            missing.push(package.to_owned());
        }
    }
    Ok(missing)
}
