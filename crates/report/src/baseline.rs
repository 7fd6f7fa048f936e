//! What a baseline knows.

use cmlint_engine::Known;
use serde::Serialize;

use crate::paint::{self, Paint};
use crate::{Style, Tool, escape};

/// `1 finding`, `3 findings`.
pub fn findings(count: usize) -> String {
    paint::count(count, "finding")
}

/// `1 lint`, `3 lints`.
pub fn lints(count: usize) -> String {
    paint::count(count, "lint")
}

/// For people: the findings under their lints.
pub fn human(entries: &[Known], path: &str, style: &Style) -> String {
    let paint = Paint::of(style);
    let path = escape::line(path, style.unicode);
    let mut out = format!("{path} knows {}\n", findings(entries.len()));
    let mut sorted: Vec<&Known> = entries.iter().collect();
    sorted.sort_by(|a, b| a.order().cmp(&b.order()));
    for group in sorted.chunk_by(|a, b| a.lint == b.lint) {
        let lint = escape::line(&group[0].lint, style.unicode);
        out.push_str(&format!("\n{} ({})\n", paint.bold(lint), group.len()));
        for entry in group {
            let severity = paint.severity(entry.severity, paint::pad(entry.severity.word(), 8));
            let key = escape::whole_line(&entry.key, style.unicode);
            let more = match entry.discriminator.as_str() {
                "" => String::new(),
                more => paint.dim(format!(" ({})", escape::line(more, style.unicode))),
            };
            out.push_str(&format!("  {severity}  {key}{more}\n"));
            if style.verbose {
                for (head, keys) in [("or", &entry.aliases), ("rests on", &entry.evidence)] {
                    for key in keys {
                        let key = escape::whole_line(key, style.unicode);
                        out.push_str(&format!("            {}\n", paint.dim(format!("{head} {key}"))));
                    }
                }
            }
        }
    }
    out
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: crate::json::v1::Tool,
    path: &'a str,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    lint: &'a str,
    key: &'a str,
    aliases: &'a [String],
    discriminator: &'a str,
    severity: &'static str,
    evidence: &'a [String],
}

/// For programs.
pub fn json(entries: &[Known], path: &str, tool: Tool<'_>) -> String {
    let mut sorted: Vec<&Known> = entries.iter().collect();
    sorted.sort_by(|a, b| a.order().cmp(&b.order()));
    let findings = sorted
        .into_iter()
        .map(|known| Entry {
            lint: &known.lint,
            key: &known.key,
            aliases: &known.aliases,
            discriminator: &known.discriminator,
            severity: known.severity.word(),
            evidence: &known.evidence,
        })
        .collect();
    escape::json(&Report {
        schema: "cmlint-baseline-report/v1",
        tool: crate::json::tool(tool),
        path,
        findings,
    })
}
