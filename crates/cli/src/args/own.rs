//! The user's own files, and what the command line says in their place.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;
use cmlint_engine::Date;
use cmlint_lint::Severity;
use cmlint_model::proof::Confidence;

use super::{Input, Output, confidence, severity};

/// What `cmlint.toml` says too. The command line says more than the file.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// Run only these lints: an id, the beginning of ids (`naa-*`), `tag:accounts`, `subject:TITLE`, an
    /// identifier of Misconfiguration Manager (`CRED-1`), `all`. In the place of what cmlint.toml selects
    /// and ignores.
    #[arg(long, value_name = "LINTS", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not run these lints, in the same words; beside those that cmlint.toml ignores.
    #[arg(long, value_name = "LINTS", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The mildest severity that makes the exit code 1 [default: medium].
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Hide findings that are less sure [default: medium].
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub min_confidence: Option<Confidence>,
    /// Exit with 0 when nothing is wrong but holes could hide something.
    #[arg(long)]
    pub allow_incomplete: bool,
    /// Read the settings from this file; without it, cmlint.toml is looked for from the current folder
    /// upwards to the root of the repository.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no cmlint.toml and no suppressions but those named here.
    #[arg(long)]
    pub no_config: bool,
    /// Read the suppressions from this file; without it, cmlint-suppressions.toml beside cmlint.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "no_suppressions")]
    pub suppressions: Option<PathBuf>,
    /// Read no suppressions.
    #[arg(long)]
    pub no_suppressions: bool,
    /// The day at which suppressions end, as 2026-07-01; without it that of SOURCE_DATE_EPOCH, else the
    /// snapshot's.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub now: Option<Date>,
}

/// Which baseline.
#[derive(Args, Debug, Default)]
pub struct Baselined {
    /// Findings that this file knows do not fail; `cmlint baseline create` makes one.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,
    /// Read no baseline, though cmlint.toml names one.
    #[arg(long)]
    pub no_baseline: bool,
}

/// `baseline`.
#[derive(Subcommand, Debug)]
pub enum Baseline {
    /// Write the findings of a snapshot that nobody has suppressed; refuses to overwrite.
    Create(BaselineFile),
    /// Add new findings and what they rest on, take out what is there no more.
    Update(BaselineFile),
    /// Say what a baseline knows.
    Show(BaselineShow),
}

/// A snapshot and the baseline of it.
#[derive(Args, Debug)]
pub struct BaselineFile {
    /// What to judge.
    #[command(flatten)]
    pub input: Input,
    /// The baseline; without it the one that cmlint.toml names, else cmlint-baseline.jsonl.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// See [`Settings`].
    #[command(flatten)]
    pub settings: Settings,
}

/// `baseline show`.
#[derive(Args, Debug)]
pub struct BaselineShow {
    /// The baseline; without it the one that cmlint.toml names, else cmlint-baseline.jsonl.
    pub file: Option<PathBuf>,
    /// Read the settings from this file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no cmlint.toml.
    #[arg(long)]
    pub no_config: bool,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// The folder.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

/// `config`.
#[derive(Args, Debug)]
pub struct Config {
    /// See [`Settings`].
    #[command(flatten)]
    pub settings: Settings,
    /// See [`Baselined`].
    #[command(flatten)]
    pub baselined: Baselined,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell.
    pub shell: Shell,
}

fn day(text: &str) -> Result<Date, String> {
    cmlint_config::day(text).ok_or_else(|| "write the day as year, month and day: 2026-07-01".to_owned())
}
