//! SARIF 2.1.0, as GitHub code scanning takes it.
//!
//! GitHub is stricter than the standard: every result has a place, every place a whole region, every rule its
//! texts; severity stands on the rule; what it does not know (passes, suppressions, unknowns as results) would
//! become an open alert. So only open findings are results, and what could not be judged is a notification.
//! The full form is for other viewers: it has what is suppressed or known from the baseline too.

mod diff;
mod line_hash;
mod notes;
mod results;
mod rules;
mod uri;
mod v2_1_0;

use std::collections::BTreeMap;
use std::io::Write as _;

use cmlint_engine::{State, Verdict};
use cmlint_model::Snapshot;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::outward::{self, Item, Outside};
use crate::{Input, escape, human};

pub use diff::diff;

/// Most results of a run that GitHub takes.
const MOST_RESULTS: usize = 25_000;
/// Most bytes of a file that GitHub takes, after gzip.
const MOST_BYTES: usize = 10_000_000;

/// The report.
pub fn report(input: &Input<'_>, outside: &Outside<'_>) -> String {
    let open = outward::open(input.run);
    within(input, outside, &open, false, Limits { results: MOST_RESULTS, bytes: MOST_BYTES })
}

/// The report with all findings: those that somebody has dealt with come last and say so.
pub fn full(input: &Input<'_>, outside: &Outside<'_>) -> String {
    let mut all = outward::open(input.run);
    all.extend(outward::dealt(input.run));
    within(input, outside, &all, true, Limits { results: MOST_RESULTS, bytes: MOST_BYTES })
}

#[derive(Clone, Copy)]
struct Limits {
    results: usize,
    bytes: usize,
}

/// The worst findings that fit, with lines of the files around them if these fit too.
fn within(
    input: &Input<'_>,
    outside: &Outside<'_>,
    items: &[Item<'_>],
    full: bool,
    limits: Limits,
) -> String {
    let told = &items[..items.len().min(limits.results)];
    let rules = rules::all(input, outside, told);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(n, r)| (r.id.as_str(), n)).collect();
    let mut results = match full {
        true => results::with_states(input, outside, told, &index),
        false => results::all(input, outside, told, &index),
    };
    loop {
        let text = log(input, outside, &rules, &index, &results, items.len() - results.len());
        if results.is_empty() || text.len() <= limits.bytes || zipped(&text) <= limits.bytes {
            return text;
        }
        // What is left over is what a reader misses least: first the lines around places, then the mildest.
        if !results::without_snippets(&mut results) {
            results.truncate(results.len() / 2);
        }
    }
}

fn zipped(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()) {
        Ok(bytes) => bytes.len(),
        // Writing into memory does not fail.
        Err(_) => text.len(),
    }
}

fn log(
    input: &Input<'_>,
    outside: &Outside<'_>,
    rules: &[v2_1_0::Rule],
    index: &BTreeMap<&str, usize>,
    results: &[v2_1_0::ResultOf],
    left_out: usize,
) -> String {
    let outcomes = input.run.lints.iter().map(|l| (l.def.id, l.verdict.word())).collect();
    let crashed = input.run.lints.iter().any(|l| matches!(l.verdict, Verdict::Crashed(_)));
    escape::json(&v2_1_0::Log {
        schema: v2_1_0::SCHEMA,
        version: "2.1.0",
        runs: [v2_1_0::Run {
            tool: v2_1_0::ToolOf {
                driver: v2_1_0::Driver {
                    name: input.tool.name,
                    semantic_version: input.tool.version,
                    rules,
                    notifications: notes::descriptors(),
                },
            },
            automation_details: v2_1_0::AutomationDetails { id: category(input.tool.name, input.snapshot) },
            column_kind: "utf16CodeUnits",
            invocations: [v2_1_0::Invocation {
                execution_successful: !crashed,
                tool_execution_notifications: notes::all(input, outside, index, results.len(), left_out),
                tool_configuration_notifications: notes::of_own_files(input, outside),
            }],
            results,
            properties: v2_1_0::RunProperties {
                summary: human::last_line(&input.run.summary()),
                left_out,
                suppressed: outward::dealt_with(input.run, State::Suppressed),
                baselined: outward::dealt_with(input.run, State::Baselined),
                outcomes: &outcomes,
            },
        }],
    })
}

/// The identity of a text: 16 hex digits of its SHA-256.
fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What keeps the alerts of several snapshots in one repository apart: the codes of the sites.
fn category(tool: &str, snapshot: &Snapshot<'_>) -> String {
    let plain = |code: &str| code.chars().filter(char::is_ascii_alphanumeric).take(8).collect::<String>();
    let mut sites: Vec<String> = snapshot.inventory().sites().map(|site| plain(&site.code)).collect();
    sites.retain(|code| !code.is_empty());
    sites.truncate(20);
    match sites.is_empty() {
        true => format!("{tool}/"),
        false => format!("{tool}/{}/", sites.join("+")),
    }
}

#[cfg(test)]
mod tests;
