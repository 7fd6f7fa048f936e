use cmlint_model::purpose::Empty;
use serde::Serialize;

use super::{Identity, Inventory, Line, Password, Shared};
use crate::json::{gap, tool as made_by, v1};
use crate::{Tool, escape};

/// `"schema"` of the inventory.
pub const SCHEMA: &str = "cmlint/accounts/v1";

pub(super) fn write(inventory: &Inventory, tool: Tool<'_>) -> String {
    escape::json(&Document {
        schema: SCHEMA,
        tool: made_by(tool),
        collected_at: inventory.collected_at.as_deref(),
        purposes: inventory
            .purposes
            .iter()
            .map(|entry| Purpose {
                purpose: entry.purpose.info().word,
                title: entry.purpose.title(),
                seen: entry.holes.is_empty(),
                unnamed: match entry.purpose.info().empty {
                    Empty::SiteServer => Some("site_server"),
                    Empty::RoleHost => Some("role_host"),
                    Empty::None => None,
                },
                accounts: entry.accounts.iter().map(Account::of).collect(),
                gaps: entry.holes.iter().map(gap).collect(),
            })
            .collect(),
    })
}

/// Frozen like [`v1`].
#[derive(Serialize)]
struct Document<'i> {
    schema: &'static str,
    tool: v1::Tool,
    collected_at: Option<&'i str>,
    purposes: Vec<Purpose<'i>>,
}

#[derive(Serialize)]
struct Purpose<'i> {
    purpose: &'static str,
    title: &'static str,
    /// Whether all places were collected where accounts of the purpose are named.
    seen: bool,
    /// Whose computer account is used where no account is named: `site_server`, `role_host` or nobody's.
    unnamed: Option<&'static str>,
    accounts: Vec<Account<'i>>,
    gaps: Vec<v1::Gap>,
}

#[derive(Serialize)]
struct Account<'i> {
    name: &'i str,
    used: &'i str,
    path: &'i str,
    line: u32,
    column: u32,
    /// `resolved`, `missing`, `unknown`, `ambiguous` or `variable`.
    state: &'static str,
    sid: Option<&'i str>,
    variable: Option<&'i str>,
    kind: Option<&'static str>,
    enabled: Option<bool>,
    /// Day on which the password was set, in UTC.
    password_set: Option<&'i str>,
    /// Whole days from then to the snapshot.
    password_age_days: Option<i64>,
    password_must_change: bool,
    /// Other purposes of the same account.
    shared_with: Vec<&'static str>,
    administrative_user: bool,
    findings: Vec<Finding<'i>>,
}

#[derive(Serialize)]
struct Finding<'i> {
    lint: &'static str,
    severity: &'static str,
    fingerprint: &'i str,
}

impl<'i> Account<'i> {
    fn of(line: &'i Line) -> Account<'i> {
        let (state, sid, variable) = match &line.stands_for {
            Identity::Sid(sid) => ("resolved", Some(sid.as_str()), None),
            Identity::Missing => ("missing", None, None),
            Identity::Unknown => ("unknown", None, None),
            Identity::Several(_) => ("ambiguous", None, None),
            Identity::Variable(variable) => ("variable", None, Some(variable.as_str())),
        };
        let (password_set, password_age_days) = match &line.password {
            Some(Password::Set(day, age)) => (Some(day.as_str()), *age),
            _ => (None, None),
        };
        Account {
            name: &line.name,
            used: &line.used,
            path: &line.place.path,
            line: line.place.line,
            column: line.place.column,
            state,
            sid,
            variable,
            kind: line.kind,
            enabled: line.enabled,
            password_set,
            password_age_days,
            password_must_change: matches!(line.password, Some(Password::MustChange)),
            shared_with: line
                .shared
                .iter()
                .filter_map(|shared| match shared {
                    Shared::Purpose(purpose) => Some(purpose.info().word),
                    Shared::Administrator => None,
                })
                .collect(),
            administrative_user: line.shared.contains(&Shared::Administrator),
            findings: line
                .findings
                .iter()
                .map(|f| Finding { lint: f.lint, severity: f.severity, fingerprint: &f.fingerprint })
                .collect(),
        }
    }
}
