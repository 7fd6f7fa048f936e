//! The program `cmlint-collect`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cmlint_collect::main(cmlint_collect::Args::parse())
}
