//! Findings as results.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_engine::{Accepted, State};
use cmlint_model::Text;
use cmlint_source::{FileId, Sources, Span};

use super::v2_1_0::{
    ArtifactLocation, CodeFlow, ContextRegion, Fix, Location, LogicalLocation, PhysicalLocation, Region,
    ResultOf, ResultProperties, Suppression, SuppressionProperties, ThreadFlow, ThreadFlowLocation, Words,
};
use super::{line_hash, rules, uri};
use crate::excerpt::{self, Cut, Pointer};
use crate::outward::{self, Item, Outside};
use crate::{Input, escape};

/// Places of a flow that GitHub shows.
const FLOW: usize = 1000;

/// One result for each finding, in their order.
pub(super) fn all(
    input: &Input<'_>,
    outside: &Outside<'_>,
    findings: &[Item<'_>],
    index: &BTreeMap<&str, usize>,
) -> Vec<ResultOf> {
    let hashes = Hashes::of(input.sources, findings);
    let one = |item: &Item<'_>| result(input, outside, item, index, &hashes);
    findings.iter().filter_map(one).collect()
}

/// As [`all`], each with who has dealt with it.
pub(super) fn with_states(
    input: &Input<'_>,
    outside: &Outside<'_>,
    findings: &[Item<'_>],
    index: &BTreeMap<&str, usize>,
) -> Vec<ResultOf> {
    let hashes = Hashes::of(input.sources, findings);
    let one = |item: &Item<'_>| {
        let mut result = result(input, outside, item, index, &hashes)?;
        result.suppressions = Some(suppressions(input, outside, item));
        result.baseline_state = (item.reported.state == State::Baselined).then_some("unchanged");
        Some(result)
    };
    findings.iter().filter_map(one).collect()
}

/// Drops the lines around places; `false` where there were none.
pub(super) fn without_snippets(results: &mut [ResultOf]) -> bool {
    let snippets = results.iter_mut().map(|r| r.locations[0].physical_location.context_region.take());
    snippets.fold(false, |any, snippet| any | snippet.is_some())
}

/// A place with its whole region.
pub(super) fn place(sources: &Sources, outside: &Outside<'_>, span: Span, message: String) -> Location {
    let region = outward::whole(sources, span);
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri::of(&outward::path_of(sources, outside.root, span)),
            },
            region: Some(columns(region)),
            context_region: None,
        },
        logical_locations: Vec::new(),
        message: (!message.is_empty()).then_some(Words { text: message }),
    }
}

/// Words in which nothing of the snapshot is a link.
pub(super) fn words(text: &Text) -> String {
    unlinked(&escape::words(text, true))
}

/// `[a](b)` is a link in SARIF, also in plain text.
pub(super) fn unlinked(words: &str) -> String {
    words.replace("](", "] (")
}

pub(super) fn columns(region: outward::Region) -> Region {
    Region {
        start_line: region.start.line,
        start_column: region.start.column_utf16,
        end_line: region.end.line,
        end_column: region.end.column_utf16,
    }
}

fn result(
    input: &Input<'_>,
    outside: &Outside<'_>,
    item: &Item<'_>,
    index: &BTreeMap<&str, usize>,
    hashes: &Hashes,
) -> Option<ResultOf> {
    let finding = item.finding();
    let span = outward::primary(finding)?;
    let mut location = place(input.sources, outside, span, String::new());
    // GitHub shows an alert on a pull request only where all of its lines were changed.
    location.physical_location.region = Some(columns(outward::first_line(input.sources, span)));
    location.physical_location.context_region = context(input, outside, span);
    location.logical_locations.push(LogicalLocation {
        name: escape::words(&finding.object.label, true),
        fully_qualified_name: finding.object.key.to_string(),
        kind: "object",
    });
    let mut partial_fingerprints = BTreeMap::from([("cmlint/v1", item.reported.fingerprint.clone())]);
    if let Some(hash) = hashes.get(input.sources, span) {
        partial_fingerprints.insert("primaryLocationLineHash", hash.clone());
    }
    let rule_id = rules::id(input, &item.lint.def, finding.severity);
    Some(ResultOf {
        rule_index: index.get(rule_id.as_str()).copied()?,
        rule_id,
        level: rules::level(finding.severity),
        message: Words { text: message(item) },
        locations: [location],
        partial_fingerprints,
        baseline_state: None,
        code_flows: flows(input, outside, item, span),
        suppressions: None,
        properties: properties(item),
    })
}

/// An empty list says that the result is not suppressed.
fn suppressions(input: &Input<'_>, outside: &Outside<'_>, item: &Item<'_>) -> Vec<Suppression> {
    let of = |accepted: &Accepted| Suppression {
        kind: "external",
        status: "accepted",
        justification: unlinked(&escape::line(&accepted.reason, true)),
        location: place(input.sources, outside, accepted.span, String::new()),
        properties: SuppressionProperties {
            status: accepted.grounds.word(),
            expires: accepted.expires.map(|day| day.to_string()),
            owner: accepted.owner.clone(),
            ticket: accepted.ticket.clone(),
        },
    };
    item.reported.accepted.iter().map(of).collect()
}

/// The first sentence is the title of the alert.
fn message(item: &Item<'_>) -> String {
    let finding = item.finding();
    let mut text = outward::sentence(&words(&finding.message));
    if let Some(why) = &item.reported.reopened {
        text.push_str("\nOpen again: ");
        text.push_str(&words(why));
        text.push('.');
    }
    let fix = finding.fix.as_ref().map(|fix| &fix.text);
    for more in [Some(&finding.help), fix].into_iter().flatten().filter(|more| !more.is_empty()) {
        text.push('\n');
        text.push_str(&outward::sentence(&words(more)));
    }
    text
}

/// The lines around a place with secrets blanked, for viewers that do not have the file.
fn context(input: &Input<'_>, outside: &Outside<'_>, span: Span) -> Option<ContextRegion> {
    let cut = Cut { width: 160, unicode: true, last_net: outside.last_net };
    let excerpts = excerpt::cut(input.sources, &[Pointer { span, words: 0 }], &cut);
    // Lines of a document inside a file are no lines of the file.
    let excerpt = excerpts.first().filter(|e| e.within.is_none())?;
    let (first, last) = (excerpt.lines.first()?, excerpt.lines.last()?);
    Some(ContextRegion {
        start_line: first.number,
        end_line: last.number,
        snippet: Words { text: excerpt.text() },
    })
}

/// The proof, and the places if there are several. A step that holds by rule points at the finding's own
/// place, because GitHub takes no step without one.
fn flows(input: &Input<'_>, outside: &Outside<'_>, item: &Item<'_>, primary: Span) -> Vec<CodeFlow> {
    let finding = item.finding();
    let step = |span: Span, message: String| ThreadFlowLocation {
        location: place(input.sources, outside, span, message),
    };
    let flow = |message: &str, locations: Vec<ThreadFlowLocation>| CodeFlow {
        message: Words { text: message.to_owned() },
        thread_flows: [ThreadFlow { locations }],
    };
    let mut flows = Vec::new();
    if !finding.proof.is_empty() {
        let steps = finding.proof.iter().take(FLOW).map(|s| {
            let rule = if s.span.is_none() { " (by rule)" } else { "" };
            step(s.span.unwrap_or(primary), words(&s.text) + rule)
        });
        flows.push(flow("Why it is so", steps.collect()));
    }
    if finding.labels.len() > 1 {
        let labels = finding.labels.iter().take(FLOW).map(|l| step(l.span, words(&l.text)));
        flows.push(flow("The places", labels.collect()));
    }
    flows
}

fn properties(item: &Item<'_>) -> ResultProperties {
    let finding = item.finding();
    ResultProperties {
        key: finding.object.key.to_string(),
        severity: finding.severity.word(),
        confidence: finding.confidence.word(),
        requirements: finding.requirements.iter().map(|id| (*id).to_owned()).collect(),
        purpose: finding.object.purpose.map(|p| p.info().word),
        fix: finding.fix.as_ref().map(|fix| Fix {
            text: fix.text.to_string(),
            command: outward::copied(fix.command.as_ref()),
            revert: outward::copied(fix.revert.as_ref()),
        }),
    }
}

/// Fingerprints of the lines that findings point at.
struct Hashes(BTreeMap<(FileId, u32), String>);

impl Hashes {
    fn of(sources: &Sources, findings: &[Item<'_>]) -> Hashes {
        let mut lines: BTreeMap<FileId, BTreeSet<u32>> = BTreeMap::new();
        for span in findings.iter().filter_map(|item| outward::primary(item.finding())) {
            let (file, line) = line(sources, span);
            lines.entry(file).or_default().insert(line);
        }
        let of = |(file, wanted): (FileId, BTreeSet<u32>)| {
            let found = line_hash::of_lines(sources.get(file), &wanted);
            found.into_iter().map(move |(line, hash)| ((file, line), hash)).collect::<Vec<_>>()
        };
        Hashes(lines.into_iter().flat_map(of).collect())
    }

    fn get(&self, sources: &Sources, span: Span) -> Option<&String> {
        self.0.get(&line(sources, span))
    }
}

fn line(sources: &Sources, span: Span) -> (FileId, u32) {
    (sources.outermost(span).file, outward::first_line(sources, span).start.line)
}
