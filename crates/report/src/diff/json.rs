//! A difference as JSON, version 1, frozen: fields may be added, none may change its meaning or go away.

use cmlint_diff::{Cause, LintState, Record};
use cmlint_model::Status;
use cmlint_model::words::Name;
use cmlint_source::Span;

use super::{Compared, End};
use crate::{escape, excerpt};

/// `"schema"` of this version.
pub const SCHEMA: &str = "cmlint/diff/v1";

mod v1 {
    use serde::Serialize;

    #[derive(Serialize)]
    pub(super) struct Report {
        pub(super) schema: &'static str,
        pub(super) tool: crate::json::v1::Tool,
        pub(super) old: End,
        pub(super) new: End,
        /// Null where one end is a report.
        pub(super) changes: Option<Vec<Change>>,
        pub(super) effects: Option<Vec<Effect>>,
        /// Principals whose effective rights were not compared.
        pub(super) effects_left_out: usize,
        pub(super) not_comparable: Option<Vec<Hole>>,
        pub(super) findings: Findings,
        pub(super) outcomes: Vec<Outcome>,
    }

    #[derive(Serialize)]
    pub(super) struct End {
        pub(super) path: String,
        pub(super) collected_at: Option<String>,
        /// `snapshot`, `loose-files` or `report`.
        pub(super) kind: &'static str,
        /// Version of the program that judged it.
        pub(super) judged_by: Option<String>,
    }

    #[derive(Serialize)]
    pub(super) struct Change {
        pub(super) area: &'static str,
        /// `added`, `removed` or `changed`.
        pub(super) sign: &'static str,
        pub(super) text: String,
        pub(super) old: Option<Place>,
        pub(super) new: Option<Place>,
    }

    #[derive(Serialize)]
    pub(super) struct Place {
        pub(super) path: String,
        pub(super) line: u32,
        pub(super) column: u32,
    }

    #[derive(Serialize)]
    pub(super) struct Effect {
        /// `gained` or `lost`.
        pub(super) sign: &'static str,
        pub(super) who: Vec<String>,
        pub(super) through: Vec<String>,
        pub(super) right: String,
        pub(super) details: Vec<String>,
        pub(super) proof: Vec<Step>,
    }

    #[derive(Serialize)]
    pub(super) struct Step {
        pub(super) text: String,
        pub(super) place: Option<Place>,
    }

    #[derive(Serialize)]
    pub(super) struct Hole {
        pub(super) dataset: String,
        pub(super) scope: crate::json::v1::Scope,
        pub(super) old: &'static str,
        pub(super) new: &'static str,
        pub(super) why: String,
    }

    #[derive(Serialize)]
    pub(super) struct Findings {
        pub(super) new: Vec<Finding>,
        pub(super) fixed: Vec<Finding>,
        pub(super) changed: Vec<Changed>,
        pub(super) unchanged: Vec<Finding>,
    }

    #[derive(Serialize)]
    pub(super) struct Finding {
        pub(super) lint: String,
        pub(super) fingerprint: String,
        pub(super) key: String,
        pub(super) object: String,
        pub(super) message: String,
        pub(super) severity: &'static str,
        pub(super) confidence: &'static str,
        pub(super) place: Option<Place>,
        /// By what it came or went: `environment`, `collection` or `tool`; null where it did neither.
        pub(super) cause: Option<&'static str>,
    }

    #[derive(Serialize)]
    pub(super) struct Changed {
        pub(super) what: Vec<&'static str>,
        pub(super) old: Finding,
        pub(super) new: Finding,
    }

    #[derive(Serialize)]
    pub(super) struct Outcome {
        pub(super) lint: String,
        pub(super) old: Option<String>,
        pub(super) new: Option<String>,
        /// Whether the lint sees less than it did.
        pub(super) lost_sight: bool,
    }
}

/// The report.
pub fn report(compared: &Compared<'_>) -> String {
    let underneath = compared.underneath;
    let findings = compared.findings;
    let versions = findings.versions.as_ref();
    let version =
        |other: Option<&String>| Some(other.cloned().unwrap_or_else(|| compared.tool.version.to_owned()));
    escape::json(&v1::Report {
        schema: SCHEMA,
        tool: crate::json::tool(compared.tool),
        old: end(&compared.old, version(versions.map(|v| &v.0))),
        new: end(&compared.new, version(versions.map(|v| &v.1))),
        changes: underneath.map(|u| u.changes.iter().map(|c| change(compared, c)).collect()),
        effects: underneath.map(|u| u.effects.iter().map(|e| effect(compared, e)).collect()),
        effects_left_out: underneath.map_or(0, |u| u.uncounted),
        not_comparable: underneath.map(|u| u.incomparable.iter().map(hole).collect()),
        findings: v1::Findings {
            new: findings.new.iter().map(|(r, cause)| finding(r, Some(*cause))).collect(),
            fixed: findings.fixed.iter().map(|(r, cause)| finding(r, Some(*cause))).collect(),
            changed: findings
                .changed
                .iter()
                .map(|c| v1::Changed {
                    what: c.what.clone(),
                    old: finding(&c.old, None),
                    new: finding(&c.new, None),
                })
                .collect(),
            unchanged: findings.unchanged.iter().map(|r| finding(r, None)).collect(),
        },
        outcomes: findings
            .outcomes
            .iter()
            .map(|o| {
                let word = |state: &Option<LintState>| state.as_ref().map(|s| s.outcome.clone());
                v1::Outcome {
                    lint: o.lint.clone(),
                    old: word(&o.old),
                    new: word(&o.new),
                    lost_sight: o.lost_sight(),
                }
            })
            .collect(),
    })
}

fn end(end: &End<'_>, judged_by: Option<String>) -> v1::End {
    let about = end.snapshot().map(|s| &s.about);
    v1::End {
        path: end.path.to_owned(),
        collected_at: about.and_then(|about| about.collected_at.clone()),
        kind: match about {
            None => "report",
            Some(about) if about.has_manifest => "snapshot",
            Some(_) => "loose-files",
        },
        judged_by,
    }
}

fn place(end: &End<'_>, span: Option<Span>) -> Option<v1::Place> {
    let place = excerpt::place(end.sources()?, span?);
    Some(v1::Place { path: place.path.to_owned(), line: place.start.line, column: place.start.column })
}

fn change(compared: &Compared<'_>, change: &cmlint_diff::Change) -> v1::Change {
    v1::Change {
        area: change.area.word(),
        sign: change.sign.word(),
        text: change.text.to_string(),
        old: place(&compared.old, change.old),
        // What is gone may have a row that says so.
        new: place(&compared.new, change.new),
    }
}

fn effect(compared: &Compared<'_>, effect: &cmlint_diff::Effect) -> v1::Effect {
    let names = |names: &[Name]| names.iter().map(|name| name.text.clone()).collect();
    let end = compared.end_of(effect);
    let steps = effect.proof.steps.iter();
    v1::Effect {
        sign: if effect.gained { "gained" } else { "lost" },
        who: names(&effect.who),
        through: names(&effect.through),
        right: effect.right.to_string(),
        details: effect.details.iter().map(ToString::to_string).collect(),
        proof: steps
            .map(|step| v1::Step { text: step.text.to_string(), place: place(&end, step.span) })
            .collect(),
    }
}

fn hole(hole: &cmlint_diff::Incomparable) -> v1::Hole {
    let word = |status: Status| status.word();
    v1::Hole {
        dataset: hole.dataset.name().to_owned(),
        scope: crate::json::scope(&hole.scope),
        old: word(hole.old),
        new: word(hole.new),
        why: hole.why.clone(),
    }
}

fn finding(record: &Record, cause: Option<Cause>) -> v1::Finding {
    v1::Finding {
        lint: record.lint.clone(),
        fingerprint: record.fingerprint.clone(),
        key: record.key.clone(),
        object: record.object.to_string(),
        message: record.message.to_string(),
        severity: record.severity.word(),
        confidence: record.confidence.word(),
        place: record.place.clone().map(|(path, line, column)| v1::Place { path, line, column }),
        cause: cause.map(Cause::word),
    }
}
