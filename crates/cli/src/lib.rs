//! The command line of cmlint. The only crate of the linter that prints, writes outputs and exits.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is this crate's work")]

pub mod args;
mod check;
mod exit;
mod given;
mod io;
mod open;
mod show;

use clap::Parser;

pub use exit::Exit;

/// Runs the program with the arguments of the process and returns its exit code.
pub fn main() -> Exit {
    let args = match args::Cli::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors for clap, and go to standard output.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
            return match error.print() {
                Ok(()) => code,
                Err(_) => Exit::Usage,
            };
        }
    };
    run(&args)
}

/// Runs a parsed command line.
pub fn run(args: &args::Cli) -> Exit {
    let result = match &args.command {
        args::Command::Check(check) => check::check(args, check),
        args::Command::Coverage(coverage) => show::coverage(args, coverage),
        args::Command::Explain(explain) => show::explain(args, explain),
        args::Command::Rules(rules) => show::rules(args, rules),
    };
    result.unwrap_or_else(|exit| exit)
}
