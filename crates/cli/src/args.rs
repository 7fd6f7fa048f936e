//! The arguments.

mod own;
mod review;

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use cmlint_lint::Severity;
use cmlint_model::proof::Confidence;

pub use own::*;
pub use review::*;

/// Offline linter for exported Microsoft Configuration Manager configuration.
#[derive(Parser, Debug)]
#[command(name = "cmlint", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to colour: NO_COLOR and FORCE_COLOR count when this is auto.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Columns to draw in; without it the terminal's, or 100.
    #[arg(long, global = true, value_name = "COLUMNS")]
    pub width: Option<usize>,
    /// Draw lines with ASCII characters only.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Say more: lints that passed or did not apply, files that were ignored.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Threads; without it one for each processor.
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Judge a snapshot, or loose exports.
    #[command(alias = "lint")]
    Check(Check),
    /// Say what was collected and what each hole costs.
    Coverage(Coverage),
    /// Explain a lint.
    #[command(alias = "rule")]
    Explain(Explain),
    /// List the lints.
    Rules(Rules),
    /// List the accounts that the site uses: for what, whom they stand for, what is wrong with them.
    Accounts(Accounts),
    /// Say whether somebody has a right on an object, with the proof.
    Why(WhyArgs),
    /// List everybody who has a right on an object, with the way to it.
    WhoCan(WhoCanArgs),
    /// Say what changed between two snapshots, or two exports.
    Diff(Diff),
    /// Compare snapshots with what is expected of them.
    Test(Test),
    /// Keep known findings apart from new ones.
    #[command(subcommand)]
    Baseline(Baseline),
    /// Write a commented cmlint.toml.
    Init(Init),
    /// Say which settings count and where each comes from.
    Config(Config),
    /// Print the JSON Schema of the JSON report.
    Schema,
    /// Print the completions of a shell.
    Completions(Completions),
}

/// An input and how much of it to read.
#[derive(Args, Debug)]
pub struct Input {
    /// A snapshot (folder or zip file), a folder of loose exports, or one export.
    pub path: PathBuf,
    /// See [`Reading`].
    #[command(flatten)]
    pub reading: Reading,
}

/// How much is read.
#[derive(Args, Clone, Debug)]
pub struct Reading {
    /// Compare the hashes that the manifest states.
    #[arg(long)]
    pub verify: bool,
    /// Largest file that is read, in bytes (at most 2 GiB).
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 30)]
    pub max_file_size: u64,
    /// Largest input that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 8 << 30)]
    pub max_total_size: u64,
    /// Largest number of files.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub max_files: usize,
    /// How many bytes one byte of a zip file may unpack to.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub max_ratio: u64,
}

/// `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// What to judge.
    #[command(flatten)]
    pub input: Input,
    /// Output as FORMAT or FORMAT=FILE; may be given several times, without FILE once.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
    /// See [`Settings`].
    #[command(flatten)]
    pub settings: Settings,
    /// See [`Baselined`].
    #[command(flatten)]
    pub baselined: Baselined,
    /// See [`Redact`].
    #[command(flatten)]
    pub redact: Redact,
    /// See [`Review`].
    #[command(flatten)]
    pub review: Review,
    /// What findings stand under, for people and in Markdown; without it, the worst come first.
    #[arg(long, value_name = "WHAT")]
    pub group_by: Option<GroupBy>,
    /// Show at most so many findings (human, markdown, github), the worst, and say how many are left out.
    #[arg(long, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Run all lints on loose files, also those whose subjects were not given.
    #[arg(long)]
    pub require_all: bool,
}

/// `coverage`.
#[derive(Args, Debug)]
pub struct Coverage {
    /// What to look at.
    #[command(flatten)]
    pub input: Input,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The lint's id.
    pub lint: String,
}

/// `rules`.
#[derive(Args, Debug)]
pub struct Rules {
    /// The requirements of the source documents, and which lints judge each.
    #[arg(long)]
    pub by_requirement: bool,
    /// Only the requirements of one group or account, by its title: "Network Access Account".
    #[arg(long, value_name = "TITLE", requires = "by_requirement")]
    pub subject: Option<String>,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// `accounts`.
#[derive(Args, Debug)]
pub struct Accounts {
    /// The snapshot.
    #[command(flatten)]
    pub input: Input,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// `why`.
#[derive(Args, Debug)]
pub struct WhyArgs {
    /// The snapshot.
    #[command(flatten)]
    pub input: Input,
    /// Who: a name (`CONTOSO\pnovak`, `pnovak`) or a SID.
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// The right in the words of its kind: `Modify`, `Remote Enable`, `Full Control`; on a database a role or
    /// a permission (`db_owner`, `sysadmin`, `CONTROL`), on a type of object `Read`, `Deploy Applications`.
    #[arg(long, value_name = "RIGHT")]
    pub can: String,
    /// The object: `cm01:C:\folder`, `\\cm01\share`, `cm01:root\SMS`, `cm01:HKLM\key`, a distinguished name,
    /// a database (`sql:sql01/CM_PS1`, with `/dbo` or `/dbo.SC_UserAccount` a part of it), a type of object
    /// of the product (`configmgr:Collection`, `configmgr:Collection/All Systems`,
    /// `configmgr:Application/Default`), or the end of a path, or a name, where only one fits.
    #[arg(long, value_name = "OBJECT")]
    pub on: String,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// `who-can`.
#[derive(Args, Debug)]
pub struct WhoCanArgs {
    /// The snapshot.
    #[command(flatten)]
    pub input: Input,
    /// The right in the words of its kind: `Modify`, `Remote Enable`, `Full Control`; on a database a role or
    /// a permission (`db_owner`, `sysadmin`, `CONTROL`), on a type of object `Read`, `Deploy Applications`.
    pub right: String,
    /// The object, as for `why`.
    #[arg(long, value_name = "OBJECT")]
    pub on: String,
    /// Output as FORMAT or FORMAT=FILE.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// What findings stand under.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum GroupBy {
    /// The lint.
    Lint,
    /// The object.
    Object,
    /// The computer.
    Host,
    /// The site.
    Site,
}

/// Where an output goes and in which format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; standard output without one.
    pub file: Option<PathBuf>,
}

/// An output format.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// JSON, version 1.
    Json,
    /// SARIF 2.1.0, for code scanning: what is open.
    Sarif,
    /// SARIF 2.1.0 with what is suppressed or known from the baseline, for other viewers than GitHub.
    SarifFull,
    /// JUnit XML, for the test tabs of build servers.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Markdown, for the summary of a job.
    Markdown,
    /// A page to read in a browser or on paper.
    Html,
}

impl std::str::FromStr for Output {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name must follow `=`".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = Format::from_str(format, true).map_err(|_| {
            let known: Vec<_> =
                Format::value_variants().iter().filter_map(|f| f.to_possible_value()).collect();
            let known: Vec<&str> = known.iter().map(|v| v.get_name()).collect();
            format!("unknown format; one of {}", known.join(", "))
        })?;
        Ok(Output { format, file })
    }
}

fn severity(word: &str) -> Result<Severity, String> {
    word.parse().map_err(|()| "one of info, low, medium, high, critical".to_owned())
}

fn confidence(word: &str) -> Result<Confidence, String> {
    [Confidence::Low, Confidence::Medium, Confidence::High]
        .into_iter()
        .find(|c| c.word().eq_ignore_ascii_case(word))
        .ok_or_else(|| "one of low, medium, high".to_owned())
}
