//! Reviews of a change: `diff`, `test`, what `check` lays over a snapshot, and which part it shows.

use std::path::PathBuf;

use clap::Args;

use super::{Output, Reading, Settings};

/// What a snapshot is judged with, and which part is shown.
#[derive(Args, Clone, Debug, Default)]
pub struct Review {
    /// Lay an export over the snapshot and judge the site as it would be: objects of the same name are
    /// replaced, others stay. May be given several times. Where the file does not say which computer, domain
    /// or database (server/database) it is of, name it: `--with cm01.contoso.com=acl.csv`.
    #[arg(long, value_name = "[SCOPE=]FILE")]
    pub with: Vec<PathBuf>,
    /// Show only findings about a site, its computers and its database. All are judged, and the exit code
    /// counts all.
    #[arg(long, value_name = "CODE")]
    pub site: Option<String>,
    /// Show only findings about a computer. All are judged, and the exit code counts all.
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
}

/// Pseudonyms in the place of names.
#[derive(Args, Clone, Debug, Default)]
pub struct Redact {
    /// Put pseudonyms in the place of names, SIDs, computers and domains, in every format. Lines are those of
    /// the files, columns those of the text with pseudonyms. The key is read from --redact-key-file, else from
    /// CMLINT_REDACT_KEY; the same key gives the same pseudonyms.
    #[arg(long)]
    pub redact: bool,
    /// The file with the key.
    #[arg(long, value_name = "FILE", requires = "redact")]
    pub redact_key_file: Option<PathBuf>,
}

/// `diff`.
#[derive(Args, Debug)]
pub struct Diff {
    /// Before: a snapshot, loose exports, or a report that `check -o json` wrote.
    pub old: PathBuf,
    /// After: the same.
    pub new: PathBuf,
    /// See [`Reading`].
    #[command(flatten)]
    pub reading: Reading,
    /// Output as FORMAT or FORMAT=FILE: human, json, markdown, sarif.
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
    /// See [`Redact`].
    #[command(flatten)]
    pub redact: Redact,
    /// See [`Settings`].
    #[command(flatten)]
    pub settings: Settings,
}

/// `test`.
#[derive(Args, Debug)]
pub struct Test {
    /// A folder of tests, or one test: a folder with `snapshot` (a folder, a zip file or an export) and
    /// `expected.txt`. A line `select: LINTS` in the latter says which lints the test is about.
    pub folder: PathBuf,
    /// Write what is found in the place of what is expected.
    #[arg(long)]
    pub update: bool,
    /// See [`Reading`].
    #[command(flatten)]
    pub reading: Reading,
    /// See [`Settings`].
    #[command(flatten)]
    pub settings: Settings,
}
