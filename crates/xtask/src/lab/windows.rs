//! The collector as Windows runs it: built from here, linted, and handed to the tests under Wine.

use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::process::{cargo, root, run, target, words};

const TARGET: &str = "x86_64-pc-windows-gnu";

/// What the script for the library ends with where none is to be had for this compiler.
const NO_LIBRARY: i32 = 3;

/// Builds the collector for Windows and gives the path of the program; `None`, with a line that says so, where there
/// is no library for Windows. Anything that clippy says is an error.
pub(super) fn program() -> Outcome<Option<PathBuf>> {
    let (toolchain, build) = (target().join("lab/windows"), target().join("lab/windows-build"));
    let mut library = Command::new(root().join("crates/collector/lab/windows.sh"));
    library.arg(&toolchain).current_dir(root());
    println!("== {}", words(&library));
    let status = run(&mut library)?;
    if status.code() == Some(NO_LIBRARY) {
        println!("LEFT OUT: the Windows build and the tests under Wine; there is no library for {TARGET}");
        return Ok(None);
    }
    if !status.success() {
        return Err(format!("it ended with {status}").into());
    }
    // A library of its own changes what is compiled, so it has a target folder of its own.
    let mut flags = std::ffi::OsString::from("--sysroot=");
    flags.push(toolchain.join("sysroot"));
    let for_windows = |words: &[&str]| {
        let mut command = cargo();
        command
            .args(words)
            .args(["--target", TARGET, "--package", "cmlint-collect", "--target-dir"])
            .arg(&build);
        command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS", &flags);
        // Nobody debugs it, and it is built from nothing in CI.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
        command
    };
    // What the collector is made of is linted where everything is.
    let mut clippy = for_windows(&["clippy", "--no-deps"]);
    clippy.args(["--", "-D", "warnings"]);
    succeed(clippy)?;
    succeed(for_windows(&["build"]))?;
    Ok(Some(build.join(TARGET).join("debug/cmlint-collect.exe")))
}

fn succeed(mut command: Command) -> Outcome {
    println!("== {}", words(&command));
    let status = run(&mut command)?;
    if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
}
