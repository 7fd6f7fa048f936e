//! Runs lints over a snapshot, and settles what becomes of findings that somebody has dealt with. It knows no
//! lint by name: which ones run is the caller's choice.
#![forbid(unsafe_code)]

mod fingerprint;
mod hush;
mod near;
mod run;
mod select;
mod selector;
mod settle;

pub use fingerprint::fingerprint;
pub use hush::Hide;
pub use near::{distance, nearest};
pub use run::{LintResult, Options, Reported, Run, State, Summary, Verdict, run};
pub use select::{NotSelected, Selection, select};
pub use selector::{Selector, Unknown};
pub use settle::{
    Accepted, Date, Grounds, Known, Notice, NoticeKind, OnPurpose, Settlement, Suppression, known, settle,
};
