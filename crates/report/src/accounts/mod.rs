//! The inventory of accounts: by purpose each account, where it is used, what it stands for, and what is wrong
//! with it.

mod document;
mod terminal;

use std::collections::BTreeSet;

use cmlint_engine::{Reported, Run};
use cmlint_model::proof::Answer;
use cmlint_model::purpose::Purpose;
use cmlint_model::rows::DirectoryObject;
use cmlint_model::views::{Account, Accounts, Administrators, Principal, Principals, View, ViewId, Views};
use cmlint_model::{Gap, Snapshot, moment};
use cmlint_source::Sources;
use jiff::Timestamp;

use crate::{Style, Tool, excerpt};

pub use document::SCHEMA;

/// What is known of all accounts.
#[derive(Debug)]
pub struct Inventory {
    collected_at: Option<String>,
    purposes: Vec<Entry>,
}

/// A purpose and its accounts.
#[derive(Debug)]
struct Entry {
    purpose: Purpose,
    accounts: Vec<Line>,
    /// Why there may be more accounts; empty when all could be seen.
    holes: Vec<Gap>,
}

/// One account at one place.
#[derive(Debug)]
struct Line {
    name: String,
    /// `site PS1`, `cm01.contoso.com`, `step Join of PS100123`.
    used: String,
    place: Place,
    stands_for: Identity,
    kind: Option<&'static str>,
    /// Whether the account may be used; `None` when the directory does not tell.
    enabled: Option<bool>,
    password: Option<Password>,
    shared: Vec<Shared>,
    findings: Vec<Finding>,
}

/// Where the account is named.
#[derive(Debug)]
struct Place {
    path: String,
    line: u32,
    column: u32,
}

/// What a name stands for.
#[derive(Debug)]
enum Identity {
    Sid(String),
    /// It was looked up, and there is no such principal.
    Missing,
    /// Nothing in the snapshot tells.
    Unknown,
    /// So many principals have the name.
    Several(usize),
    /// A variable holds the name when it is used.
    Variable(String),
}

#[derive(Debug)]
enum Password {
    /// The day it was set, and how many days before the snapshot this was.
    Set(String, Option<i64>),
    /// It must be changed before the account can be used.
    MustChange,
}

/// Another use of the same account.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shared {
    Purpose(Purpose),
    Administrator,
}

#[derive(Debug)]
struct Finding {
    lint: &'static str,
    severity: &'static str,
    fingerprint: String,
}

impl Inventory {
    /// Reads the accounts of a snapshot and the findings about them.
    pub fn of(snapshot: &Snapshot<'_>, sources: &Sources, run: &Run) -> Inventory {
        let needed = BTreeSet::from([ViewId::Principals, ViewId::Accounts, ViewId::Administrators]);
        let views = Views::build(snapshot, sources, &needed);
        let view = Reader {
            accounts: Accounts::get(&views),
            principals: Principals::get(&views),
            administrators: Administrators::get(&views),
            taken: taken(snapshot.about.collected_at.as_deref()),
            sources,
            run,
        };
        Inventory {
            collected_at: snapshot.about.collected_at.clone(),
            purposes: Purpose::all().map(|purpose| view.entry(purpose)).collect(),
        }
    }

    /// For people.
    pub fn human(&self, style: &Style) -> String {
        terminal::draw(self, style)
    }

    /// For programs.
    pub fn json(&self, tool: Tool<'_>) -> String {
        document::write(self, tool)
    }
}

struct Reader<'r, 's> {
    accounts: &'r Accounts<'s>,
    principals: &'r Principals<'s>,
    administrators: &'r Administrators<'s>,
    taken: Option<Timestamp>,
    sources: &'r Sources,
    run: &'r Run,
}

impl<'s> Reader<'_, 's> {
    fn entry(&self, purpose: Purpose) -> Entry {
        Entry {
            purpose,
            accounts: self.accounts.of(purpose).map(|account| self.line(account)).collect(),
            holes: self.accounts.silence(purpose).to_vec(),
        }
    }

    fn line(&self, account: &Account<'s>) -> Line {
        let place = excerpt::place(self.sources, account.span());
        let object = account.principal.sid().and_then(|sid| self.principals.object(&sid));
        Line {
            name: account.name.value.trim().to_owned(),
            used: used(account),
            place: Place { path: place.path.to_owned(), line: place.start.line, column: place.start.column },
            stands_for: match &account.principal {
                Principal::Resolved { sid, .. } => Identity::Sid(sid.to_string()),
                Principal::NotFound(_) => Identity::Missing,
                Principal::NameOnly => Identity::Unknown,
                Principal::Ambiguous(sids) => Identity::Several(sids.len()),
                Principal::SetByVariable(variable) => Identity::Variable(variable.clone()),
            },
            kind: object.and_then(|o| kind(&o.data)),
            enabled: object
                .and_then(|o| o.user_account_control.as_ref())
                .map(|bits| bits.value & ACCOUNT_DISABLED == 0),
            password: object.and_then(|o| self.password(&o.data)),
            shared: self.shared(account),
            findings: self.findings(account),
        }
    }

    fn password(&self, object: &DirectoryObject<'_>) -> Option<Password> {
        let written = object.attribute("pwdlastset")?.value;
        if written.trim() == "0" {
            return Some(Password::MustChange);
        }
        let set = moment::filetime(written)?;
        let age = self.taken.map(|taken| (taken.as_second() - set.as_second()).div_euclid(DAY));
        Some(Password::Set(moment::day(set), age))
    }

    fn shared(&self, account: &Account<'s>) -> Vec<Shared> {
        let same =
            |other: &&Account<'s>| matches!(account.is_same_as(other, self.principals), Answer::Yes(_));
        let mut shared: Vec<Shared> = self
            .accounts
            .iter()
            .filter(|other| other.purpose != account.purpose && other.span() != account.span())
            .filter(same)
            .map(|other| Shared::Purpose(other.purpose))
            .collect();
        if account.principal.sid().is_some_and(|sid| self.administrators.by_sid(&sid).is_some()) {
            shared.push(Shared::Administrator);
        }
        shared.sort();
        shared.dedup();
        shared
    }

    /// Findings whose object is the account, or that point at the place where it is named.
    fn findings(&self, account: &Account<'s>) -> Vec<Finding> {
        let key = account.key();
        let concerns = |reported: &&Reported| {
            let finding = &reported.finding;
            finding.object.key == key
                || finding.object.aliases.contains(&key)
                || finding.labels.iter().any(|label| label.span == account.span())
        };
        let lints = self.run.lints.iter();
        lints
            .flat_map(|lint| lint.findings.iter().filter(concerns).map(|f| (lint.def.id, f)))
            .map(|(lint, reported)| Finding {
                lint,
                severity: reported.finding.severity.word(),
                fingerprint: reported.fingerprint.clone(),
            })
            .collect()
    }
}

/// `userAccountControl` ACCOUNTDISABLE: MS-ADTS 2.2.16.
const ACCOUNT_DISABLED: u32 = 2;
/// Seconds.
const DAY: i64 = 86_400;

fn taken(collected_at: Option<&str>) -> Option<Timestamp> {
    collected_at?.parse().ok()
}

fn used(account: &Account<'_>) -> String {
    match (&account.step, &account.host) {
        (Some((package, path)), _) => format!("step {path} of {package}"),
        (None, Some(host)) => host.clone(),
        (None, None) => account.scope.to_string(),
    }
}

/// The most special class that a reader would name.
fn kind(object: &DirectoryObject<'_>) -> Option<&'static str> {
    [
        ("msDS-GroupManagedServiceAccount", "group managed service account"),
        ("msDS-ManagedServiceAccount", "managed service account"),
        ("computer", "computer"),
        ("group", "group"),
        ("user", "user"),
    ]
    .into_iter()
    .find_map(|(class, word)| object.is(class).then_some(word))
}
