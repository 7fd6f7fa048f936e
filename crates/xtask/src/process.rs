//! Other programs, and where the project lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use crate::Outcome;

/// The folder of the project.
pub(crate) fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).unwrap_or(Path::new(".")).to_owned()
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    // `<target>/release/xtask` also with a target folder elsewhere.
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.parent()?.to_owned()));
    beside.unwrap_or_else(|| root().join("target"))
}

/// Waits for a command and takes any failure of it for one of ours.
pub(crate) fn must(command: &mut Command) -> Outcome {
    let status = run(command)?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", words(command)).into()) }
}

/// Waits for a command.
pub(crate) fn run(command: &mut Command) -> Outcome<ExitStatus> {
    command.status().map_err(|error| format!("{} cannot be run: {error}", words(command)).into())
}

/// A command as one would type it.
pub(crate) fn words(command: &Command) -> String {
    let mut words = vec![Path::new(command.get_program()).file_name().unwrap_or_default().to_owned()];
    words.extend(command.get_args().map(OsString::from));
    words.iter().map(|w| w.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs the same command line in a release build, unless this is one: what is measured or writes a lot
/// would say nothing, or take minutes, without optimisation.
pub(crate) fn in_release() -> Outcome<Option<ExitCode>> {
    if !cfg!(debug_assertions) {
        return Ok(None);
    }
    // Not in the project's folder: relative paths of the user stay what they are.
    let mut command = Command::new(cargo().get_program());
    command.args(["run", "--quiet", "--release", "--package", "xtask", "--manifest-path"]);
    command.arg(root().join("Cargo.toml")).arg("--").args(std::env::args_os().skip(1));
    let code = run(&mut command)?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2);
    Ok(Some(ExitCode::from(code)))
}
