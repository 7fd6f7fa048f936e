//! Results to text: for people, for programs, for other tools.
//!
//! One module for each format. None of them prints: each writes what it is asked for into a string or a
//! writer, and the caller decides where that goes. What all formats share is the [`excerpt`], which is the
//! only way text of a snapshot gets into a report, and [`escape`], which makes names safe for a target.
#![forbid(unsafe_code)]

pub mod about;
pub mod accounts;
pub mod answer;
pub mod baseline;
mod command;
pub mod coverage;
pub mod diff;
pub mod escape;
pub mod excerpt;
pub mod explain;
pub mod github;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod outward;
mod paint;
pub mod requirements;
pub mod rules;
pub mod sarif;
pub mod settings;

use std::ops::Range;

use cmlint_engine::Run;
use cmlint_model::Snapshot;
use cmlint_source::Sources;

/// Finds what looks like a secret in a text, as byte ranges of it: long runs of hex or base64, pairs like
/// `password=…`. What the readers have masked needs no net; this one is for what no reader knew.
///
/// The caller gives it (`cmlint_text::secrets::last_net`), because reports know no file formats.
pub type LastNet = fn(&str) -> Vec<Range<usize>>;

/// The program that makes the report.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
}

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The results.
    pub run: &'a Run,
    /// What was judged.
    pub snapshot: &'a Snapshot<'a>,
    /// The texts that spans name.
    pub sources: &'a Sources,
    /// Who judged.
    pub tool: Tool<'a>,
    /// The snapshot's path as the user gave it.
    pub path: &'a str,
}

/// How a report for people looks. The caller decides all of it; nothing is read from the environment.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal; taken as at least 40.
    pub width: usize,
    /// Whether to colour. Without it the output holds no escape character.
    pub colour: bool,
    /// Whether lines are drawn with characters other than ASCII.
    pub unicode: bool,
    /// Whether to list what is only counted otherwise.
    pub verbose: bool,
    /// What else to blank in excerpts.
    pub last_net: LastNet,
}

impl Style {
    /// The width that is drawn in.
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(40, 240)
    }
}
