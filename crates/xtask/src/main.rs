//! The developers' commands: `cargo xtask <command>`. Never published.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "these commands talk to whoever types them")]

mod bench;
mod check;
mod generate;
mod lab;
mod new_lint;
mod oracle;
mod process;
mod readme;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// How a command ends: nothing to say, or what went wrong.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Developers' commands of cmlint.
#[derive(Parser, Debug)]
#[command(name = "cargo xtask", disable_help_subcommand = true, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make the folder of a new lint, ready to be filled in.
    NewLint(new_lint::Args),
    /// Write a large valid snapshot from a seed.
    Gen(generate::Args),
    /// Measure reading and judging of a large snapshot beside other readers.
    Bench(bench::Args),
    /// Run everything that CI runs.
    Check,
    /// Run the tests of the collector against Samba and Apache; needs root.
    Lab(lab::Args),
    /// Compare the access check with Samba's on random cases.
    Oracle(oracle::Args),
    /// Print the description of the snapshot format, made from the table of datasets.
    SnapshotsReadme(readme::Args),
    /// One measured part of `bench`, in a process of its own.
    #[command(hide = true)]
    BenchPart {
        /// Which part.
        part: bench::Part,
        /// The snapshot.
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::NewLint(args) => new_lint::run(&args),
        Command::Gen(args) => process::in_release().and_then(|there| match there {
            Some(code) => Ok(code),
            None => generate::run(&args).map(|()| ExitCode::SUCCESS),
        }),
        Command::Bench(args) => process::in_release().and_then(|there| match there {
            Some(code) => Ok(code),
            None => bench::run(&args).map(|()| ExitCode::SUCCESS),
        }),
        Command::Check => check::run(),
        Command::Lab(args) => lab::run_lab(&args),
        Command::Oracle(args) => oracle::run(&args),
        Command::SnapshotsReadme(args) => readme::run(&args),
        Command::BenchPart { part, folder } => bench::part(part, &folder).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("cargo xtask: {error}");
        ExitCode::from(2)
    })
}
