use std::fmt;

use cmlint_archive::WrittenFile;
use cmlint_model::{Cover, Dataset, Scope, Status};

/// What one run says about one dataset of one scope: goes into the manifest and into the closing table.
#[derive(Clone, Debug)]
pub struct Part {
    /// What was collected.
    pub dataset: Dataset,
    /// Of what.
    pub scope: Scope,
    /// How much of it.
    pub state: State,
    /// What was asked of whom, for people: `AdminService wmi/SMS_Admin on cm02.contoso.com`.
    pub source: String,
    /// Each object was read by its key, so that an empty lazy property means "none".
    pub read_by_key: bool,
    /// What was walked or asked.
    pub covers: Vec<Cover>,
    /// The files that hold it, as [`super::Pending::finish`] gave them.
    pub files: Vec<WrittenFile>,
}

/// How much of a dataset a run collected. What is not complete says why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// All of it; 0 rows mean that there are none.
    Complete,
    /// Some of it.
    Partial(Why),
    /// It was tried, and nothing can be used.
    Failed(Why),
    /// It was not tried.
    NotCollected(Why),
}

/// Why something is not complete.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Why {
    /// What happened, without a full stop. Never holds a secret.
    pub what: String,
    /// What would have helped.
    pub missing: Option<Missing>,
}

/// What was missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Missing {
    /// A right, in the words of the place that refused.
    Right(String),
    /// A port that did not answer: `cm02.contoso.com:443`.
    Port(String),
    /// Another thing that has to be there first.
    Thing(String),
}

impl Part {
    /// A part without files and covers.
    pub fn new(dataset: Dataset, scope: Scope, state: State, source: impl Into<String>) -> Self {
        Part {
            dataset,
            scope,
            state,
            source: source.into(),
            read_by_key: false,
            covers: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Rows of all its files; `None` where nobody has counted them.
    pub fn rows(&self) -> Option<u64> {
        self.files.iter().map(|f| f.rows).sum()
    }
}

impl State {
    /// The word for it in the model.
    pub fn status(&self) -> Status {
        match self {
            State::Complete => Status::Complete,
            State::Partial(_) => Status::Partial,
            State::Failed(_) => Status::Failed,
            State::NotCollected(_) => Status::NotCollected,
        }
    }

    /// Why it is not complete.
    pub fn why(&self) -> Option<&Why> {
        match self {
            State::Complete => None,
            State::Partial(why) | State::Failed(why) | State::NotCollected(why) => Some(why),
        }
    }

    /// Whether anything was collected.
    pub fn has_data(&self) -> bool {
        matches!(self, State::Complete | State::Partial(_))
    }
}

impl Why {
    /// A reason for which nothing in particular was missing.
    pub fn new(what: impl Into<String>) -> Self {
        Why { what: what.into(), missing: None }
    }

    /// Adds the right that would have helped.
    #[must_use]
    pub fn needs_right(mut self, right: impl Into<String>) -> Self {
        self.missing = Some(Missing::Right(right.into()));
        self
    }

    /// Adds the port that did not answer.
    #[must_use]
    pub fn needs_port(mut self, host: &str, port: u16) -> Self {
        self.missing = Some(Missing::Port(format!("{host}:{port}")));
        self
    }

    /// Adds the thing that has to be there first.
    #[must_use]
    pub fn needs(mut self, thing: impl Into<String>) -> Self {
        self.missing = Some(Missing::Thing(thing.into()));
        self
    }
}

/// `the server refused (403); needs the right: Read on Security Roles`.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.missing {
            None => Ok(()),
            Some(Missing::Right(right)) => write!(f, "; needs the right: {right}"),
            Some(Missing::Port(port)) => write!(f, "; needs the port: {port}"),
            Some(Missing::Thing(thing)) => write!(f, "; needs: {thing}"),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status().fmt(f)
    }
}
