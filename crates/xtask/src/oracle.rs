//! `cargo xtask oracle`: random access checks, answered by us and by Samba.

use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::Outcome;
use crate::process::{cargo, must, root, target};

/// Samba's bindings belong to the system's Python and to no other.
const PYTHON: &str = "/usr/bin/python3";

/// How many cases stay in the project, so that tests need no Samba.
const RECORDED: u64 = 5000;

/// Arguments.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// How many cases.
    #[arg(long, default_value_t = 100_000)]
    cases: u64,
    /// Other cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the first 5,000 cases with Samba's answers to crates/winsec/tests/oracle/recorded.txt.
    #[arg(long)]
    record: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    if args.record && args.cases < RECORDED {
        return Err(format!("--record needs at least {RECORDED} cases").into());
    }
    if !has_samba() {
        let text = format!(
            "{PYTHON} has no module samba; install it with `apt-get install python3-samba` \
             (the recorded cases run without it: cargo test -p cmlint-winsec --test oracle)"
        );
        return Err(text.into());
    }
    let folder = target().join("oracle");
    std::fs::create_dir_all(&folder)?;
    let (cases, answers) = (folder.join("cases.jsonl"), folder.join("answers.jsonl"));
    let count = args.cases.to_string();
    println!("{count} cases of seed {}", args.seed);
    must(example(&["generate", &count, &args.seed.to_string()]).stdout(File::create(&cases)?))?;
    let script = root().join("crates/winsec/tests/oracle/answer.py");
    must(Command::new(PYTHON).arg(script).stdin(File::open(&cases)?).stdout(File::create(&answers)?))?;
    let compared = must(example(&["compare"]).arg(&answers));
    if let Err(error) = compared {
        println!("{error}");
        return Ok(ExitCode::FAILURE);
    }
    if args.record {
        record(&answers)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Only after all cases agree: a recorded difference would be defended by every later test run.
fn record(answers: &Path) -> Outcome {
    let recorded = root().join("crates/winsec/tests/oracle/recorded.txt");
    // Beside it first, so that a failure leaves the old one.
    let fresh = recorded.with_extension("new");
    must(example(&["record", &RECORDED.to_string()]).arg(answers).stdout(File::create(&fresh)?))?;
    std::fs::rename(&fresh, &recorded)?;
    println!("{} is new", recorded.display());
    Ok(())
}

fn example(args: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "cmlint-winsec", "--example", "oracle", "--"]);
    command.args(args);
    command
}

fn has_samba() -> bool {
    let mut command = Command::new(PYTHON);
    command.args(["-c", "import samba.security, samba.dcerpc.security"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
