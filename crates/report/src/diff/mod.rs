//! What changed between two snapshots, for people and programs.
//!
//! First what changed underneath, because that is what somebody did; then what follows from it: who gained
//! which right, which findings are new and which are gone. What could not be compared is always said.

mod human;
mod json;
mod markdown;

use cmlint_diff::{Change, Effect, FindingsDiff, Sign, Underneath};
use cmlint_model::Snapshot;
use cmlint_source::{Sources, Span};

pub use human::report as human;
pub use json::{SCHEMA, report as json};
pub use markdown::report as markdown;

use crate::{Input, Tool, paint};

/// What a report about a difference is about.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// Before.
    pub old: End<'a>,
    /// After.
    pub new: End<'a>,
    /// The findings of both.
    pub findings: &'a FindingsDiff,
    /// What changed underneath; `None` where one end is a report and not a snapshot.
    pub underneath: Option<&'a Underneath>,
    /// Who compares.
    pub tool: Tool<'a>,
}

/// One end of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// As the user named it.
    pub path: &'a str,
    /// The folder of its files, relative to the root of the repository.
    pub root: &'a str,
    /// The snapshot and its run; `None` for an earlier report.
    pub judged: Option<Input<'a>>,
}

impl<'a> End<'a> {
    fn snapshot(&self) -> Option<&'a Snapshot<'a>> {
        self.judged.map(|input| input.snapshot)
    }

    fn sources(&self) -> Option<&'a Sources> {
        self.judged.map(|input| input.sources)
    }
}

impl<'a> Compared<'a> {
    /// The place of a change, in the new snapshot where it has one, else in the old; and which end it is.
    pub(crate) fn place_of(&self, change: &Change) -> Option<(End<'a>, Span)> {
        let (first, second) = match change.sign {
            Sign::Removed => ((self.old, change.old), (self.new, change.new)),
            _ => ((self.new, change.new), (self.old, change.old)),
        };
        let at = |(end, span): (End<'a>, Option<Span>)| Some((end, span?));
        at(first).or_else(|| at(second))
    }

    /// The end whose files the proof of an effect names.
    pub(crate) fn end_of(&self, effect: &Effect) -> End<'a> {
        if effect.gained { self.new } else { self.old }
    }

    /// The last line of reports for people: it has one form, whatever happened.
    pub(crate) fn last_line(&self) -> String {
        let f = self.findings;
        let mut line = format!(
            "{} new, {} fixed, {} changed, {} unchanged findings",
            f.new.len(),
            f.fixed.len(),
            f.changed.len(),
            f.unchanged.len()
        );
        match self.underneath {
            Some(u) => {
                let gained = u.effects.iter().filter(|e| e.gained).count();
                line.push_str(&format!(
                    "; {}, {} gained, {} lost",
                    paint::count(u.changes.len(), "change"),
                    paint::count(gained, "right"),
                    u.effects.len() - gained
                ));
            }
            None => line.push_str("; what lies underneath is not comparable"),
        }
        line
    }
}

/// Why nothing underneath could be compared.
pub(crate) const NO_ROWS: &str =
    "one end is a report and no snapshot: what lies underneath the findings is not comparable";

/// `is` or `was`, with how much is there: `partial before, complete now`.
pub(crate) fn states(old: cmlint_model::Status, new: cmlint_model::Status) -> String {
    format!("{old} before, {new} now")
}
