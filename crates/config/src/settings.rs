//! `cmlint.toml`.

use cmlint_engine::{OnPurpose, Selector};
use cmlint_lint::{LintDef, Severity};
use cmlint_model::proof::Confidence;
use cmlint_model::{Exception, Policy};
use cmlint_source::{FileId, Problem, Sources, Spanned};
use toml::de::DeTable;

use crate::document::{Document, shown};
use crate::purpose;

/// What `cmlint init` writes: every key with its meaning, and nothing that changes a default.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The keys of the file, sections included.
pub const KEYS: &[&str] = &[
    "select",
    "ignore",
    "fail-on",
    "min-confidence",
    "allow-incomplete",
    "suppressions",
    "baseline",
    "severity",
    "policy",
    "not-collected-on-purpose",
];

/// The contents of `cmlint.toml`. What the file does not say is `None` or empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// Lints that run.
    pub select: Option<Vec<Spanned<Selector>>>,
    /// Lints that do not run, though they are selected.
    pub ignore: Vec<Spanned<Selector>>,
    /// The mildest severity that makes the exit code 1.
    pub fail_on: Option<Spanned<Severity>>,
    /// Findings below it are hidden.
    pub min_confidence: Option<Spanned<Confidence>>,
    /// Whether holes alone leave the exit code at 0.
    pub allow_incomplete: Option<Spanned<bool>>,
    /// The suppressions file, relative to this file.
    pub suppressions: Option<Spanned<String>>,
    /// The baseline, relative to this file.
    pub baseline: Option<Spanned<String>>,
    /// Severities by id of a lint, in the order of the ids.
    pub severities: Vec<(Spanned<String>, Severity)>,
    /// The organisation's own policy.
    pub policy: Policy,
    /// Holes that are meant to be there.
    pub on_purpose: Vec<OnPurpose>,
}

/// Reads the settings.
///
/// # Errors
/// Everything that is wrong with the file, in the order of the places.
pub fn settings(sources: &Sources, file: FileId, lints: &[LintDef]) -> Result<Settings, Vec<Problem>> {
    let (mut document, table) = Document::parse(file, sources.get(file).text());
    document.only(&table, KEYS);
    let settings = Settings {
        select: document.texts(&table, "select").map(|words| selectors(&mut document, words, lints)),
        ignore: document
            .texts(&table, "ignore")
            .map_or_else(Vec::new, |words| selectors(&mut document, words, lints)),
        fail_on: document.word(&table, "fail-on", &severity_words()),
        min_confidence: document.word(&table, "min-confidence", &confidence_words()),
        allow_incomplete: document.boolean(&table, "allow-incomplete"),
        suppressions: document.filled(&table, "suppressions"),
        baseline: document.filled(&table, "baseline"),
        severities: severities(&mut document, &table, lints),
        policy: policy(&mut document, &table),
        on_purpose: {
            let entries = document.tables(&table, "not-collected-on-purpose");
            entries.into_iter().filter_map(|(at, entry)| purpose::read(&mut document, at, entry)).collect()
        },
    };
    let mut problems = document.problems;
    problems.sort_by_key(|p| (p.span.start, p.span.len));
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

fn severity_words() -> Vec<(&'static str, Severity)> {
    Severity::ALL.into_iter().map(|severity| (severity.word(), severity)).collect()
}

fn confidence_words() -> Vec<(&'static str, Confidence)> {
    [Confidence::Low, Confidence::Medium, Confidence::High].into_iter().map(|c| (c.word(), c)).collect()
}

fn selectors(
    document: &mut Document,
    words: Vec<Spanned<String>>,
    lints: &[LintDef],
) -> Vec<Spanned<Selector>> {
    let mut all = Vec::new();
    for word in words {
        match Selector::read(&word.value, lints) {
            Ok(selector) => all.push(Spanned::new(selector, word.span)),
            Err(unknown) => {
                let help = unknown.near.map_or_else(
                    || "`cmlint rules` lists the lints".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                document.wrong(word.span, shown(&unknown.message), Some(help));
            }
        }
    }
    all
}

fn severities(
    document: &mut Document,
    table: &DeTable<'_>,
    lints: &[LintDef],
) -> Vec<(Spanned<String>, Severity)> {
    let Some(section) = document.table(table, "severity") else { return Vec::new() };
    let ids: Vec<&str> = lints.iter().map(|def| def.id).collect();
    let mut all = Vec::new();
    for key in section.keys() {
        let id = key.get_ref().to_string();
        let span = document.span(key.span());
        let severity = document.word(section, &id, &severity_words());
        if !ids.contains(&id.as_str()) {
            let near = cmlint_engine::nearest(&id, ids.iter().copied());
            let help = near.map_or_else(
                || "`cmlint rules` lists the lints".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            document.wrong(span, format!("there is no lint `{}`", shown(&id)), Some(help));
        } else if let Some(severity) = severity {
            all.push((Spanned::new(id, span), severity.value));
        }
    }
    all.sort_by(|a, b| a.0.value.cmp(&b.0.value));
    all
}

fn policy(document: &mut Document, table: &DeTable<'_>) -> Policy {
    const KEYS: &[&str] = &["tier0-groups", "approved-accounts", "service-account-patterns", "exceptions"];
    let Some(section) = document.table(table, "policy") else { return Policy::default() };
    document.only(section, KEYS);
    let mut list = |key: &str| {
        let mut texts = document.texts(section, key).unwrap_or_default();
        for text in texts.extract_if(.., |text| text.value.trim().is_empty()) {
            document.wrong(text.span, format!("an entry of `{key}` says nothing"), None);
        }
        texts
    };
    Policy {
        tier0_groups: list("tier0-groups"),
        approved_accounts: list("approved-accounts"),
        service_account_patterns: list("service-account-patterns"),
        exceptions: {
            let entries = document.tables(section, "exceptions");
            entries.into_iter().filter_map(|(at, entry)| exception(document, at, entry)).collect()
        },
    }
}

fn exception(document: &mut Document, at: cmlint_source::Span, entry: &DeTable<'_>) -> Option<Exception> {
    document.only(entry, &["subject", "reason"]);
    document.required(
        at,
        entry,
        &[("subject", "name an account, a group, a host or a path"), ("reason", "say why it is so")],
    );
    let subject = document.filled(entry, "subject");
    let reason = document.filled(entry, "reason");
    Some(Exception { subject: subject?, reason: reason? })
}
