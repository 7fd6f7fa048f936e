//! The catalogue of rules: all of them every time, so that GitHub does not close the alerts of rules that
//! happened to find nothing.
//!
//! GitHub reads the severity of an alert from its rule and nowhere else. A finding that is worse or milder than its
//! lint therefore has a rule of its own, `<lint>/<severity>`.

use std::collections::BTreeMap;

use cmlint_lint::{LintDef, Severity};

use super::results::unlinked;
use super::v2_1_0::{Configuration, Help, Rule, RuleProperties, Words};
use crate::outward::{Item, Outside, at_most, first_paragraph, sentence};
use crate::{Input, Style, explain};

/// Characters of a description that GitHub takes.
const DESCRIPTION: usize = 1024;
/// Characters of a rule's name that GitHub takes.
const NAME: usize = 255;
/// Tags of a rule that GitHub keeps.
const TAGS: usize = 10;

/// All rules, by id: those of the lints, and those that findings of another severity need.
pub(super) fn all(input: &Input<'_>, outside: &Outside<'_>, findings: &[Item<'_>]) -> Vec<Rule> {
    let ran = input.run.lints.iter().map(|l| &l.def);
    let lints = outside.lints.iter().chain(ran).map(|def| (def, input.run.severity_of(def)));
    let needed = findings.iter().map(|item| (&item.lint.def, item.finding().severity));
    let known: BTreeMap<String, (&LintDef, Severity)> =
        lints.chain(needed).map(|(def, severity)| (id(input, def, severity), (def, severity))).collect();
    known.into_iter().map(|(id, (def, severity))| rule(id, def, severity)).collect()
}

/// The rule of a lint's findings of this severity.
pub(super) fn id(input: &Input<'_>, def: &LintDef, severity: Severity) -> String {
    match severity == input.run.severity_of(def) {
        true => def.id.to_owned(),
        false => format!("{}/{severity}", def.id),
    }
}

fn rule(id: String, def: &LintDef, severity: Severity) -> Rule {
    let meta = def.meta;
    let title = match meta.title {
        "" => def.id,
        title => title,
    };
    let short = at_most(&sentence(title), DESCRIPTION);
    let full = first_paragraph(def.readme)
        .map_or_else(|| short.clone(), |words| at_most(&unlinked(&words), DESCRIPTION));
    let text = explain::explain(def, &PLAIN);
    let markdown = match def.readme.trim() {
        "" => text.clone(),
        readme => readme.to_owned(),
    };
    let mut tags = vec!["security".to_owned()];
    tags.extend(meta.tags.iter().filter(|tag| **tag != "security").map(|tag| (*tag).to_owned()));
    tags.truncate(TAGS);
    Rule {
        name: at_most(&pascal(&id), NAME),
        id,
        short_description: Words { text: short },
        full_description: Words { text: full },
        help: Help { text, markdown },
        default_configuration: Configuration { level: level(severity) },
        properties: RuleProperties {
            tags,
            precision: "high",
            security_severity: security_severity(severity),
            requirements: meta.requirements.iter().map(|id| (*id).to_owned()).collect(),
            references: meta.references.iter().map(ToString::to_string).collect(),
        },
    }
}

const PLAIN: Style =
    Style { width: 100, colour: false, unicode: true, verbose: false, last_net: |_| Vec::new() };

/// How bad it is in words of SARIF.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A number that GitHub reads as the same word as ours: above 9 critical, from 7 high, from 4 medium, else
/// low. It has no word for context.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

fn pascal(id: &str) -> String {
    let words = id.split(['-', '/']).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
