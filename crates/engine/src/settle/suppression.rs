use std::collections::BTreeSet;

use cmlint_lint::{Finding, LintDef};
use cmlint_model::words::{object, term};
use cmlint_model::{Text, text};
use cmlint_source::{Span, Spanned};
use jiff::civil::Date;

use super::Settlement;
use super::notice::{Notice, NoticeKind};
use crate::{LintResult, Run, State, nearest};

/// Objects that one suppression may cover by `/*`.
const MOST_OBJECTS: usize = 10;

/// An entry of the suppressions file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppression {
    /// The lint's id.
    pub lint: Spanned<String>,
    /// Key or alias of an object; `key/*` for all objects below it.
    pub object: Spanned<String>,
    /// Who has dealt with it and why.
    pub accepted: Accepted,
    /// The last day on which it holds, and its place.
    pub expires: Option<Spanned<Date>>,
    /// Identities that the finding may rest on; `None` for any.
    pub evidence: Option<Vec<String>>,
}

/// Who has dealt with a finding and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// On which grounds.
    pub grounds: Grounds,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it was agreed.
    pub ticket: Option<String>,
    /// The entry.
    pub span: Span,
}

/// On which grounds a finding is accepted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grounds {
    /// The risk is known and taken.
    Accepted,
    /// The finding is wrong.
    FalsePositive,
    /// Something else keeps harm away.
    Mitigated,
}

impl Grounds {
    /// All grounds.
    pub const ALL: [Grounds; 3] = [Grounds::Accepted, Grounds::FalsePositive, Grounds::Mitigated];

    /// The word of files and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Grounds::Accepted => "accepted",
            Grounds::FalsePositive => "false-positive",
            Grounds::Mitigated => "mitigated",
        }
    }
}

/// Suppresses what the entries cover, and says what is wrong with them.
pub(super) fn apply(run: &mut Run, settlement: &Settlement<'_>) -> Vec<Notice> {
    let mut notices = Vec::new();
    for entry in settlement.suppressions {
        if let Some(notice) = refused(entry, settlement.lints) {
            notices.push(notice);
            continue;
        }
        // A lint that did not run says nothing about its suppressions.
        let Some(lint) = run.lints.iter_mut().find(|l| l.def.id == entry.lint.value) else { continue };
        one(entry, lint, settlement, &mut notices);
    }
    notices
}

/// What keeps an entry from being used at all.
fn refused(entry: &Suppression, lints: &[LintDef]) -> Option<Notice> {
    let notice = |kind, span, message, help| Some(Notice { kind, span, message, help });
    let Some(def) = lints.iter().find(|def| def.id == entry.lint.value) else {
        let near = nearest(&entry.lint.value, lints.iter().map(|def| def.id));
        let help = near.map_or_else(
            || text!("`cmlint rules` lists the lints"),
            |near| text!("did you mean `{}`?", term(near)),
        );
        let message = text!("there is no lint `{}`; nothing is suppressed", term(&entry.lint.value));
        return notice(NoticeKind::UnknownLint, entry.lint.span, message, help);
    };
    if !def.meta.suppressible {
        let message = text!("findings of `{}` may not be suppressed", term(def.id));
        let help = text!("put right what it finds, and remove this entry");
        return notice(NoticeKind::Forbidden, entry.lint.span, message, help);
    }
    let named = entry.object.value.strip_suffix("/*").unwrap_or(&entry.object.value);
    if named.is_empty() || named.contains('*') {
        let message = text!("this would cover whatever the lint finds; nothing is suppressed");
        let help = text!(
            "name an object by its key as the finding shows it, or all below one as `key/*`; to do without \
             the lint, add it to `ignore` in cmlint.toml"
        );
        return notice(NoticeKind::TooBroad, entry.object.span, message, help);
    }
    None
}

fn one(entry: &Suppression, lint: &mut LintResult, settlement: &Settlement<'_>, notices: &mut Vec<Notice>) {
    let whole = lint.is_whole();
    let near = near(entry, lint);
    let mut push = |kind, span, message: Text, help: Text| notices.push(Notice { kind, span, message, help });
    let covered: Vec<_> = lint.findings.iter_mut().filter(|f| covers(entry, &f.finding)).collect();
    let over = entry.expires.filter(|end| settlement.today.is_some_and(|today| today > end.value));
    if let Some(end) = over {
        let count = covered.len();
        let open = match count {
            0 => text!("it covers no finding any more"),
            1 => text!("the finding is open again"),
            n => text!("{} findings are open again", n),
        };
        let message = text!("the suppression ended on {}; {}", term(end.value), open);
        let help = match count {
            0 => text!("remove the entry"),
            _ => text!("put it right, or agree on another day with its owner"),
        };
        return push(NoticeKind::Expired, end.span, message, help);
    }
    if covered.is_empty() {
        if whole {
            let message = text!("no finding of `{}` is about this object", term(&entry.lint.value));
            let help = near.map_or_else(
                || text!("remove the entry if the matter is settled"),
                |near| {
                    text!("remove the entry if the matter is settled; or did you mean `{}`?", object(near))
                },
            );
            push(NoticeKind::Unused, entry.object.span, message, help);
        }
        return;
    }
    if entry.object.value.ends_with("/*") {
        let objects: BTreeSet<_> = covered.iter().map(|f| f.finding.object.key.clone()).collect();
        if objects.len() > MOST_OBJECTS {
            let message = text!(
                "this would cover {} objects, and one entry covers at most {}; nothing is suppressed",
                objects.len(),
                MOST_OBJECTS
            );
            let help = text!("name fewer objects in one entry");
            return push(NoticeKind::TooBroad, entry.object.span, message, help);
        }
    }
    if let Some(end) = entry.expires.filter(|_| settlement.today.is_none()) {
        let message = text!("whether this suppression has ended is not known: nobody says which day it is");
        let help = text!("pass the day, as in --now 2026-07-01");
        push(NoticeKind::Undated, end.span, message, help);
    }
    for reported in covered {
        let new = entry.evidence.as_ref().and_then(|known| {
            let grown = |key: &&cmlint_model::Key| !known.iter().any(|k| same(k, key.as_str()));
            reported.finding.evidence.iter().find(grown)
        });
        if let Some(new) = new {
            reported.reopened =
                Some(text!("it was accepted on evidence that does not hold `{}`", object(new)));
            let message = text!("the finding rests on `{}`, which was not accepted", object(new));
            let help = text!("look at it again, and add the evidence to the entry if that is accepted too");
            push(NoticeKind::Outgrown, entry.object.span, message, help);
            continue;
        }
        reported.state = State::Suppressed;
        reported.reopened = None;
        reported.accepted.get_or_insert_with(|| entry.accepted.clone());
    }
}

/// Whether an entry is about the object of a finding, under any of its identities.
fn covers(entry: &Suppression, finding: &Finding) -> bool {
    let wanted = &entry.object.value;
    let mut keys = std::iter::once(&finding.object.key).chain(&finding.object.aliases);
    match wanted.strip_suffix("/*") {
        None => keys.any(|key| same(wanted, key.as_str())),
        Some(above) => {
            let above = format!("{above}/").to_lowercase();
            keys.any(|key| key.as_str().to_lowercase().starts_with(&above))
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.to_lowercase()
}

/// The object with findings whose key looks like the one that was named.
fn near(entry: &Suppression, lint: &LintResult) -> Option<String> {
    let keys = lint.findings.iter().map(|f| f.finding.object.key.as_str());
    nearest(&entry.object.value, keys).map(str::to_owned)
}
