//! Reviews of a change: `diff`, `test`.

use std::path::PathBuf;

use clap::Args;

use super::{Output, Reading, Settings};

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
    /// See [`Settings`].
    #[command(flatten)]
    pub settings: Settings,
}
