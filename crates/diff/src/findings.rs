//! Findings of two runs: new, fixed, changed, unchanged, and by what.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_engine::{LintResult, Reported, Run, State, Verdict};
use cmlint_lint::Severity;
use cmlint_model::Text;
use cmlint_model::proof::Confidence;
use cmlint_model::words::object;
use cmlint_source::Sources;
use serde_json::Value;

/// What one run, or an earlier report of one, says.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Who judged.
    pub by: JudgedBy,
    /// Lints that ran, by id.
    pub lints: BTreeMap<String, LintState>,
    /// Open findings.
    pub records: Vec<Record>,
}

/// The program that judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JudgedBy {
    /// Its version.
    pub version: String,
}

/// How a lint ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LintState {
    /// `fail`, `pass`, `not_applicable`, `not_evaluated` or `crashed`.
    pub outcome: String,
    /// Whether holes could hide findings.
    pub doubtful: bool,
}

/// An open finding as far as it is compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The lint.
    pub lint: String,
    /// Identity over time.
    pub fingerprint: String,
    /// Identity of the object.
    pub key: String,
    /// Name of the object.
    pub object: Text,
    /// What is wrong.
    pub message: Text,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The steps of its proof.
    pub proof: Vec<Text>,
    /// File, line and column.
    pub place: Option<(String, u32, u32)>,
}

/// By what a finding came or went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// By the environment: the lint judged both sides.
    Environment,
    /// Perhaps by the collection: on the other side the lint could not see everything.
    Collection,
    /// Perhaps by the tool: the lint did not run on the other side.
    Tool,
}

impl Cause {
    /// The word of outputs.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Environment => "environment",
            Cause::Collection => "collection",
            Cause::Tool => "tool",
        }
    }
}

/// A finding that is on both sides and says something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Before.
    pub old: Record,
    /// Now.
    pub new: Record,
    /// What is different, in words: `severity`, `message`, `proof`, `confidence`.
    pub what: Vec<&'static str>,
}

/// A lint that ended otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OtherOutcome {
    /// The lint.
    pub lint: String,
    /// How it ended before; `None` when it did not run.
    pub old: Option<LintState>,
    /// How it ends now; `None` when it did not run.
    pub new: Option<LintState>,
}

impl OtherOutcome {
    /// Whether the lint sees less than it did.
    pub fn lost_sight(&self) -> bool {
        self.new.as_ref().is_none_or(|new| new.doubtful) && self.old.as_ref().is_some_and(|old| !old.doubtful)
    }
}

/// How the findings of two runs differ.
#[derive(Clone, Debug, Default)]
pub struct FindingsDiff {
    /// On the new side only.
    pub new: Vec<(Record, Cause)>,
    /// On the old side only.
    pub fixed: Vec<(Record, Cause)>,
    /// On both, with another text, severity, confidence or proof.
    pub changed: Vec<Changed>,
    /// On both.
    pub unchanged: Vec<Record>,
    /// Lints that ended otherwise, by id.
    pub outcomes: Vec<OtherOutcome>,
    /// Versions of the program that judged, when they differ: old, new.
    pub versions: Option<(String, String)>,
}

impl FindingsDiff {
    /// The worst finding that is new and not only new to the tool.
    pub fn worst_new(&self) -> Option<Severity> {
        self.new.iter().filter(|(_, cause)| *cause != Cause::Tool).map(|(r, _)| r.severity).max()
    }

    /// Whether some lint sees less than it did.
    pub fn lost_sight(&self) -> bool {
        self.outcomes.iter().any(OtherOutcome::lost_sight)
    }
}

/// Compares what two runs say.
pub fn findings(old: &Seen, new: &Seen) -> FindingsDiff {
    let mut diff = FindingsDiff::default();
    if old.by != new.by {
        diff.versions = Some((old.by.version.clone(), new.by.version.clone()));
    }
    let mut before: BTreeMap<(&str, &str), Vec<&Record>> = BTreeMap::new();
    for record in &old.records {
        before.entry((&record.lint, &record.fingerprint)).or_default().push(record);
    }
    let mut rest = Vec::new();
    // Of several findings with one identity those that say the same are the same.
    for record in &new.records {
        let same = before.get_mut(&(record.lint.as_str(), record.fingerprint.as_str()));
        let at = same.as_ref().and_then(|all| all.iter().position(|r| differences(r, record).is_empty()));
        match (same, at) {
            (Some(all), Some(at)) => {
                all.remove(at);
                diff.unchanged.push(record.clone());
            }
            _ => rest.push(record),
        }
    }
    for record in rest {
        let same = before.get_mut(&(record.lint.as_str(), record.fingerprint.as_str()));
        match same.filter(|all| !all.is_empty()).map(|all| all.remove(0)) {
            Some(earlier) => diff.changed.push(Changed {
                old: earlier.clone(),
                new: record.clone(),
                what: differences(earlier, record),
            }),
            None => diff.new.push((record.clone(), cause(old, &record.lint))),
        }
    }
    let gone = before.into_values().flatten();
    diff.fixed = gone.map(|record| (record.clone(), cause(new, &record.lint))).collect();
    let worst_first = |(a, _): &(Record, Cause), (b, _): &(Record, Cause)| {
        (b.severity, &a.lint, &a.place, &a.key).cmp(&(a.severity, &b.lint, &b.place, &b.key))
    };
    diff.new.sort_by(worst_first);
    diff.fixed.sort_by(worst_first);
    let ids: BTreeSet<&String> = old.lints.keys().chain(new.lints.keys()).collect();
    for id in ids {
        let (was, is) = (old.lints.get(id), new.lints.get(id));
        if was != is {
            diff.outcomes.push(OtherOutcome { lint: id.clone(), old: was.cloned(), new: is.cloned() });
        }
    }
    diff
}

/// Why the other side has no such finding.
fn cause(other: &Seen, lint: &str) -> Cause {
    match other.lints.get(lint) {
        None => Cause::Tool,
        Some(state) if state.doubtful => Cause::Collection,
        Some(_) => Cause::Environment,
    }
}

fn differences(old: &Record, new: &Record) -> Vec<&'static str> {
    let mut what = Vec::new();
    let words = |text: &Text| text.to_string();
    if old.severity != new.severity {
        what.push("severity");
    }
    if words(&old.message) != words(&new.message) {
        what.push("message");
    }
    if old.confidence != new.confidence {
        what.push("confidence");
    }
    let proof = |record: &Record| record.proof.iter().map(words).collect::<Vec<_>>();
    if proof(old) != proof(new) {
        what.push("proof");
    }
    what
}

impl Seen {
    /// What a run says.
    pub fn of(run: &Run, sources: &Sources, version: &str) -> Seen {
        let state = |lint: &LintResult| LintState {
            outcome: lint.verdict.word().to_owned(),
            doubtful: !lint.gaps.is_empty()
                || lint.hidden > 0
                || matches!(lint.verdict, Verdict::NotEvaluated | Verdict::Crashed(_)),
        };
        let records = run.lints.iter().flat_map(|lint| {
            let open = lint.findings.iter().filter(|f| f.state == State::Open);
            open.map(|reported| Record::of(lint, reported, sources))
        });
        Seen {
            by: JudgedBy { version: version.to_owned() },
            records: records.collect(),
            lints: run.lints.iter().map(|lint| (lint.def.id.to_owned(), state(lint))).collect(),
        }
    }

    /// What a report of `check -o json` says; see the format's own types for the names.
    ///
    /// # Errors
    /// When it is no such report.
    pub fn of_report(text: &str) -> Result<Seen, NotAReport> {
        let report: Value = serde_json::from_str(text).map_err(|e| NotAReport(e.to_string()))?;
        match report["schema"].as_str() {
            Some("cmlint/v1") => {}
            Some(other) => return Err(NotAReport(format!("its schema is `{other}` and not `cmlint/v1`"))),
            None => return Err(NotAReport("it has no \"schema\"".to_owned())),
        }
        let version = report["tool"]["version"].as_str().unwrap_or_default().to_owned();
        let mut seen = Seen { by: JudgedBy { version }, ..Seen::default() };
        let lints = report["lints"].as_array().ok_or_else(|| NotAReport("it has no \"lints\"".to_owned()))?;
        for lint in lints {
            let id = text_of(&lint["id"]);
            let outcome = text_of(&lint["outcome"]);
            let filled = |name: &str| lint[name].as_array().is_some_and(|list| !list.is_empty());
            let doubtful = filled("gaps")
                || lint["hidden"].as_u64().unwrap_or(0) > 0
                || matches!(outcome.as_str(), "not_evaluated" | "crashed");
            let findings = lint["findings"].as_array().into_iter().flatten();
            let open = findings.filter(|f| f["state"].as_str().unwrap_or("open") == "open");
            seen.records.extend(open.map(|finding| Record::of_report(&id, finding)));
            seen.lints.insert(id, LintState { outcome, doubtful });
        }
        Ok(seen)
    }
}

/// Why a text is no report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotAReport(pub String);

impl Record {
    /// An open finding of a run.
    fn of(lint: &LintResult, reported: &Reported, sources: &Sources) -> Record {
        let finding = &reported.finding;
        let place = finding.labels.first().map(|label| {
            let place = sources.place(label.span);
            (place.path.to_owned(), place.start.line, place.start.column)
        });
        Record {
            lint: lint.def.id.to_owned(),
            fingerprint: reported.fingerprint.clone(),
            key: finding.object.key.to_string(),
            object: finding.object.label.clone(),
            message: finding.message.clone(),
            severity: finding.severity,
            confidence: finding.confidence,
            proof: finding.proof.iter().map(|step| step.text.clone()).collect(),
            place,
        }
    }

    /// An open finding of a report. Its texts are names, because nothing says which of their words are.
    fn of_report(lint: &str, finding: &Value) -> Record {
        let name = |value: &Value| cmlint_model::text!("{}", object(text_of(value)));
        let confidence = [Confidence::Low, Confidence::Medium, Confidence::High];
        let word = text_of(&finding["confidence"]);
        let label = &finding["labels"][0];
        let number = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
        Record {
            lint: lint.to_owned(),
            fingerprint: text_of(&finding["fingerprint"]),
            key: text_of(&finding["key"]),
            object: name(&finding["object"]),
            message: name(&finding["message"]),
            severity: text_of(&finding["severity"]).parse().unwrap_or(Severity::Info),
            confidence: confidence.into_iter().find(|c| c.word() == word).unwrap_or_default(),
            proof: finding["proof"].as_array().into_iter().flatten().map(|s| name(&s["text"])).collect(),
            place: label["path"]
                .as_str()
                .map(|path| (path.to_owned(), number(&label["line"]), number(&label["column"]))),
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
