//! What could not be judged, why, and what to collect.
//!
//! Ten lints that miss the same data are ten lines and one command.

use std::collections::BTreeMap;

use cmlint_engine::{LintResult, Verdict};
use cmlint_model::{Dataset, Gap, Scope, Status};

use super::collect;
use crate::paint::{self, Paint};
use crate::{Input, Style, escape};

/// Scopes of one gap that are named; the others are counted unless all are asked for.
const SCOPES: usize = 6;

/// Lists the lints that holes kept from judging, and the holes.
pub(super) fn draw(input: &Input<'_>, style: &Style) -> String {
    let lints = &input.run.lints;
    let missing = Missing::of(lints.iter().flat_map(|l| &l.gaps));
    let list = List { style, paint: Paint::of(style), missing: &missing };
    let mut out = String::new();
    let unjudged: Vec<&LintResult> = lints.iter().filter(|l| l.verdict == Verdict::NotEvaluated).collect();
    if !unjudged.is_empty() {
        let head = Paint::of(style).careful("Not evaluated");
        out.push_str(&format!("{head}: {}\n\n", paint::count(unjudged.len(), "lint")));
        list.lints(&mut out, &unjudged);
    }
    let open: Vec<&LintResult> =
        lints.iter().filter(|l| l.verdict == Verdict::Fail && !l.gaps.is_empty()).collect();
    if !open.is_empty() {
        let head = Paint::of(style).careful("Holes could hide more");
        out.push_str(&format!("{head}: {} with findings\n\n", paint::count(open.len(), "lint")));
        list.lints(&mut out, &open);
    }
    list.missing(&mut out);
    out
}

/// Holes by themselves.
pub(crate) fn missing(gaps: &[Gap], style: &Style) -> String {
    let missing = Missing::of(gaps.iter());
    let mut out = String::new();
    List { style, paint: Paint::of(style), missing: &missing }.missing(&mut out);
    out
}

/// Data that is missing, in the order of the datasets. What one command collects is one part.
struct Missing<'a> {
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    dataset: Dataset,
    property: Option<&'static str>,
    command: &'static str,
    /// Scopes by how much is there and why not all.
    states: BTreeMap<(Status, &'a str), Vec<&'a Scope>>,
}

impl<'a> Missing<'a> {
    fn of(gaps: impl Iterator<Item = &'a Gap>) -> Missing<'a> {
        let mut parts: BTreeMap<(Dataset, Option<&'static str>), Part<'a>> = BTreeMap::new();
        for gap in gaps {
            let part = parts.entry((gap.dataset, gap.property)).or_insert_with(|| Part {
                dataset: gap.dataset,
                property: gap.property,
                command: gap.collect(),
                states: BTreeMap::new(),
            });
            let scopes = part.states.entry((gap.status, gap.why.as_str())).or_default();
            if !scopes.contains(&&gap.scope) {
                scopes.push(&gap.scope);
            }
        }
        let mut parts: Vec<Part<'a>> = parts.into_values().collect();
        for scopes in parts.iter_mut().flat_map(|p| p.states.values_mut()) {
            scopes.sort();
        }
        Missing { parts }
    }

    /// The number of a gap's part, from 1.
    fn number(&self, gap: &Gap) -> usize {
        let same = |p: &Part<'_>| (p.dataset, p.property) == (gap.dataset, gap.property);
        self.parts.iter().position(same).map_or(0, |index| index + 1)
    }
}

impl Part<'_> {
    fn name(&self) -> String {
        match self.property {
            Some(property) => format!("{}.{property}", self.dataset.name()),
            None => self.dataset.name().to_owned(),
        }
    }
}

struct List<'a> {
    style: &'a Style,
    paint: Paint,
    missing: &'a Missing<'a>,
}

impl List<'_> {
    fn lints(&self, out: &mut String, lints: &[&LintResult]) {
        let longest = lints.iter().map(|l| l.def.id.len()).max().unwrap_or(0);
        let column = longest.min(self.style.columns() / 2);
        for lint in lints {
            let mut numbers: Vec<usize> = lint.gaps.iter().map(|g| self.missing.number(g)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            let names = numbers.iter().map(|n| format!("{} [{n}]", self.missing.parts[n - 1].name()));
            let mut reasons = names.collect::<Vec<_>>().join(", ");
            if !reasons.is_empty() {
                reasons.insert_str(0, "needs ");
            }
            if lint.hidden > 0 && lint.verdict == Verdict::NotEvaluated {
                let hidden = format!("{} below --min-confidence", paint::count(lint.hidden, "finding"));
                reasons =
                    [hidden, reasons].into_iter().filter(|r| !r.is_empty()).collect::<Vec<_>>().join("; ");
            }
            if reasons.is_empty() {
                reasons.push_str("some of what it judges is unknown");
            }
            let head = format!("  {}  ", paint::pad(lint.def.id, column));
            out.push_str(&paint::hang(&head, &reasons, self.style.columns(), false));
            out.push('\n');
        }
        out.push('\n');
    }

    fn missing(&self, out: &mut String) {
        if self.missing.parts.is_empty() {
            return;
        }
        out.push_str(&format!("{}\n\n", self.paint.bold("What is missing")));
        let mut rights = Vec::new();
        for (index, part) in self.missing.parts.iter().enumerate() {
            let head = format!("  [{}] ", index + 1);
            let indent = head.len();
            out.push_str(&format!("{head}{}\n", self.paint.bold(part.name())));
            let space = " ".repeat(indent);
            for ((status, why), scopes) in &part.states {
                let mut words = format!("{status}: {}", self.scopes(scopes));
                if !why.is_empty() {
                    words.push_str(&format!(" ({})", escape::line(why, self.style.unicode)));
                }
                out.push_str(&paint::hang(&space, &words, self.style.columns(), true));
                out.push('\n');
            }
            let right = part.dataset.info().right;
            collect::draw(out, self.style, indent, right, &rights, part.command);
            rights.push(right);
        }
    }

    fn scopes(&self, scopes: &[&Scope]) -> String {
        let shown = if self.style.verbose { scopes.len() } else { SCOPES };
        collect::scope_names(scopes, shown, self.style.unicode)
    }
}
