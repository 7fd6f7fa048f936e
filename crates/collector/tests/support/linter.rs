use std::path::Path;
use std::process::Command;

/// The linter, which was built beside the program.
pub(crate) fn linter() -> Command {
    let linter = Path::new(env!("CARGO_BIN_EXE_cmlint-collect")).with_file_name("cmlint");
    assert!(linter.is_file(), "build the linter first: cargo build -p cmlint");
    Command::new(linter)
}
