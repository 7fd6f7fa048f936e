//! Version 1 of the JSON report, frozen: fields may be added, none may change its meaning or go away.
//!
//! No type of the linter is serialised: what is renamed inside stays the same here.

use schemars::JsonSchema;
use serde::Serialize;

/// `"schema"` of this version.
pub const SCHEMA: &str = "cmlint/v1";

/// The report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Format and version: `cmlint/v1`.
    #[schemars(extend("enum" = ["cmlint/v1"]))]
    pub schema: &'static str,
    /// Who judged.
    pub tool: Tool,
    /// What was judged.
    pub snapshot: Snapshot,
    /// How many lints ended how.
    pub summary: Summary,
    /// One entry for each lint that ran, by id.
    pub lints: Vec<Lint>,
    /// Files that could not be read, or not wholly, by place.
    pub problems: Vec<Problem>,
    /// What is to be said about suppressions and baseline, by place.
    pub notices: Vec<Notice>,
}

/// Something about a file of the user's own.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Notice {
    /// What it is: `suppression-expired`, `baseline-stale` and so on.
    pub id: String,
    /// `info`, `low`, `medium`, `high` or `critical` where it counts as a finding; null where it is only
    /// good to know.
    #[schemars(extend("enum" = ["info", "low", "medium", "high", "critical", null]))]
    pub severity: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The place; its path is relative to the folder in which the program was started.
    pub label: Label,
}

/// The program that made a report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The input.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Snapshot {
    /// As the user gave it.
    pub path: String,
    /// When it was collected, as its manifest says.
    pub collected_at: Option<String>,
    /// Who collected it, as its manifest says.
    pub collector: Option<String>,
    /// Whether it has a manifest; without one it is loose files.
    pub manifest: bool,
    /// Files that were laid over it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub laid_over: Vec<Laid>,
    /// The part of the hierarchy that the findings are narrowed to; left out where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrowed: Option<Narrowed>,
}

/// What a file replaced and added in one dataset.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Laid {
    /// The file, as the user named it.
    pub path: String,
    /// The dataset.
    pub dataset: String,
    /// Where.
    pub scope: Scope,
    /// Names of the objects that were replaced.
    pub replaced: Vec<String>,
    /// Names of the objects that are new.
    pub added: Vec<String>,
}

/// Findings that the report does not show.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Narrowed {
    /// What is shown: `site PS1`, `host cm01.contoso.com`.
    pub to: String,
    /// How many open findings are left out.
    pub left_out: usize,
}

/// Numbers of lints.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Something is wrong.
    pub fail: usize,
    /// Everything is right.
    pub pass: usize,
    /// There is nothing that the lint is about.
    pub not_applicable: usize,
    /// Holes could hide something.
    pub not_evaluated: usize,
    /// The lint has a defect.
    pub crashed: usize,
    /// Left out, because nothing that the lint is about was given.
    pub not_selected: usize,
}

/// The result of a lint.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Lint {
    /// Its name.
    pub id: String,
    /// `fail`, `pass`, `not_applicable`, `not_evaluated` or `crashed`.
    #[schemars(extend("enum" = ["fail", "pass", "not_applicable", "not_evaluated", "crashed"]))]
    pub outcome: String,
    /// Why it is not applicable, or not evaluated where no gap says it.
    pub why: Option<String>,
    /// Where it crashed.
    pub message: Option<String>,
    /// Number of subjects seen.
    pub checked: usize,
    /// Severity of its findings, unless one says otherwise.
    #[schemars(extend("enum" = ["info", "low", "medium", "high", "critical"]))]
    pub severity: String,
    /// The requirements that it covers.
    pub requirements: Vec<String>,
    /// Findings that are left out because they are less sure than asked for.
    pub hidden: usize,
    /// What is wrong, by place.
    pub findings: Vec<Finding>,
    /// Holes that could hide more.
    pub gaps: Vec<Gap>,
}

/// Something wrong.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// Identity of the object, as suppressions and baselines write it.
    pub key: String,
    /// Name of the object.
    pub object: String,
    /// Other identities of the object.
    pub aliases: Vec<String>,
    /// Where the object belongs.
    pub scope: Scope,
    /// What the account is for, where the object is one.
    pub purpose: Option<String>,
    /// What is wrong.
    pub message: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    #[schemars(extend("enum" = ["info", "low", "medium", "high", "critical"]))]
    pub severity: String,
    /// `low`, `medium` or `high`.
    #[schemars(extend("enum" = ["low", "medium", "high"]))]
    pub confidence: String,
    /// The requirements that it breaks.
    pub requirements: Vec<String>,
    /// Identity of the finding over time.
    pub fingerprint: String,
    /// `open`, `suppressed` or `baselined`.
    #[schemars(extend("enum" = ["open", "suppressed", "baselined"]))]
    pub state: String,
    /// Who has accepted it and why, where it is suppressed.
    pub suppression: Option<Suppression>,
    /// Why it is open although it was dealt with before.
    pub reopened: Option<String>,
    /// What it rests on; a baseline re-opens when this grows.
    pub evidence: Vec<String>,
    /// Places, the primary one first.
    pub labels: Vec<Label>,
    /// Why it is so, step by step.
    pub proof: Vec<Step>,
    /// What to do, in a sentence.
    pub help: Option<String>,
    /// What to do, with a command.
    pub fix: Option<Fix>,
}

/// Who has accepted a finding and why.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Suppression {
    /// `accepted`, `false-positive` or `mitigated`.
    #[schemars(extend("enum" = ["accepted", "false-positive", "mitigated"]))]
    pub status: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `2026-12-31`.
    pub expires: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// The entry.
    pub label: Label,
}

/// Where something belongs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Scope {
    /// `hierarchy`, `site`, `host`, `domain`, `database` or `file`.
    #[schemars(extend("enum" = ["hierarchy", "site", "host", "domain", "database", "file"]))]
    pub kind: String,
    /// Its name; empty for the hierarchy.
    pub key: String,
}

/// A place in a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Label {
    /// The file, relative to the snapshot.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// First column in Unicode scalar values, from 1.
    pub column: u32,
    /// Line of the character behind the last one.
    pub end_line: u32,
    /// Column of the character behind the last one.
    pub end_column: u32,
    /// Offset in bytes; null where the file is not UTF-8. A byte order mark does not count.
    pub offset: Option<u32>,
    /// Length in bytes; null where the file is not UTF-8. The place of a secret has the length 0, and one that
    /// holds a secret ends where the secret begins: a length would tell something about it.
    pub length: Option<u32>,
    /// Why the place matters, in words of the linter; empty where it says nothing of its own. Never text
    /// of the file.
    pub text: String,
    /// Whether this is the cause.
    pub primary: bool,
    /// The document inside the file in which the place lies.
    pub within: Option<String>,
}

/// A step of a proof.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Step {
    /// What it says.
    pub text: String,
    /// Where it stands; null for what holds by rule.
    pub label: Option<Label>,
}

/// What to do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Fix {
    /// In words.
    pub text: String,
    /// A command; null also where a name in it would do something of its own when it is run.
    pub command: Option<String>,
    /// How to undo it; null as the command.
    pub revert: Option<String>,
}

/// A hole.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Gap {
    /// The dataset.
    pub dataset: String,
    /// A property of its rows, when only that is missing.
    pub property: Option<String>,
    /// Where the hole is.
    pub scope: Scope,
    /// `complete`, `partial`, `failed`, `not_collected` or `given`.
    #[schemars(extend("enum" = ["complete", "partial", "failed", "not_collected", "given"]))]
    pub status: String,
    /// Why.
    pub why: String,
    /// The command that would fill it.
    pub collect: String,
}

/// A file that could not be read, or not wholly.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// The file, relative to the snapshot.
    pub path: String,
    /// The dataset that it belongs to, when known.
    pub dataset: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether data was lost.
    pub lossy: bool,
    /// The place; null for a file that could not be opened.
    pub label: Option<Label>,
}
