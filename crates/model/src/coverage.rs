use std::fmt;

use cmlint_source::Span;

use crate::{Dataset, Scope};

/// How much of a dataset and scope a snapshot holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// All of it: what is not there does not exist.
    Complete,
    /// A loose file: its rows are there; nobody says whether there are more.
    Given,
    /// Some of it.
    Partial,
    /// Collection was tried and failed, or the file could not be read.
    Failed,
    /// Nobody collected it.
    NotCollected,
}

impl Status {
    /// The word of outputs and manifests.
    pub fn word(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Given => "given",
            Status::Partial => "partial",
            Status::Failed => "failed",
            Status::NotCollected => "not_collected",
        }
    }

    /// Reads the word of a manifest, where `given` does not occur.
    pub fn from_word(word: &str) -> Option<Status> {
        Some(match word {
            "complete" => Status::Complete,
            "partial" => Status::Partial,
            "failed" => Status::Failed,
            "not_collected" => Status::NotCollected,
            _ => return None,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::NotCollected => "not collected",
            other => other.word(),
        })
    }
}

/// What a manifest (or, without one, the recogniser) says of one dataset and scope.
#[derive(Clone, Debug)]
pub struct Statement {
    /// How much is there.
    pub status: Status,
    /// Why it is not complete, in words; empty when it is.
    pub why: String,
    /// Where the statement stands, so that even "there are none" has a place to point at.
    pub at: Option<Span>,
    /// Each instance was read by its key, so that an empty lazy property means "none".
    pub read_by_key: bool,
    /// What was walked or asked.
    pub covers: Vec<Cover>,
}

/// What a collection walked or asked; anything outside is not collected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cover {
    /// A tree of objects with descriptors.
    Tree {
        /// Kind of object as `acl.csv` writes it (`ntfs`, `share`, `registry`, `wmi`, `dcom`, `service`).
        kind: String,
        /// Path of the root, as [`crate::path_key`] makes it.
        root: String,
        /// How many levels below the root were walked; `None` for all.
        depth: Option<u32>,
        /// Objects whose access control entries are all inherited have no row.
        inherited_left_out: bool,
    },
    /// A question to a directory.
    Question {
        /// `lookup`, `groups-of`, `members-of` or `permissions-of`.
        question: String,
        /// What it was asked of.
        of: String,
    },
}

impl Statement {
    /// A statement with a status and a reason and nothing else.
    pub fn new(status: Status, why: impl Into<String>) -> Self {
        Statement { status, why: why.into(), at: None, read_by_key: false, covers: Vec::new() }
    }
}

/// A hole: what a lint would have needed and did not get.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Gap {
    /// The dataset with the hole.
    pub dataset: Dataset,
    /// Where the hole is.
    pub scope: Scope,
    /// How much of it is there.
    pub status: Status,
    /// A property of the rows, when the rows are there and the property is not (lazy properties).
    pub property: Option<&'static str>,
    /// Why, in words.
    pub why: String,
}

impl Gap {
    /// A hole in a whole dataset.
    pub fn new(dataset: Dataset, scope: Scope, status: Status, why: impl Into<String>) -> Self {
        Gap { dataset, scope, status, property: None, why: why.into() }
    }

    /// A hole in one property of rows that are there.
    pub fn property(dataset: Dataset, scope: Scope, property: &'static str, why: impl Into<String>) -> Self {
        Gap { dataset, scope, status: Status::Partial, property: Some(property), why: why.into() }
    }

    /// The command that would fill the hole.
    pub fn collect(&self) -> &'static str {
        let info = self.dataset.info();
        self.property
            .and_then(|p| info.lazy.iter().find(|l| l.property == p))
            .map_or(info.command, |lazy| lazy.command)
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.dataset.name())?;
        if let Some(property) = self.property {
            write!(f, ".{property}")?;
        }
        write!(f, " of {}: {}", self.scope, self.status)?;
        if !self.why.is_empty() {
            write!(f, " ({})", self.why)?;
        }
        Ok(())
    }
}

/// Something, or the holes that keep it from being known.
pub type Judged<T> = Result<T, Vec<Gap>>;
