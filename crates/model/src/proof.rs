//! Answers with their proofs: a path of steps, each with its place, and the holes that keep an answer open.

use cmlint_source::Span;

use crate::{Gap, Text};

/// How sure a finding is: as sure as the weakest link of its proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Confidence {
    /// Weaker than a name match.
    Low,
    /// A name match, or one inferred fact of the product.
    Medium,
    /// SIDs and values that were read.
    #[default]
    High,
}

impl Confidence {
    /// The word of outputs.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// One step of a proof: a sentence and, where it stands in a file, its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What the step says.
    pub text: Text,
    /// Where it stands; `None` for what holds by the rules of Windows ("every account is in Everyone").
    pub span: Option<Span>,
    /// How sure the step is.
    pub confidence: Confidence,
    /// What the step leads through, for lists that have one line for a whole proof: a group, a role.
    pub through: Option<Text>,
}

impl Step {
    /// A step that was read from a file.
    pub fn read(text: Text, span: Span) -> Step {
        Step { text, span: Some(span), confidence: Confidence::High, through: None }
    }

    /// A step that holds by a documented rule.
    pub fn rule(text: Text) -> Step {
        Step { text, span: None, confidence: Confidence::High, through: None }
    }

    /// The same step, leading through a group or role.
    #[must_use]
    pub fn through(self, through: Text) -> Step {
        Step { through: Some(through), ..self }
    }

    /// The same step, less sure.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Step {
        self.confidence = self.confidence.min(confidence);
        self
    }
}

/// A path that proves an answer: "A is a member of B", "B is a member of C", "C holds the right".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proof {
    /// The steps in order.
    pub steps: Vec<Step>,
}

impl Proof {
    /// A proof of one step.
    pub fn of(step: Step) -> Proof {
        Proof { steps: vec![step] }
    }

    /// The proof with another step at its end.
    #[must_use]
    pub fn then(mut self, step: Step) -> Proof {
        self.steps.push(step);
        self
    }

    /// The proof with another proof behind it.
    #[must_use]
    pub fn and(mut self, other: Proof) -> Proof {
        self.steps.extend(other.steps);
        self
    }

    /// The confidence of the weakest step.
    pub fn confidence(&self) -> Confidence {
        self.steps.iter().map(|s| s.confidence).min().unwrap_or_default()
    }
}

/// A yes with its proof, a no, or the holes that keep it from being known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It is so, because of this.
    Yes(Proof),
    /// It is not so.
    No,
    /// It cannot be told: these holes could decide it.
    Unknown(Vec<Gap>),
}

impl Answer {
    /// No, or unknown when there are holes.
    pub fn no_unless(holes: Vec<Gap>) -> Answer {
        if holes.is_empty() { Answer::No } else { Answer::Unknown(holes) }
    }

    /// Yes if either is, with the first proof; else unknown if either is.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Answer) -> Answer {
        match self {
            Answer::Yes(proof) => Answer::Yes(proof),
            Answer::No => other(),
            Answer::Unknown(mut holes) => match other() {
                Answer::Yes(proof) => Answer::Yes(proof),
                Answer::No => Answer::Unknown(holes),
                Answer::Unknown(more) => {
                    merge(&mut holes, more);
                    Answer::Unknown(holes)
                }
            },
        }
    }
}

/// Adds holes that are not there yet.
pub fn merge(holes: &mut Vec<Gap>, more: impl IntoIterator<Item = Gap>) {
    for gap in more {
        if !holes.contains(&gap) {
            holes.push(gap);
        }
    }
}
