//! Permissions: what implies what, what fixed roles hold, and the check itself.
//!
//! Sources: Microsoft's pages "GRANT Database Permissions", "GRANT Server Permissions", "GRANT Schema
//! Permissions", "GRANT Object Permissions" (columns "implied by"), "Server-level roles", "Database-level
//! roles" and the summary of the permission check algorithm under "Permissions (Database Engine)": a deny
//! of the permission, or of one that implies it, on the securable or on one that contains it, wins over any
//! grant; only `sysadmin` and the owner are above it.

use std::collections::BTreeSet;

use super::covering;
use super::realm::{Reached, Realm};
use super::{Securable, standing::Standing};
use crate::proof::{Confidence, Proof, Step};
use crate::rows::SqlPermission;
use crate::words::{database, principal, term};
use crate::{Text, text};

/// What speaks for a permission and what against it.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    pub(super) grant: Option<Proof>,
    pub(super) deny: bool,
    /// The export does not tell whether a deny meets the securable that is asked about.
    pub(super) vague_deny: bool,
    /// A grant on something of which the export does not say whether it is the securable.
    pub(super) vague_grant: bool,
}

impl Weighed {
    /// Keeps the shorter of two proofs, and every doubt.
    fn add(&mut self, other: Weighed) {
        let length = |proof: &Option<Proof>| proof.as_ref().map_or(usize::MAX, |p| p.steps.len());
        if length(&other.grant) < length(&self.grant) {
            self.grant = other.grant;
        }
        self.deny |= other.deny;
        self.vague_deny |= other.vague_deny;
        self.vague_grant |= other.vague_grant;
    }

    /// Both at once: letting in and the permission itself.
    pub(super) fn and(self, other: Weighed) -> Weighed {
        Weighed {
            grant: self.grant.and(other.grant),
            deny: self.deny || other.deny,
            vague_deny: self.vague_deny || other.vague_deny,
            vague_grant: other.vague_grant,
        }
    }
}

/// A permission of the server.
pub(super) fn on_server(server: &Realm<'_>, standing: &Standing, permission: &str) -> Weighed {
    weigh_server(server, &standing.server, &covering::server([permission]))
}

/// Whether any login among what was reached holds a permission of the server, and none is denied it.
pub(super) fn anywhere(server: &Realm<'_>, reached: &Reached, permission: &str) -> Option<Proof> {
    let weighed = weigh_server(server, reached, &covering::server([permission]));
    if weighed.deny { None } else { weighed.grant }
}

/// A permission on the database as a whole, as `HAS_PERMS_BY_NAME(…, 'DATABASE', …)` answers.
pub(super) fn on_database(
    server: &Realm<'_>,
    realm: &Realm<'_>,
    standing: &Standing,
    permission: &str,
) -> Weighed {
    let names = covering::database(permission);
    let mut weighed = weigh_server(server, &standing.server, &covering::of_database(&names));
    weighed.add(weigh_database(realm, &standing.database, &names));
    weighed
}

/// A permission on a part of the database.
pub(super) fn on_part(
    server: &Realm<'_>,
    realm: &Realm<'_>,
    standing: &Standing,
    permission: &str,
    part: Securable<'_>,
) -> Weighed {
    let above = covering::database_of_part(permission);
    let mut weighed = weigh_server(server, &standing.server, &covering::of_database(&above));
    weighed.add(weigh_database(realm, &standing.database, &above));
    if part == Securable::Anything {
        return somewhere(realm, standing, permission, weighed);
    }
    for (row, way, is_object) in rows_of_parts(realm, standing, permission) {
        let name = row.securable.as_ref().map(|s| &*s.value);
        let meets = if is_object { part.is_object(name) } else { part.holds_schema(name) };
        weighed.add(judge(row, way, meets, is_object, &realm.label));
    }
    weighed
}

/// Whether a permission is held on anything at all: each part that a grant names is asked about by itself,
/// because a deny on another one does not touch it.
fn somewhere(realm: &Realm<'_>, standing: &Standing, permission: &str, whole: Weighed) -> Weighed {
    if whole.grant.is_some() || whole.deny {
        return whole;
    }
    let mut best = whole;
    for (grant, _, is_object) in rows_of_parts(realm, standing, permission).filter(|(row, ..)| !is_deny(row))
    {
        let name = grant.securable.as_ref().map(|s| &*s.value);
        let mut part = Weighed::default();
        for (row, way, other) in rows_of_parts(realm, standing, permission) {
            let named = row.securable.as_ref().map(|s| &*s.value);
            let meets = match (other == is_object, name.zip(named)) {
                _ if std::ptr::eq(row, grant) => Some(true),
                (false, _) if is_object => {
                    name.map_or(Securable::Anything, Securable::Object).holds_schema(named)
                }
                (false, _) => Some(false),
                (true, Some((name, named))) => Some(name.eq_ignore_ascii_case(named)),
                (true, None) => None,
            };
            part.add(judge(row, way, meets, other, &realm.label));
        }
        if part.grant.is_some() && !part.deny && !part.vague_deny {
            return part;
        }
        best.vague_grant |= part.grant.is_some() && !part.deny;
    }
    best
}

/// Grants and denies on schemas and objects; the last says which of the two.
fn rows_of_parts<'r, 's>(
    realm: &'r Realm<'s>,
    standing: &'r Standing,
    permission: &str,
) -> impl Iterator<Item = (&'s SqlPermission<'s>, &'r Proof, bool)> {
    let names: BTreeSet<String> = [permission.trim().to_ascii_uppercase(), "CONTROL".to_owned()].into();
    let all = standing.database.iter().flat_map(|(id, way)| realm.given(*id).map(move |row| (row, way)));
    all.filter_map(move |(row, way)| {
        let is_object = match row.class.value.to_ascii_uppercase().as_str() {
            "SCHEMA" => false,
            "OBJECT_OR_COLUMN" => true,
            _ => return None,
        };
        names.contains(&row.permission.value.to_ascii_uppercase()).then_some((row, way, is_object))
    })
}

/// One row about a part. A row of the class `OBJECT_OR_COLUMN` may be about one column only; the export
/// leaves the column out.
fn judge(row: &SqlPermission<'_>, way: &Proof, meets: Option<bool>, column: bool, label: &str) -> Weighed {
    let mut weighed = Weighed::default();
    match (is_deny(row), meets) {
        (_, Some(false)) => {}
        (true, Some(true)) if !column => weighed.deny = true,
        (true, _) => weighed.vague_deny = true,
        (false, Some(true)) => {
            let mut step = granted(row, label);
            if column {
                step = step.confidence(Confidence::Medium);
            }
            weighed.grant = Some(way.clone().then(step));
        }
        (false, None) => weighed.vague_grant = true,
    }
    weighed
}

fn weigh_server(server: &Realm<'_>, reached: &Reached, names: &BTreeSet<String>) -> Weighed {
    weigh(server, reached, names, "SERVER", covering::fixed_server_role, |_| &[])
}

fn weigh_database(realm: &Realm<'_>, reached: &Reached, names: &BTreeSet<String>) -> Weighed {
    weigh(realm, reached, names, "DATABASE", covering::fixed_database_role, covering::denying_database_role)
}

/// Weighs the rows of one class, and what fixed roles hold without a row.
fn weigh(
    realm: &Realm<'_>,
    reached: &Reached,
    names: &BTreeSet<String>,
    class: &str,
    grants: impl Fn(&str) -> &'static [&'static str],
    denies: impl Fn(&str) -> &'static [&'static str],
) -> Weighed {
    let mut weighed = Weighed::default();
    for (id, way) in reached {
        let rows = realm.given(*id).filter(|row| row.class.value.eq_ignore_ascii_case(class));
        for row in rows.filter(|row| names.contains(&row.permission.value.to_ascii_uppercase())) {
            if is_deny(row) {
                weighed.deny = true;
            } else {
                let grant = Some(way.clone().then(granted(row, &realm.label)));
                weighed.add(Weighed { grant, ..Weighed::default() });
            }
        }
        let Some(role) = realm.role_name(*id) else { continue };
        weighed.deny |= denies(role).iter().any(|name| names.contains(*name));
        if let Some(name) = grants(role).iter().find(|name| names.contains(**name)) {
            let step = text!("`{}` holds {} on {}", database(role), term(name), database(&realm.label));
            let grant = Some(way.clone().then(Step::rule(step)));
            weighed.add(Weighed { grant, ..Weighed::default() });
        }
    }
    weighed
}

fn is_deny(row: &SqlPermission<'_>) -> bool {
    row.state.value.eq_ignore_ascii_case("DENY")
}

/// `GRANT`, `GRANT_WITH_GRANT_OPTION`: the latter may be handed on, and is a grant.
fn granted(row: &SqlPermission<'_>, label: &str) -> Step {
    let what = term(row.permission.value.to_ascii_uppercase());
    let place = match (row.class.value.to_ascii_uppercase().as_str(), &row.securable) {
        ("SCHEMA", Some(name)) => text!("the schema `{}` of {}", database(&*name.value), database(label)),
        ("SCHEMA", None) => text!("a schema of {}", database(label)),
        ("OBJECT_OR_COLUMN", Some(name)) => text!("`{}` in {}", database(&*name.value), database(label)),
        ("OBJECT_OR_COLUMN", None) => text!("an object of {}", database(label)),
        _ => text!("{}", database(label)),
    };
    Step::read(text!("{} on {} is granted to it", what, place), row.permission.span)
}

/// Whether a user of a database is let in: `CONNECT` was granted to it.
pub(super) fn is_connected(realm: &Realm<'_>, id: i64) -> bool {
    let connect = |row: &&SqlPermission<'_>| {
        row.permission.value.eq_ignore_ascii_case("CONNECT")
            && row.class.value.eq_ignore_ascii_case("DATABASE")
    };
    let mut rows = realm.given(id).filter(connect).peekable();
    rows.peek().is_some() && rows.all(|row| !is_deny(row))
}

/// Whom somebody may act as, beyond what it is: the words for each such grant.
pub(super) fn impersonations(realm: &Realm<'_>, reached: &Reached) -> Vec<Text> {
    let rows = || {
        let all = reached.keys().flat_map(|id| realm.given(*id));
        all.filter(|row| {
            let is = |text: &str, of: &[&str]| of.iter().any(|one| text.eq_ignore_ascii_case(one));
            is(&row.class.value, &["SERVER_PRINCIPAL", "DATABASE_PRINCIPAL"])
                && is(&row.permission.value, &["IMPERSONATE", "CONTROL"])
        })
    };
    let named = |row: &SqlPermission<'_>| row.securable.as_ref().map(|name| name.value.to_lowercase());
    let mut found = Vec::new();
    for row in rows().filter(|row| !is_deny(row)) {
        let name = named(row);
        // CONTROL on a role lets change its members; it is nobody to act as.
        let role =
            name.as_ref().and_then(|name| realm.named(name)).is_some_and(|id| realm.role_name(id).is_some());
        if role || name.is_some() && rows().any(|other| is_deny(other) && named(other) == name) {
            continue;
        }
        found.push(match &row.securable {
            Some(name) => text!("may act as `{}`", principal(&*name.value)),
            None => text!("may act as somebody whom the export does not name"),
        });
    }
    found
}
