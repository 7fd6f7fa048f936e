//! The command line of cmlint, and the linter as a library. The only crate of the linter that prints, writes
//! outputs and exits.
//!
//! Whoever keeps snapshots in a repository can hold in tests what the linter says of them, for example with
//! [insta](https://docs.rs/insta): the outcomes are text, one line for each outcome and each finding.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../snapshots/contoso");
//! let snapshot = cmlint::open(folder)?;
//! let outcomes = snapshot.check_only(&["too-many-network-access-accounts"])?;
//! insta::assert_snapshot!(outcomes.to_string(), @r"
//! too-many-network-access-accounts: fail, 1 checked
//!   high site:PS1/account:network-access -- site `PS1` has 12 network access accounts; 10 is the most it may have
//! ");
//! assert_eq!(outcomes.open().count(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! `cmlint test` does the same without a test of one's own.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is this crate's work")]

mod accounts;
pub mod args;
mod asked;
mod check;
mod exit;
mod given;
mod io;
mod library;
mod open;
mod own;
mod repository;
mod review;
mod show;
mod target;
mod why;

use clap::Parser;

pub use exit::Exit;
pub use library::{CannotOpen, Ended, Found, Opened, Outcome, Outcomes, UnknownLint, open};

/// Runs the program with the arguments of the process and returns its exit code.
pub fn main() -> Exit {
    hide_panics();
    std::panic::catch_unwind(start).unwrap_or(Exit::Usage)
}

/// The message of a panic can hold a piece of the snapshot, secrets included: only its place is told.
fn hide_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
        io::say(&format!("cmlint: this program has a defect{place}; please report it with this line"));
    }));
}

fn start() -> Exit {
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
        args::Command::Accounts(accounts) => accounts::accounts(args, accounts),
        args::Command::Why(why) => why::why(args, why),
        args::Command::WhoCan(who_can) => why::who_can(args, who_can),
        args::Command::Diff(diff) => review::diff(args, diff),
        args::Command::Test(test) => review::test(args, test),
        args::Command::Baseline(baseline) => own::baseline(args, baseline),
        args::Command::Init(init) => own::init(init),
        args::Command::Config(config) => own::config(args, config),
        args::Command::Schema => show::schema(),
        args::Command::Completions(completions) => show::completions(completions),
    };
    result.unwrap_or_else(|exit| exit)
}
