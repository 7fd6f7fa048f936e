use std::panic::{AssertUnwindSafe, catch_unwind};

use cmlint_model::need::{Context, Declaration, Need, Subjects};
use cmlint_model::proof::merge;
use cmlint_model::{Text, text};

use crate::{Meta, Outcome, Sink, crash};

/// One rule.
///
/// There is no `self` and no `Result`: nothing to keep, nothing to forget, nothing to swallow.
pub trait Lint: 'static {
    /// What is known of it before it runs.
    const META: Meta;
    /// What the rule is about.
    type Subjects<'s>: Subjects<'s>;
    /// What else it needs to judge them.
    type Evidence<'s>: Need<'s>;
    /// Opens each subject in the sink and judges it.
    fn check<'s>(subjects: Self::Subjects<'s>, evidence: &Self::Evidence<'s>, out: &mut Sink);
}

/// A lint with its type erased. The id is the name of its folder, the text its README.
#[derive(Clone, Copy, Debug)]
pub struct LintDef {
    /// Kebab-case name of the bad state; never reused.
    pub id: &'static str,
    /// The README of its folder.
    pub readme: &'static str,
    /// What is known of it before it runs.
    pub meta: &'static Meta,
    /// Declares its subjects.
    pub subjects: fn(&mut Declaration),
    /// Declares its evidence.
    pub evidence: fn(&mut Declaration),
    run: for<'s> fn(Context<'s>, &'static Meta) -> Outcome,
}

impl LintDef {
    /// The definition of a lint type.
    pub const fn of<L: Lint>(id: &'static str, readme: &'static str) -> LintDef {
        LintDef {
            id,
            readme,
            meta: const { &L::META },
            subjects: |declaration| <L::Subjects<'static> as Need<'static>>::declare(declaration),
            evidence: |declaration| <L::Evidence<'static> as Need<'static>>::declare(declaration),
            run: run::<L>,
        }
    }

    /// Datasets and views of subjects and evidence together.
    pub fn declaration(&self) -> Declaration {
        let mut declaration = Declaration::default();
        (self.subjects)(&mut declaration);
        (self.evidence)(&mut declaration);
        declaration
    }

    /// Datasets and views of its subjects alone.
    pub fn subject_declaration(&self) -> Declaration {
        let mut declaration = Declaration::default();
        (self.subjects)(&mut declaration);
        declaration
    }

    /// Datasets and views of its evidence alone.
    pub fn evidence_declaration(&self) -> Declaration {
        let mut declaration = Declaration::default();
        (self.evidence)(&mut declaration);
        declaration
    }

    /// Runs the lint. A panic in it becomes [`Outcome::Crashed`].
    pub fn evaluate(&self, context: Context<'_>) -> Outcome {
        let run = crash::watched(|| catch_unwind(AssertUnwindSafe(|| (self.run)(context, self.meta))));
        match run {
            (Ok(outcome), _) => outcome,
            (Err(_), place) => Outcome::Crashed {
                message: match place {
                    Some(place) => format!("the lint panicked at {place}"),
                    None => "the lint panicked".to_owned(),
                },
            },
        }
    }
}

fn run<'s, L: Lint>(context: Context<'s>, meta: &'static Meta) -> Outcome {
    let subjects = L::Subjects::resolve(context);
    let subject_holes = subjects.holes();
    let evidence = L::Evidence::resolve(context);
    let mut sink = Sink::new(meta);
    L::check(subjects, &evidence, &mut sink);
    let Sink { findings, mut gaps, checked, unknown, not_applicable, .. } = sink;
    merge(&mut gaps, subject_holes);
    gaps.sort();
    match (findings.is_empty(), gaps.is_empty() && unknown == 0) {
        (false, _) => Outcome::Fail { findings, gaps, checked },
        (true, false) => Outcome::NotEvaluated { gaps, checked },
        (true, true) if checked == 0 => Outcome::NotApplicable {
            why: not_applicable.unwrap_or_else(|| text!("there are no {}", Text::prose(meta.noun))),
        },
        (true, true) => Outcome::Pass { checked },
    }
}
