//! The requirements of the source documents, and which lint judges each.

use cmlint_lint::{LintDef, Requirement};
use serde::Serialize;

use crate::json::{tool as made_by, v1};
use crate::paint::{self, Paint};
use crate::{Style, Tool, escape};

/// Requirements joined with lints.
#[derive(Debug)]
pub struct Table<'t> {
    rows: Vec<(&'t Requirement<'t>, Vec<&'static str>)>,
    /// Lints that name no requirement.
    beyond: Vec<&'t LintDef>,
}

impl<'t> Table<'t> {
    /// All requirements, and the lints beyond them.
    pub fn new(requirements: &'t [Requirement<'t>], lints: &'t [LintDef]) -> Table<'t> {
        let covered_by =
            |id| lints.iter().filter(|l| l.meta.requirements.contains(&id)).map(|l| l.id).collect();
        Table {
            rows: requirements.iter().map(|row| (row, covered_by(row.id))).collect(),
            beyond: lints.iter().filter(|l| l.meta.requirements.is_empty()).collect(),
        }
    }

    /// The part about one group or account, by its title in any case; the lints beyond the requirements that
    /// are about it stay.
    #[must_use]
    pub fn of(mut self, subject: &str) -> Table<'t> {
        self.rows.retain(|(row, _)| row.subject.eq_ignore_ascii_case(subject));
        self.beyond.retain(|l| l.meta.subjects.iter().any(|s| s.eq_ignore_ascii_case(subject)));
        self
    }

    /// For people: under each group or account its requirements, and below each the lints or the reason.
    pub fn human(&self, style: &Style) -> String {
        let paint = Paint::of(style);
        let mut out = String::new();
        let mut subject = "";
        let column = self.rows.iter().map(|(row, _)| row.id.len()).max().unwrap_or(0) + 4;
        for (row, lints) in &self.rows {
            if row.subject != subject {
                if !subject.is_empty() {
                    out.push('\n');
                }
                subject = row.subject;
                out.push_str(&paint.bold(subject));
                out.push('\n');
            }
            let head = format!("  {}", paint::pad(&paint.title(row.id), column - 2));
            line(&mut out, &head, row.statement, style);
            let head = " ".repeat(column);
            if !lints.is_empty() {
                line(&mut out, &head, &lints.join(", "), style);
            }
            match row.reason {
                Some(reason) => line(&mut out, &head, &format!("for a human: {reason}"), style),
                None if lints.is_empty() => line(&mut out, &head, &paint.bad("no lint judges it"), style),
                None => {}
            }
        }
        if !self.beyond.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&paint.bold("beyond the source documents"));
            out.push('\n');
            for lint in &self.beyond {
                line(&mut out, "  ", lint.id, style);
                line(&mut out, "      ", lint.meta.title, style);
            }
        }
        let judged = self.rows.iter().filter(|(_, lints)| !lints.is_empty()).count();
        let human = self.rows.iter().filter(|(row, lints)| lints.is_empty() && row.reason.is_some()).count();
        let total = paint::count(self.rows.len(), "requirement");
        out.push_str(&format!("\n{total}: {judged} judged by lints, {human} left to a human\n"));
        out
    }

    /// For programs.
    pub fn json(&self, tool: Tool<'_>) -> String {
        escape::json(&Document {
            schema: SCHEMA,
            tool: made_by(tool),
            requirements: self
                .rows
                .iter()
                .map(|(row, lints)| Row {
                    id: row.id,
                    subject: row.subject,
                    statement: row.statement,
                    covered_by: lints,
                    reason: row.reason,
                })
                .collect(),
            beyond: self.beyond.iter().map(|l| l.id).collect(),
        })
    }
}

/// `"schema"` of the table.
pub const SCHEMA: &str = "cmlint/requirements/v1";

fn line(out: &mut String, head: &str, words: &str, style: &Style) {
    out.push_str(paint::hang(head, words, style.columns(), false).trim_end());
    out.push('\n');
}

#[derive(Serialize)]
struct Document<'t> {
    schema: &'static str,
    tool: v1::Tool,
    requirements: Vec<Row<'t>>,
    beyond: Vec<&'static str>,
}

#[derive(Serialize)]
struct Row<'t> {
    id: &'t str,
    subject: &'t str,
    statement: &'t str,
    covered_by: &'t [&'static str],
    reason: Option<&'t str>,
}
