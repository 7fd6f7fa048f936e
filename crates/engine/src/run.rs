use std::collections::{BTreeMap, BTreeSet};

use cmlint_lint::{Finding, LintDef, Outcome, Severity};
use cmlint_model::need::Context;
use cmlint_model::proof::Confidence;
use cmlint_model::views::Views;
use cmlint_model::{Gap, Snapshot, Text};
use cmlint_source::Sources;
use rayon::prelude::*;

use crate::{Accepted, Hide, NotSelected, Notice, Selection, fingerprint, hush};

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Findings below it are hidden; a lint with nothing else is then not evaluated.
    pub min_confidence: Confidence,
    /// What must not stand in a message or a key, whatever lint says it.
    pub hide: Hide,
}

impl Default for Options {
    fn default() -> Self {
        Options { min_confidence: Confidence::Medium, hide: |_| Vec::new() }
    }
}

/// The results of all lints, in the order of their ids.
#[derive(Clone, Debug)]
pub struct Run {
    /// One result for each lint that ran.
    pub lints: Vec<LintResult>,
    /// Lints that were left out because nothing they are about was given.
    pub not_selected: Vec<NotSelected>,
    /// What is to be said about the user's own files, in the order of their places.
    pub notices: Vec<Notice>,
    /// Severities that the user gave to lints, by their ids.
    pub severities: BTreeMap<String, Severity>,
}

/// The result of one lint.
#[derive(Clone, Debug)]
pub struct LintResult {
    /// The lint.
    pub def: LintDef,
    /// How it ended.
    pub verdict: Verdict,
    /// What is wrong, in the order of the places.
    pub findings: Vec<Reported>,
    /// Holes that could hide more.
    pub gaps: Vec<Gap>,
    /// How many of the holes are meant to be there.
    pub on_purpose: usize,
    /// Number of subjects seen.
    pub checked: usize,
    /// Findings that are hidden because they are not sure enough.
    pub hidden: usize,
}

/// How a lint ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Something is wrong.
    Fail,
    /// Everything is right.
    Pass,
    /// There is nothing that the lint is about.
    NotApplicable(Text),
    /// Holes could hide something.
    NotEvaluated,
    /// The lint has a defect.
    Crashed(String),
}

impl LintResult {
    /// Whether there is nothing that the lint could find and has not shown: only then does the absence of a
    /// finding mean anything.
    pub fn is_whole(&self) -> bool {
        let judged = matches!(self.verdict, Verdict::Fail | Verdict::Pass | Verdict::NotApplicable(_));
        judged && self.gaps.is_empty() && self.hidden == 0
    }

    /// Whether something that is not meant to be missing could hide a finding.
    pub fn is_incomplete(&self) -> bool {
        let meant = self.on_purpose == self.gaps.len();
        match self.verdict {
            // Without any hole it is something else that is not known.
            Verdict::NotEvaluated => !meant || self.gaps.is_empty() || self.hidden > 0,
            _ => !meant,
        }
    }
}

impl Verdict {
    /// The word of outputs.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Fail => "fail",
            Verdict::Pass => "pass",
            Verdict::NotApplicable(_) => "not_applicable",
            Verdict::NotEvaluated => "not_evaluated",
            Verdict::Crashed(_) => "crashed",
        }
    }
}

/// A finding with its identity over time.
#[derive(Clone, Debug)]
pub struct Reported {
    /// What is wrong.
    pub finding: Finding,
    /// See [`crate::fingerprint`].
    pub fingerprint: String,
    /// Whether somebody has dealt with it.
    pub state: State,
    /// Who has dealt with it and why; only of what is suppressed.
    pub accepted: Option<Accepted>,
    /// Why it is open although somebody has dealt with it before.
    pub reopened: Option<Text>,
}

/// Whether somebody has dealt with a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nobody has.
    Open,
    /// A suppression covers it.
    Suppressed,
    /// It was there when the baseline was made.
    Baselined,
}

impl State {
    /// The word of outputs.
    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Suppressed => "suppressed",
            State::Baselined => "baselined",
        }
    }
}

/// How many lints ended how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Lints that failed.
    pub fail: usize,
    /// Lints that passed.
    pub pass: usize,
    /// Lints without subjects.
    pub not_applicable: usize,
    /// Lints that holes kept from judging.
    pub not_evaluated: usize,
    /// Lints with a defect.
    pub crashed: usize,
    /// Lints that were left out.
    pub not_selected: usize,
}

impl Run {
    /// How many lints ended how.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { not_selected: self.not_selected.len(), ..Summary::default() };
        for lint in &self.lints {
            *match lint.verdict {
                Verdict::Fail => &mut summary.fail,
                Verdict::Pass => &mut summary.pass,
                Verdict::NotApplicable(_) => &mut summary.not_applicable,
                Verdict::NotEvaluated => &mut summary.not_evaluated,
                Verdict::Crashed(_) => &mut summary.crashed,
            } += 1;
        }
        summary
    }

    /// The worst open finding, those about the user's own files included.
    pub fn worst(&self) -> Option<Severity> {
        let open = self.lints.iter().flat_map(|l| &l.findings).filter(|f| f.state == State::Open);
        open.map(|f| f.finding.severity).chain(self.notices.iter().filter_map(|n| n.severity())).max()
    }

    /// The severity of a lint's findings, as the user wants it or as the lint says.
    pub fn severity_of(&self, def: &LintDef) -> Severity {
        self.severities.get(def.id).copied().unwrap_or(def.meta.severity)
    }
}

/// Runs the selected lints, in parallel on the threads of the current rayon pool. The result does not
/// depend on their number.
pub fn run(selection: Selection, snapshot: &Snapshot<'_>, sources: &Sources, options: Options) -> Run {
    let wanted: BTreeSet<_> = selection.lints.iter().flat_map(|l| l.declaration().views).collect();
    let views = Views::build(snapshot, sources, &wanted);
    let context = Context::new(snapshot, &views);
    let mut lints: Vec<LintResult> =
        selection.lints.par_iter().map(|def| result(*def, def.evaluate(context), sources, options)).collect();
    lints.sort_by_key(|l| l.def.id);
    Run { lints, not_selected: selection.not_selected, notices: Vec::new(), severities: BTreeMap::new() }
}

fn result(def: LintDef, outcome: Outcome, sources: &Sources, options: Options) -> LintResult {
    let checked = outcome.checked();
    let (mut verdict, mut findings, mut gaps) = match outcome {
        Outcome::Fail { findings, gaps, .. } => (Verdict::Fail, findings, gaps),
        Outcome::Pass { .. } => (Verdict::Pass, Vec::new(), Vec::new()),
        Outcome::NotApplicable { why } => (Verdict::NotApplicable(why), Vec::new(), Vec::new()),
        Outcome::NotEvaluated { gaps, .. } => (Verdict::NotEvaluated, Vec::new(), gaps),
        Outcome::Crashed { message } => (Verdict::Crashed(message), Vec::new(), Vec::new()),
    };
    findings.iter_mut().for_each(|finding| hush::finding(finding, options.hide));
    hush::gaps(&mut gaps, options.hide);
    if let Verdict::NotApplicable(why) = &mut verdict {
        hush::text(why, options.hide);
    }
    let all = findings.len();
    let mut findings: Vec<Reported> = findings
        .into_iter()
        .filter(|f| f.confidence >= options.min_confidence)
        .map(|finding| Reported {
            fingerprint: fingerprint(def.id, &finding),
            finding,
            state: State::Open,
            accepted: None,
            reopened: None,
        })
        .collect();
    findings.sort_by(|a, b| {
        let place = |f: &Reported| f.finding.labels.first().map(|l| sources.order(l.span));
        let rest = |f: &Reported| {
            (std::cmp::Reverse(f.finding.severity), f.finding.object.key.clone(), f.finding.message.clone())
        };
        place(a).cmp(&place(b)).then_with(|| rest(a).cmp(&rest(b)))
    });
    let hidden = all - findings.len();
    let verdict =
        if verdict == Verdict::Fail && findings.is_empty() { Verdict::NotEvaluated } else { verdict };
    LintResult { def, verdict, findings, gaps, on_purpose: 0, checked, hidden }
}
