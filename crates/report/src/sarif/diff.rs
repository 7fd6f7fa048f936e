//! A difference as SARIF: the findings of the new snapshot, each with its state against the old one, and what
//! changed underneath as results of rules of their own.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_diff::{Area, Change, Effect};
use cmlint_engine::Reported;
use cmlint_lint::Severity;
use cmlint_model::Text;
use cmlint_source::Span;

use super::results::{self, place, words};
use super::rules;
use super::v2_1_0::{
    CodeFlow, Configuration, Help, ResultOf, ResultProperties, Rule, RuleProperties, ThreadFlow,
    ThreadFlowLocation, Words,
};
use super::{MOST_RESULTS, log};
use crate::diff::{Compared, End};
use crate::outward::{self, Item, Outside};

/// The report; `None` when the new end is no snapshot, because results need places in files.
pub fn diff(compared: &Compared<'_>, outside: &Outside<'_>) -> Option<String> {
    let input = compared.new.judged?;
    let outside = &Outside { root: compared.new.root, ..*outside };
    let states = States::of(compared);
    let mut open = outward::open(input.run);
    // New findings matter most; of the rest as much as the receiver takes.
    open.sort_by_key(|item| states.of_item(item) != "new");
    let told = &open[..open.len().min(MOST_RESULTS)];
    let mut rules = rules::all(&input, outside, told);
    rules.extend(Area::ALL.into_iter().map(area_rule));
    rules.push(change_rule(EFFECTS, "An effective right was gained or lost."));
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(n, r)| (r.id.as_str(), n)).collect();
    let teller = Teller { compared, outside, index: &index };
    let mut found: Vec<ResultOf> = Vec::new();
    if let Some(underneath) = compared.underneath {
        found.extend(underneath.changes.iter().filter_map(|change| teller.change(change)));
        found.extend(underneath.effects.iter().filter_map(|effect| teller.effect(effect)));
    }
    let all = open.len() + found.len();
    let mut results = results::all(&input, outside, told, &index);
    for (result, item) in results.iter_mut().zip(&open) {
        result.baseline_state = Some(states.of_item(item));
    }
    found.truncate(MOST_RESULTS - results.len());
    results.extend(found);
    let left_out = all - results.len();
    Some(log(&input, outside, &rules, &index, &results, left_out))
}

/// The rule of effective rights.
const EFFECTS: &str = "change/effective-rights";

fn area_id(area: Area) -> String {
    format!("change/{}", area.word())
}

fn area_rule(area: Area) -> Rule {
    let words = format!("{} changed between two snapshots.", area.title());
    change_rule(&area_id(area), &words)
}

fn change_rule(id: &str, words: &str) -> Rule {
    let text = || Words { text: words.to_owned() };
    Rule {
        id: id.to_owned(),
        name: id.replace('/', "-"),
        short_description: text(),
        full_description: text(),
        help: Help { text: words.to_owned(), markdown: words.to_owned() },
        default_configuration: Configuration { level: rules::level(Severity::Info) },
        properties: RuleProperties {
            tags: vec!["change".to_owned()],
            precision: "high",
            security_severity: "0.1",
            requirements: Vec::new(),
            references: Vec::new(),
        },
    }
}

/// The state of each finding of the new side.
struct States<'a> {
    new: BTreeSet<(&'a str, &'a str)>,
    changed: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> States<'a> {
    fn of(compared: &Compared<'a>) -> States<'a> {
        let findings = compared.findings;
        States {
            new: findings.new.iter().map(|(r, _)| (r.lint.as_str(), r.fingerprint.as_str())).collect(),
            changed: findings
                .changed
                .iter()
                .map(|c| (c.new.lint.as_str(), c.new.fingerprint.as_str()))
                .collect(),
        }
    }

    fn of_item(&self, item: &Item<'_>) -> &'static str {
        let Reported { fingerprint, .. } = item.reported;
        let key = (item.lint.def.id, fingerprint.as_str());
        match (self.new.contains(&key), self.changed.contains(&key)) {
            (true, _) => "new",
            (_, true) => "updated",
            _ => "unchanged",
        }
    }
}

struct Teller<'a> {
    compared: &'a Compared<'a>,
    outside: &'a Outside<'a>,
    index: &'a BTreeMap<&'a str, usize>,
}

impl Teller<'_> {
    fn change(&self, change: &Change) -> Option<ResultOf> {
        let (end, span) = self.compared.place_of(change)?;
        let key = format!("{}:{}", change.area.word(), change.text);
        self.result(&area_id(change.area), end, span, words(&change.text), Vec::new(), key)
    }

    fn effect(&self, effect: &Effect) -> Option<ResultOf> {
        let end = self.compared.end_of(effect);
        let sources = end.judged?.sources;
        let steps = &effect.proof.steps;
        let primary = steps.iter().rev().find_map(|step| step.span)?;
        let outside = Outside { root: end.root, ..*self.outside };
        let locations = steps.iter().map(|step| {
            let rule = if step.span.is_none() { " (by rule)" } else { "" };
            let message = words(&step.text) + rule;
            ThreadFlowLocation { location: place(sources, &outside, step.span.unwrap_or(primary), message) }
        });
        let flow = CodeFlow {
            message: Words { text: "The way".to_owned() },
            thread_flows: [ThreadFlow { locations: locations.collect() }],
        };
        let names = Text::join(effect.who.iter().map(|name| cmlint_model::text!("`{}`", name)), ", ");
        let verb = match (effect.gained, effect.who.len()) {
            (true, 1) => "gains",
            (true, _) => "gain",
            (false, 1) => "loses",
            (false, _) => "lose",
        };
        let mut text = format!("{} {verb} {}", words(&names), words(&effect.right));
        if !effect.through.is_empty() {
            let through = Text::join(
                effect.through.iter().take(20).map(|name| cmlint_model::text!("`{}`", name)),
                ", ",
            );
            text.push_str(&format!(", and through it {}", words(&through)));
        }
        for detail in &effect.details {
            text.push_str(&format!("; {}", words(detail)));
        }
        let key = format!("effect:{names}:{}", effect.right);
        self.result(EFFECTS, end, primary, text, vec![flow], key)
    }

    fn result(
        &self,
        rule: &str,
        end: End<'_>,
        span: Span,
        message: String,
        code_flows: Vec<CodeFlow>,
        key: String,
    ) -> Option<ResultOf> {
        let sources = end.judged?.sources;
        let outside = Outside { root: end.root, ..*self.outside };
        let mut location = place(sources, &outside, span, String::new());
        location.physical_location.region = Some(results::columns(outward::first_line(sources, span)));
        Some(ResultOf {
            rule_id: rule.to_owned(),
            rule_index: self.index.get(rule).copied()?,
            level: rules::level(Severity::Info),
            message: Words { text: outward::sentence(&message) },
            locations: [location],
            partial_fingerprints: BTreeMap::from([("cmlint/v1", super::short_hash(&key))]),
            suppressions: None,
            baseline_state: Some("new"),
            code_flows,
            properties: ResultProperties {
                key,
                severity: Severity::Info.word(),
                confidence: "high",
                requirements: Vec::new(),
                purpose: None,
                fix: None,
            },
        })
    }
}
