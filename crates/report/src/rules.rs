//! The lints there are, as a table.

use cmlint_lint::LintDef;
use serde::Serialize;

use crate::json::{tool as made_by, v1};
use crate::paint::{self, Paint};
use crate::{Style, Tool, escape};

/// For people: id, severity and tags of each lint, and its title below.
pub fn human(lints: &[LintDef], style: &Style) -> String {
    let paint = Paint::of(style);
    let column = lints.iter().map(|l| l.id.len()).max().unwrap_or(0).min(style.columns() * 2 / 3);
    let mut out = String::new();
    for lint in lints {
        let severity = lint.meta.severity;
        let head = format!(
            "{}  {}  ",
            paint::pad(&paint.bold(lint.id), column),
            paint::pad(&paint.severity(severity, severity), 8),
        );
        out.push_str(paint::hang(&head, &lint.meta.tags.join(", "), style.columns(), false).trim_end());
        out.push('\n');
        out.push_str(&paint::hang("    ", lint.meta.title, style.columns(), false));
        out.push('\n');
    }
    out.push_str(&format!("\n{}\n", paint::count(lints.len(), "lint")));
    out
}

/// For programs.
pub fn json(lints: &[LintDef], tool: Tool<'_>) -> String {
    let rules = lints.iter().map(|lint| Rule {
        id: lint.id,
        title: lint.meta.title,
        severity: lint.meta.severity.word(),
        tags: lint.meta.tags,
        subjects: lint.meta.subjects,
        requirements: lint.meta.requirements,
        references: lint.meta.references.iter().map(ToString::to_string).collect(),
        datasets: lint.declaration().required().into_iter().map(|d| d.name()).collect(),
        since: lint.meta.since,
        suppressible: lint.meta.suppressible,
    });
    escape::json(&Rules { schema: SCHEMA, tool: made_by(tool), lints: rules.collect() })
}

/// `"schema"` of the table of lints.
pub const SCHEMA: &str = "cmlint/rules/v1";

#[derive(Serialize)]
struct Rules {
    schema: &'static str,
    tool: v1::Tool,
    lints: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    title: &'static str,
    severity: &'static str,
    tags: &'static [&'static str],
    subjects: &'static [&'static str],
    requirements: &'static [&'static str],
    references: Vec<String>,
    datasets: Vec<&'static str>,
    since: &'static str,
    suppressible: bool,
}
