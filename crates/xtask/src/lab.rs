//! `cargo xtask lab`: the tests of the collector against real servers.

mod windows;

use std::process::{Command, ExitCode, Stdio};

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
    let mut tests = cargo();
    tests.args(["test", "--package", "cmlint-collect", "--features", "gssapi"]).env("CMLINT_LAB", "1");
    tests.env("CMLINT_LAB_EXE", program);
    tests.args(args.filter.as_deref());
    println!("== {}", words(&tests));
    Ok(if run(&mut tests)?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
