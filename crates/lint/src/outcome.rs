use cmlint_model::{Gap, Text};

use crate::Finding;

/// How one lint ended on one snapshot. There is no sixth way: no early return, no log line, no empty list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Something is wrong.
    Fail {
        /// What is wrong.
        findings: Vec<Finding>,
        /// Holes that could hide more.
        gaps: Vec<Gap>,
        /// Number of subjects judged, those that failed included.
        checked: usize,
    },
    /// Every subject is right, and every subject is known.
    Pass {
        /// Number of subjects judged, at least 1.
        checked: usize,
    },
    /// There is nothing that the lint is about, and that is certain.
    NotApplicable {
        /// Why.
        why: Text,
    },
    /// Nothing wrong was seen, but holes could hide it.
    NotEvaluated {
        /// The holes.
        gaps: Vec<Gap>,
        /// Number of subjects seen.
        checked: usize,
    },
    /// The lint has a defect.
    Crashed {
        /// Where it happened; never a value from the snapshot.
        message: String,
    },
}

impl Outcome {
    /// The word of outputs.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Fail { .. } => "fail",
            Outcome::Pass { .. } => "pass",
            Outcome::NotApplicable { .. } => "not_applicable",
            Outcome::NotEvaluated { .. } => "not_evaluated",
            Outcome::Crashed { .. } => "crashed",
        }
    }

    /// The findings, if there are any.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Outcome::Fail { findings, .. } => findings,
            _ => &[],
        }
    }

    /// The holes, if there are any.
    pub fn gaps(&self) -> &[Gap] {
        match self {
            Outcome::Fail { gaps, .. } | Outcome::NotEvaluated { gaps, .. } => gaps,
            _ => &[],
        }
    }

    /// Number of subjects seen.
    pub fn checked(&self) -> usize {
        match self {
            Outcome::Fail { checked, .. }
            | Outcome::Pass { checked }
            | Outcome::NotEvaluated { checked, .. } => *checked,
            _ => 0,
        }
    }
}
