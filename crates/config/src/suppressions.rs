//! `cmlint-suppressions.toml`.

use cmlint_engine::{Accepted, Grounds, Suppression};
use cmlint_source::{FileId, Problem, Sources, Span};
use toml::de::DeTable;

use crate::document::Document;

const ENTRY: &str = "suppression";
const KEYS: &[&str] = &["lint", "object", "reason", "status", "expires", "owner", "ticket", "evidence"];

/// Reads the suppressions, in the order of the file.
///
/// # Errors
/// Everything that is wrong with the file, in the order of the places. Lints and objects are not looked at:
/// whether these are known is settled with the findings.
pub fn suppressions(sources: &Sources, file: FileId) -> Result<Vec<Suppression>, Vec<Problem>> {
    let (mut document, table) = Document::parse(file, sources.get(file).text());
    document.only(&table, &[ENTRY]);
    let entries = document.tables(&table, ENTRY);
    let all = entries.into_iter().filter_map(|(at, entry)| read(&mut document, at, entry)).collect();
    let mut problems = document.problems;
    problems.sort_by_key(|p| (p.span.start, p.span.len));
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

fn read(document: &mut Document, at: Span, entry: &DeTable<'_>) -> Option<Suppression> {
    document.only(entry, KEYS);
    document.required(
        at,
        entry,
        &[
            ("lint", "name one lint by its id"),
            ("object", "name the object by its key, as the finding shows it behind `key:`"),
            ("reason", "say why it is accepted; who reads it in a year was not there"),
        ],
    );
    let lint = document.filled(entry, "lint");
    let object = document.filled(entry, "object");
    let reason = document.filled(entry, "reason");
    let words: Vec<(&str, Grounds)> = Grounds::ALL.into_iter().map(|g| (g.word(), g)).collect();
    let grounds = match entry.contains_key("status") {
        true => document.word(entry, "status", &words)?.value,
        false => Grounds::Accepted,
    };
    let expires = document.day(entry, "expires");
    let owner = document.filled(entry, "owner").map(|text| text.value);
    let ticket = document.filled(entry, "ticket").map(|text| text.value);
    let evidence = document.texts(entry, "evidence");
    let accepted = Accepted {
        reason: reason?.value.trim().to_owned(),
        grounds,
        expires: expires.map(|day| day.value),
        owner,
        ticket,
        span: at,
    };
    let evidence = evidence.map(|keys| keys.into_iter().map(|key| key.value).collect());
    Some(Suppression { lint: lint?, object: object?, accepted, expires, evidence })
}
