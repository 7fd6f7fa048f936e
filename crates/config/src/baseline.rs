//! A baseline: one finding a line, sorted, so that a change of it reads well in a review.
//!
//! The first line names the format. Version 1 is frozen: members may be added, none may change its meaning.

use cmlint_engine::Known;
use cmlint_lint::Severity;
use cmlint_source::{FileId, Problem, Sources};
use serde::{Deserialize, Serialize};

/// The format and its version.
pub const SCHEMA: &str = "cmlint-baseline/v1";

#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    lint: String,
    key: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    discriminator: String,
    severity: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
}

/// The text of a baseline.
pub fn write(entries: &[Known]) -> String {
    let mut sorted: Vec<&Known> = entries.iter().collect();
    sorted.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut out = line(&Head { schema: SCHEMA.to_owned() });
    for entry in sorted {
        out.push_str(&line(&Line {
            lint: entry.lint.clone(),
            key: entry.key.clone(),
            aliases: entry.aliases.clone(),
            discriminator: entry.discriminator.clone(),
            severity: entry.severity.word().to_owned(),
            evidence: entry.evidence.clone(),
        }));
    }
    out
}

fn line(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).expect("our types have text as keys");
    text.push('\n');
    text
}

/// Reads a baseline.
///
/// # Errors
/// Everything that is wrong with the file, in the order of the lines.
pub fn read(sources: &Sources, file: FileId) -> Result<Vec<Known>, Vec<Problem>> {
    let text = sources.get(file).text();
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    let mut headed = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if line.trim().is_empty() {
            continue;
        }
        let span = file.span(at, line.len());
        if !headed {
            headed = true;
            if let Err(problem) = head(line, span) {
                return Err(vec![problem]);
            }
            continue;
        }
        match entry(line) {
            Ok(entry) => entries.push(Known { span: Some(span), ..entry }),
            Err((column, words)) => {
                let place = span.sub(column.min(line.len()), 1);
                problems.push(Problem::lost(place, words).help(
                    "take the line from the repository again, or make the file anew with `cmlint baseline create`",
                ));
            }
        }
    }
    if !headed {
        let words = format!("an empty file is no baseline; its first line is {{\"schema\":\"{SCHEMA}\"}}");
        problems.push(Problem::lost(file.span(0, 0), words));
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

fn head(line: &str, span: cmlint_source::Span) -> Result<(), Problem> {
    match serde_json::from_str::<Head>(line) {
        Ok(head) if head.schema == SCHEMA => Ok(()),
        Ok(head) if head.schema.starts_with("cmlint-baseline/") => {
            let words = "the baseline is of another version than this program reads";
            Err(Problem::lost(span, words).help(format!("this program reads {SCHEMA}")))
        }
        _ => {
            let words = "this is no baseline";
            let help = format!("the first line of one is {{\"schema\":\"{SCHEMA}\"}}");
            Err(Problem::lost(span, words).help(help))
        }
    }
}

/// An entry, or where and why the line is none.
fn entry(line: &str) -> Result<Known, (usize, String)> {
    let parsed: Line = serde_json::from_str(line).map_err(|error| {
        let words = error.to_string();
        let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
        (error.column().saturating_sub(1), format!("the line is no entry: {words}"))
    })?;
    let severity: Severity = parsed.severity.parse().map_err(|()| {
        let at = line.find("\"severity\"").unwrap_or(0);
        (at, "`severity` is one of info, low, medium, high, critical".to_owned())
    })?;
    Ok(Known {
        lint: parsed.lint,
        key: parsed.key,
        aliases: parsed.aliases,
        discriminator: parsed.discriminator,
        severity,
        evidence: parsed.evidence,
        span: None,
    })
}
