//! Runs lints over a snapshot. It knows no lint by name: which ones run is the caller's choice.
#![forbid(unsafe_code)]

mod fingerprint;
mod hush;
mod run;
mod select;

pub use fingerprint::fingerprint;
pub use hush::Hide;
pub use run::{LintResult, Options, Reported, Run, State, Summary, Verdict, run};
pub use select::{NotSelected, Selection, select};
