//! What a lint says of itself: README, META, wording.

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
                    || ["NAA ", "SMS ", "MP ", "SQL ", "DCOM ", "WMI ", "SMTP ", "Exchange "]
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
