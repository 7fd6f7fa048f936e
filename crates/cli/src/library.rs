//! The linter as a library: open, check, outcomes.

use std::fmt;
use std::path::{Path, PathBuf};

use cmlint_archive::{Archive, Limits, OpenError, Options as HowToOpen};
use cmlint_engine::{Options, Run, Selection, State, Verdict, run, select};
use cmlint_lint::LintDef;
use cmlint_lints::LINTS;
use cmlint_report::escape::terminal;
use cmlint_source::Sources;

/// An opened snapshot, or opened loose exports.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    archive: Archive,
}

/// Opens a snapshot (a folder or zip file), a folder of loose exports, or one export.
///
/// Nothing but the path is read: no `cmlint.toml`, no suppressions, no environment.
///
/// # Errors
/// When the path cannot be opened at all. What is wrong with single files is no error: the lints that need
/// them say so.
pub fn open(path: impl AsRef<Path>) -> Result<Opened, CannotOpen> {
    let path = path.as_ref();
    let how = HowToOpen { limits: Limits::default(), verify: false };
    match cmlint_archive::open(path, how) {
        Ok(archive) => Ok(Opened { path: path.to_owned(), archive }),
        Err(error) => Err(CannotOpen { path: path.to_owned(), error }),
    }
}

impl Opened {
    /// Judges it with all lints; of loose exports with those whose subjects were given.
    pub fn check(&self) -> Outcomes {
        self.judge(LINTS)
    }

    /// Judges it with some lints, by their ids.
    ///
    /// # Errors
    /// When there is no lint of an id.
    pub fn check_only(&self, ids: &[&str]) -> Result<Outcomes, UnknownLint> {
        let find = |id: &&str| cmlint_lints::find(id).copied().ok_or_else(|| UnknownLint((*id).to_owned()));
        let lints: Vec<LintDef> = ids.iter().map(find).collect::<Result<_, _>>()?;
        Ok(self.judge(&lints))
    }

    /// The path that was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn judge(&self, lints: &[LintDef]) -> Outcomes {
        let snapshot = self.archive.read();
        let selection: Selection = select(lints, &snapshot, false);
        let options = Options { hide: cmlint_text::secrets::last_net, ..Options::default() };
        let run = run(selection, &snapshot, self.archive.sources(), options);
        Outcomes::of(&run, self.archive.sources())
    }
}

/// Why a path cannot be opened.
#[derive(Debug)]
pub struct CannotOpen {
    path: PathBuf,
    error: OpenError,
}

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = terminal(&self.path.display().to_string());
        match &self.error {
            OpenError::NotFound(_) => write!(f, "{path} does not exist"),
            OpenError::Unreadable(_, why) => write!(f, "{path} cannot be read: {}", terminal(why)),
            OpenError::Limit { what, .. } => write!(f, "{path} is too large: {}", terminal(what)),
            OpenError::Manifest { problem, .. } => {
                write!(f, "the manifest of {path} cannot be used: {}", terminal(&problem.message))
            }
            OpenError::Nothing { .. } => write!(f, "{path} holds nothing that is known"),
        }
    }
}

impl std::error::Error for CannotOpen {}

/// There is no lint of this id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownLint(pub String);

impl fmt::Display for UnknownLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no lint `{}`", terminal(&self.0))
    }
}

impl std::error::Error for UnknownLint {}

/// How all lints ended, by id. As text, it is one line for each outcome and each finding, without line numbers
/// of files: it changes when what is said changes, and not when a file is written anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcomes(Vec<Outcome>);

/// How one lint ended.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The id of the lint.
    pub lint: &'static str,
    /// How it ended.
    pub ended: Ended,
    /// How many subjects it saw.
    pub checked: usize,
    /// What is wrong, in the order of the places.
    pub findings: Vec<Found>,
    /// What is missing and could hide more, in words.
    pub missing: Vec<String>,
}

/// How a lint ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Something is wrong.
    Fail,
    /// Everything is right.
    Pass,
    /// There is nothing that the lint is about.
    NotApplicable,
    /// Missing data could hide something.
    NotEvaluated,
    /// The lint has a defect.
    Crashed,
}

/// Something wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Found {
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: &'static str,
    /// `open`, `suppressed` or `baselined`.
    pub state: &'static str,
    /// The identity of the object, as suppressions write it.
    pub object: String,
    /// What is wrong.
    pub message: String,
    /// The identity of the finding over time.
    pub fingerprint: String,
    /// File, relative to the snapshot; line and column, from 1.
    pub place: Option<(String, u32, u32)>,
}

impl Outcomes {
    pub(crate) fn of(run: &Run, sources: &Sources) -> Outcomes {
        Outcomes(run.lints.iter().map(|lint| outcome(lint, sources)).collect())
    }

    /// All of them, by the ids of the lints.
    pub fn iter(&self) -> impl Iterator<Item = &Outcome> {
        self.0.iter()
    }

    /// How one lint ended; `None` when it did not run.
    pub fn get(&self, lint: &str) -> Option<&Outcome> {
        self.0.iter().find(|outcome| outcome.lint == lint)
    }

    /// Findings that nobody has dealt with.
    pub fn open(&self) -> impl Iterator<Item = (&Outcome, &Found)> {
        let all = self.0.iter().flat_map(|outcome| outcome.findings.iter().map(move |f| (outcome, f)));
        all.filter(|(_, found)| found.state == State::Open.word())
    }
}

fn outcome(lint: &cmlint_engine::LintResult, sources: &Sources) -> Outcome {
    let found = |reported: &cmlint_engine::Reported| {
        let finding = &reported.finding;
        let place = finding.labels.first().map(|label| {
            let place = sources.place(label.span);
            (place.path.to_owned(), place.start.line, place.start.column)
        });
        Found {
            severity: finding.severity.word(),
            state: reported.state.word(),
            object: finding.object.key.to_string(),
            message: finding.message.to_string(),
            fingerprint: reported.fingerprint.clone(),
            place,
        }
    };
    Outcome {
        lint: lint.def.id,
        ended: match lint.verdict {
            Verdict::Fail => Ended::Fail,
            Verdict::Pass => Ended::Pass,
            Verdict::NotApplicable(_) => Ended::NotApplicable,
            Verdict::NotEvaluated => Ended::NotEvaluated,
            Verdict::Crashed(_) => Ended::Crashed,
        },
        checked: lint.checked,
        findings: lint.findings.iter().map(found).collect(),
        missing: lint.gaps.iter().map(ToString::to_string).collect(),
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ended::Fail => "fail",
            Ended::Pass => "pass",
            Ended::NotApplicable => "not applicable",
            Ended::NotEvaluated => "not evaluated",
            Ended::Crashed => "crashed",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}, {} checked", self.lint, self.ended, self.checked)?;
        for found in &self.findings {
            let state = if found.state == State::Open.word() { "" } else { found.state };
            let gap = if state.is_empty() { "" } else { " " };
            let (object, message) = (terminal(&found.object), terminal(&found.message));
            writeln!(f, "  {}{gap}{state} {object} -- {message}", found.severity)?;
        }
        for missing in &self.missing {
            writeln!(f, "  missing {}", terminal(missing))?;
        }
        Ok(())
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|outcome| write!(f, "{outcome}"))
    }
}
