//! Answers of `why` and `who-can`: yes, no or unknown, with the proof.

use cmlint_model::proof::{Confidence, Proof, Step};
use cmlint_model::words::Name;
use cmlint_model::{Gap, Text};
use cmlint_source::{Problem, Sources};

use crate::paint::{self, Paint};
use crate::{Style, Tool, escape, human};

/// Principals that may have a right, as far as they are listed unless all are asked for.
const DOUBTFUL: usize = 20;

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who, as the snapshot names it; `None` when everybody was asked about.
    pub who: Option<&'a Name>,
    /// Which right, in the words of its kind.
    pub can: &'a str,
    /// On what.
    pub on: &'a str,
}

/// Yes, no or unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It cannot be told.
    Unknown,
}

/// An answer about one principal.
#[derive(Clone, Debug)]
pub struct Why<'a> {
    /// What was asked.
    pub question: Question<'a>,
    /// The answer.
    pub verdict: Verdict,
    /// For yes the way to it; for no what denies it, where something does.
    pub proof: &'a Proof,
    /// For unknown what keeps it from being known.
    pub gaps: &'a [Gap],
}

/// One of those who have a right.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who.
    pub name: Name,
    /// SID, where it is known.
    pub sid: Option<String>,
    /// The way to the right.
    pub proof: Proof,
}

/// An answer about everybody.
#[derive(Clone, Debug)]
pub struct WhoCan<'a> {
    /// What was asked.
    pub question: Question<'a>,
    /// Those who have the right, direct ones first.
    pub granted: Vec<Holder>,
    /// Those who may have it, with what keeps it from being known.
    pub unknown: Vec<(Name, Vec<Gap>)>,
    /// What could hide more.
    pub gaps: Vec<Gap>,
}

impl Verdict {
    /// The word of outputs.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Unknown => "unknown",
        }
    }
}

/// `why` for people.
pub fn why(answer: &Why<'_>, sources: &Sources, style: &Style) -> String {
    let paint = Paint::of(style);
    let who = answer.question.who.map_or(String::new(), |n| escape::line(&n.text, style.unicode));
    let (can, on) =
        (escape::line(answer.question.can, style.unicode), escape::line(answer.question.on, style.unicode));
    let words = match answer.verdict {
        Verdict::Yes => match doubt(answer.proof) {
            Some(doubt) => format!("yes, with {doubt}: `{who}` has {can} on {on}"),
            None => format!("yes: `{who}` has {can} on {on}"),
        },
        Verdict::No => format!("no: `{who}` does not have {can} on {on}"),
        Verdict::Unknown => format!("unknown: whether `{who}` has {can} on {on} cannot be told"),
    };
    let mut out = paint.careful(words);
    out.push_str("\n\n");
    steps(&mut out, &answer.proof.steps, sources, style);
    out.push_str(&human::holes::missing(answer.gaps, style));
    out
}

/// `who-can` for people.
pub fn who_can(answer: &WhoCan<'_>, sources: &Sources, style: &Style) -> String {
    let paint = Paint::of(style);
    let (can, on) =
        (escape::line(answer.question.can, style.unicode), escape::line(answer.question.on, style.unicode));
    let mut out =
        paint.careful(format!("{} with {can} on {on}", paint::count(answer.granted.len(), "principal")));
    out.push_str("\n\n");
    for holder in &answer.granted {
        out.push_str(&format!("  {}\n", escape::line(&holder.name.text, style.unicode)));
        if style.verbose {
            for step in &holder.proof.steps {
                let place =
                    step.span.map_or_else(|| "by rule".to_owned(), |span| place(sources, span, style));
                let words = format!("{} ({place})", escape::line(&step.text.to_string(), style.unicode));
                out.push_str(&paint::hang("      ", &words, style.columns(), true));
                out.push('\n');
            }
        } else {
            out.push_str(&paint::hang("      ", &way(&holder.proof, sources, style), style.columns(), true));
            out.push('\n');
        }
    }
    if !answer.unknown.is_empty() {
        out.push_str(&format!("\n{}\n", paint.careful("Cannot be told")));
        let shown = if style.verbose { answer.unknown.len() } else { DOUBTFUL };
        for (name, _) in answer.unknown.iter().take(shown) {
            out.push_str(&format!("  {}\n", escape::line(&name.text, style.unicode)));
        }
        if let Some(more) = answer.unknown.len().checked_sub(shown).filter(|more| *more > 0) {
            out.push_str(&format!("  and {more} more (--verbose lists them)\n"));
        }
        out.push('\n');
    }
    let mut all = answer.gaps.clone();
    for (_, holes) in &answer.unknown {
        cmlint_model::proof::merge(&mut all, holes.iter().cloned());
    }
    out.push_str(&human::holes::missing(&all, style));
    out
}

/// What leads to a right, and the place of the last step that has one: `via A → B (acl.csv:25:82)`.
fn way(proof: &Proof, sources: &Sources, style: &Style) -> String {
    let Some((_, before)) = proof.steps.split_last() else { return String::new() };
    let through: Vec<String> = before
        .iter()
        .filter_map(|step| step.through.as_ref())
        .map(|text| escape::line(&text.to_string(), style.unicode))
        .collect();
    let arrow = if style.unicode { " → " } else { " -> " };
    let last = proof.steps.iter().rev().find_map(|step| step.span);
    let mut place = last.map_or_else(|| "by rule".to_owned(), |span| place(sources, span, style));
    if let Some(doubt) = doubt(proof) {
        place.push_str(&format!("; {doubt}"));
    }
    match through.is_empty() {
        true => format!("directly ({place})"),
        false => format!("via {} ({place})", through.join(arrow)),
    }
}

/// How sure a proof is, where it is not wholly.
fn doubt(proof: &Proof) -> Option<String> {
    let confidence = proof.confidence();
    (confidence < Confidence::High).then(|| format!("{} confidence", confidence.word()))
}

fn steps(out: &mut String, steps: &[Step], sources: &Sources, style: &Style) {
    for (index, step) in steps.iter().enumerate() {
        let text = format!("{}. {}", index + 1, step.text);
        match step.span {
            Some(span) => out.push_str(&human::problem(sources, &Problem::note(span, text), style)),
            None => {
                out.push_str(&paint::hang("  ", &escape::line(&text, style.unicode), style.columns(), true));
                out.push('\n');
            }
        }
        out.push('\n');
    }
}

fn place(sources: &Sources, span: cmlint_source::Span, style: &Style) -> String {
    let place = sources.place(span);
    format!("{}:{}:{}", escape::line(place.path, style.unicode), place.start.line, place.start.column)
}

/// The frozen forms of JSON.
mod v1 {
    use serde::Serialize;

    #[derive(Serialize)]
    pub(super) struct Why {
        pub(super) schema: &'static str,
        pub(super) tool: crate::json::v1::Tool,
        pub(super) who: String,
        pub(super) can: String,
        pub(super) on: String,
        pub(super) answer: &'static str,
        pub(super) confidence: Option<&'static str>,
        pub(super) proof: Vec<Step>,
        pub(super) gaps: Vec<Gap>,
    }

    #[derive(Serialize)]
    pub(super) struct WhoCan {
        pub(super) schema: &'static str,
        pub(super) tool: crate::json::v1::Tool,
        pub(super) can: String,
        pub(super) on: String,
        pub(super) granted: Vec<Holder>,
        pub(super) unknown: Vec<Doubt>,
        pub(super) gaps: Vec<Gap>,
    }

    #[derive(Serialize)]
    pub(super) struct Holder {
        pub(super) name: String,
        pub(super) sid: Option<String>,
        pub(super) confidence: &'static str,
        pub(super) proof: Vec<Step>,
    }

    #[derive(Serialize)]
    pub(super) struct Doubt {
        pub(super) name: String,
        pub(super) gaps: Vec<Gap>,
    }

    #[derive(Serialize)]
    pub(super) struct Step {
        pub(super) text: String,
        pub(super) path: Option<String>,
        pub(super) line: Option<u32>,
        pub(super) column: Option<u32>,
        pub(super) confidence: &'static str,
    }

    #[derive(Serialize)]
    pub(super) struct Gap {
        pub(super) dataset: String,
        pub(super) scope: String,
        pub(super) status: &'static str,
        pub(super) why: String,
        pub(super) collect: String,
    }
}

/// `why` as JSON.
pub fn why_json(answer: &Why<'_>, sources: &Sources, tool: Tool<'_>) -> String {
    crate::escape::json(&v1::Why {
        schema: "cmlint/why/v1",
        tool: crate::json::tool(tool),
        who: answer.question.who.map_or(String::new(), |n| n.text.clone()),
        can: answer.question.can.to_owned(),
        on: answer.question.on.to_owned(),
        answer: answer.verdict.word(),
        confidence: (answer.verdict == Verdict::Yes).then(|| answer.proof.confidence().word()),
        proof: proof(answer.proof, sources),
        gaps: answer.gaps.iter().map(gap).collect(),
    })
}

/// `who-can` as JSON.
pub fn who_can_json(answer: &WhoCan<'_>, sources: &Sources, tool: Tool<'_>) -> String {
    let granted = answer.granted.iter().map(|h| v1::Holder {
        name: h.name.text.clone(),
        sid: h.sid.clone(),
        confidence: h.proof.confidence().word(),
        proof: proof(&h.proof, sources),
    });
    let unknown = answer
        .unknown
        .iter()
        .map(|(name, gaps)| v1::Doubt { name: name.text.clone(), gaps: gaps.iter().map(gap).collect() });
    crate::escape::json(&v1::WhoCan {
        schema: "cmlint/who-can/v1",
        tool: crate::json::tool(tool),
        can: answer.question.can.to_owned(),
        on: answer.question.on.to_owned(),
        granted: granted.collect(),
        unknown: unknown.collect(),
        gaps: answer.gaps.iter().map(gap).collect(),
    })
}

fn proof(proof: &Proof, sources: &Sources) -> Vec<v1::Step> {
    let step = |step: &Step| {
        let place = step.span.map(|span| sources.place(span));
        v1::Step {
            text: words(&step.text),
            path: place.as_ref().map(|p| p.path.to_owned()),
            line: place.as_ref().map(|p| p.start.line),
            column: place.as_ref().map(|p| p.start.column),
            confidence: step.confidence.word(),
        }
    };
    proof.steps.iter().map(step).collect()
}

fn words(text: &Text) -> String {
    text.to_string()
}

fn gap(gap: &Gap) -> v1::Gap {
    v1::Gap {
        dataset: gap.dataset.name().to_owned(),
        scope: gap.scope.to_string(),
        status: gap.status.word(),
        why: gap.why.clone(),
        collect: gap.collect().to_owned(),
    }
}
