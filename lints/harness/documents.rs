//! What a lint says of itself: README, META, wording.

use std::collections::BTreeSet;

use cmlint_lint::{LintDef, Reference};
use cmlint_lints::LINTS;

use crate::{Complaints, alone, archive, fixtures};

const HEADINGS: [&str; 5] =
    ["## What it finds", "## Why it matters", "## How to fix it", "## What may break", "## References"];

#[test]
fn every_readme_has_its_parts_in_order() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        complaints.check(def.readme.starts_with("# "), || format!("{}: README begins with no title", def.id));
        let found: Vec<&str> = def.readme.lines().filter(|l| l.starts_with("## ")).collect();
        complaints.check(found == HEADINGS, || format!("{}: README has the headings {found:?}", def.id));
        for part in def.readme.split("\n## ").skip(1) {
            let body = part.split_once('\n').map_or("", |(_, body)| body).trim();
            complaints.check(!body.is_empty(), || format!("{}: an empty part of README: {part}", def.id));
        }
    }
}

/// Who reads a finding must be able to look the rule up: in a document, at a section. `explain` prints the README,
/// programs read META; both name the same.
#[test]
fn references_name_sections_and_stand_in_readme_and_meta_alike() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        let id = def.id;
        let part = def.readme.split("\n## References").nth(1).unwrap_or_default();
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        let quoted = |title: &str| !title.is_empty() && part.contains(&format!("\"{title}\""));
        let mut sections = 0;
        let mut named = BTreeSet::new();
        for reference in def.meta.references {
            let stands = match *reference {
                Reference::Section(title) => {
                    sections += 1;
                    quoted(title)
                }
                Reference::Document(document, title) => {
                    sections += 1;
                    part.contains(document) && quoted(title)
                }
                Reference::Catalogue(name)
                | Reference::MisconfigurationManager(name)
                | Reference::Attack(name) => {
                    named.insert(name);
                    part.contains(name)
                }
            };
            complaints.check(stands, || format!("{id}: README does not name the reference {reference}"));
        }
        complaints.check(sections > 0, || format!("{id}: no reference names the section of a document"));
        for technique in techniques_in(&part) {
            complaints.check(named.contains(technique.as_str()), || format!("{id}: META lacks {technique}"));
        }
    }
}

/// Techniques of Misconfiguration Manager that requirements of the source documents close, wholly or in part. A
/// requirement (`A14.8`) stands for every lint that covers it, a group or account (`A14`) for at least one lint about
/// it: not each of its lints has to do with the technique.
#[test]
fn techniques_that_a_requirement_closes_are_referred_to() {
    let mut complaints = Complaints::default();
    let mut lines = include_str!("techniques.tsv").lines();
    assert_eq!(lines.next(), Some("technique\trequirements"));
    for line in lines {
        let (technique, requirements) = line.split_once('\t').unwrap();
        let refers = |def: &LintDef| {
            let same =
                |r: &Reference| matches!(r, Reference::MisconfigurationManager(id) if *id == technique);
            def.meta.references.iter().any(same)
        };
        for requirement in requirements.split(',') {
            let covers = |def: &&LintDef| {
                let below = |id: &&str| id.split_once('.').is_some_and(|(item, _)| item == requirement);
                def.meta.requirements.iter().any(|id| *id == requirement || below(id))
            };
            let lints: Vec<&LintDef> = LINTS.iter().filter(covers).collect();
            let named = match requirement.contains('.') {
                true => lints.iter().all(|def| refers(def)),
                false => lints.is_empty() || lints.iter().any(|def| refers(def)),
            };
            complaints.check(named, || {
                let ids: Vec<&str> = lints.iter().map(|def| def.id).collect();
                format!(
                    "{technique} belongs to {requirement}; name it in META and README of {}",
                    ids.join(" or ")
                )
            });
        }
    }
}

/// `CRED-5`, `T1021.003`.
fn techniques_in(text: &str) -> BTreeSet<String> {
    const FAMILIES: [&str; 9] =
        ["CRED", "ELEVATE", "EXEC", "RECON", "TAKEOVER", "COERCE", "PREVENT", "CANARY", "DETECT"];
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'));
    let words = words.map(|word| word.trim_end_matches('.'));
    let is_technique = |word: &&str| match word.split_once('-') {
        Some((family, number)) => {
            FAMILIES.contains(&family) && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
        }
        None => word.strip_prefix('T').is_some_and(|number| {
            number.len() >= 4 && number.chars().all(|c| c.is_ascii_digit() || c == '.')
        }),
    };
    words.filter(is_technique).map(str::to_owned).collect()
}

#[test]
fn every_id_names_a_bad_state() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        let kebab = def.id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let word = ["no", "disallow", "check", "lint", "avoid"].contains(&def.id.split('-').next().unwrap());
        complaints.check(kebab && !word, || format!("{}: not a bad state in kebab-case", def.id));
    }
}

#[test]
fn every_meta_is_filled_in() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        let meta = def.meta;
        let clause = |text: &str| !text.is_empty() && !text.ends_with('.') && !text.contains('\n');
        complaints.check(clause(meta.title), || format!("{}: title {:?}", def.id, meta.title));
        complaints.check(!meta.tags.is_empty(), || format!("{}: no tags", def.id));
        complaints.check(!meta.references.is_empty(), || format!("{}: no references", def.id));
        complaints.check(meta.noun != "objects", || format!("{}: no noun", def.id));
    }
}

/// Message: lower case, no full stop, the object in backquotes. Label: words. Help: words.
#[test]
fn every_message_has_the_same_style() {
    let mut complaints = Complaints::default();
    for def in LINTS {
        for (name, path) in fixtures(def, "fail") {
            let archive = archive(&path);
            let result = alone(def, &archive.read(), &archive);
            for finding in result.findings.iter().map(|f| &f.finding) {
                let message = finding.message.to_string();
                let lower = message.chars().next().is_some_and(|c| !c.is_uppercase() || !c.is_alphabetic())
                    || [
                        "NAA ",
                        "SMS ",
                        "MP ",
                        "SQL ",
                        "DCOM ",
                        "WMI ",
                        "SMTP ",
                        "Exchange ",
                        "Reporting Services ",
                    ]
                    .iter()
                    .any(|p| message.starts_with(p));
                let style = lower && !message.ends_with('.') && message.contains('`');
                complaints.check(style, || format!("{}/{name}: message {message:?}", def.id));
                for label in &finding.labels {
                    complaints.check(!label.text.is_empty(), || {
                        format!("{}/{name}: a label without words", def.id)
                    });
                }
                complaints
                    .check(!finding.help.is_empty(), || format!("{}/{name}: no help: {message}", def.id));
            }
        }
    }
}
