//! A server or a database as SQL Server sees it: principals, who is in which role, what was granted.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_winsec::Sid;

use crate::proof::{Proof, Step};
use crate::rows::{SqlPermission, SqlPrincipal, SqlRoleMember};
use crate::words::{database, principal};
use crate::{Scope, Snapshot, text};

/// Principals of a server or database by their identifier, each with the path to it. Roles are among them.
pub(super) type Reached = BTreeMap<i64, Proof>;

/// The principals of one server, or of one database.
#[derive(Debug, Default)]
pub(super) struct Realm<'s> {
    /// Server, or server and database, for a reader.
    pub(super) label: String,
    principals: BTreeMap<i64, &'s SqlPrincipal<'s>>,
    /// Windows users and groups by SID; `dbo` too, which has the SID of the owner.
    pub(super) by_sid: BTreeMap<Sid, Vec<&'s SqlPrincipal<'s>>>,
    /// All principals by name in lower case.
    by_name: BTreeMap<String, Vec<&'s SqlPrincipal<'s>>>,
    pub(super) windows_groups: Vec<&'s SqlPrincipal<'s>>,
    /// Windows users and groups whose row has no SID.
    pub(super) without_sid: Vec<&'s SqlPrincipal<'s>>,
    /// Roles by name in lower case, from their own rows and from those of their members.
    roles: BTreeMap<i64, String>,
    /// Member → the roles it is in.
    above: BTreeMap<i64, Vec<&'s SqlRoleMember<'s>>>,
    /// Grantee → permissions, denies among them.
    given: BTreeMap<i64, Vec<&'s SqlPermission<'s>>>,
}

/// All servers by the scope of their `master`, and all databases by their own.
pub(super) type Realms<'s> = BTreeMap<Scope, Realm<'s>>;

pub(super) fn servers<'s>(snapshot: &'s Snapshot<'s>) -> Realms<'s> {
    let mut realms = Realms::new();
    for (scope, row) in snapshot.sql_server_principals.rows() {
        at(&mut realms, scope).principal(&row.data.0);
    }
    for (scope, row) in snapshot.sql_server_role_members.rows() {
        at(&mut realms, scope).member(&row.data.0);
    }
    for (scope, row) in snapshot.sql_server_permissions.rows() {
        at(&mut realms, scope).permission(&row.data.0);
    }
    for (scope, realm) in &mut realms {
        if let Scope::Database { server, .. } = scope {
            realm.label = server.clone();
        }
    }
    finish(realms)
}

pub(super) fn databases<'s>(snapshot: &'s Snapshot<'s>) -> Realms<'s> {
    let mut realms = Realms::new();
    for (scope, row) in snapshot.sql_database_principals.rows() {
        at(&mut realms, scope).principal(&row.data.0);
    }
    for (scope, row) in snapshot.sql_database_role_members.rows() {
        at(&mut realms, scope).member(&row.data.0);
    }
    for (scope, row) in snapshot.sql_database_permissions.rows() {
        at(&mut realms, scope).permission(&row.data.0);
    }
    for (scope, realm) in &mut realms {
        realm.label = scope.key();
    }
    finish(realms)
}

fn at<'r, 's>(realms: &'r mut Realms<'s>, scope: &Scope) -> &'r mut Realm<'s> {
    realms.entry(scope.clone()).or_default()
}

/// One order whatever the order of the rows.
fn finish(mut realms: Realms<'_>) -> Realms<'_> {
    for realm in realms.values_mut() {
        realm.above.values_mut().for_each(|rows| rows.sort_by_key(|r| (r.role, r.span)));
        realm.given.values_mut().for_each(|rows| rows.sort_by_key(|r| r.span));
        let mut members: Vec<_> = realm.above.values().flatten().copied().collect();
        members.sort_by_key(|row| row.span);
        let own =
            realm.principals.values().filter(|p| is_role(p)).map(|p| (p.id, p.name.value.to_lowercase()));
        let mut roles: BTreeMap<i64, String> = own.collect();
        for row in members {
            roles.entry(row.role).or_insert_with(|| row.role_name.value.to_lowercase());
        }
        realm.roles = roles;
        for row in realm.principals.values().copied() {
            let windows = row.kind.value.to_ascii_uppercase().starts_with("WINDOWS_");
            realm.by_name.entry(row.name.value.to_lowercase()).or_default().push(row);
            match &row.sid {
                Some(sid) => realm.by_sid.entry(sid.value).or_default().push(row),
                None if windows => realm.without_sid.push(row),
                None => {}
            }
            if is_windows_group(row) {
                realm.windows_groups.push(row);
            }
        }
    }
    realms
}

impl<'s> Realm<'s> {
    fn principal(&mut self, row: &'s SqlPrincipal<'s>) {
        let held = self.principals.entry(row.id).or_insert(row);
        if row.name.span < held.name.span {
            *held = row;
        }
    }

    fn member(&mut self, row: &'s SqlRoleMember<'s>) {
        self.above.entry(row.member).or_default().push(row);
    }

    fn permission(&mut self, row: &'s SqlPermission<'s>) {
        self.given.entry(row.grantee).or_default().push(row);
    }

    /// What was granted or denied to a principal by name, in the order of the file.
    pub(super) fn given(&self, id: i64) -> impl Iterator<Item = &'s SqlPermission<'s>> {
        self.given.get(&id).into_iter().flatten().copied()
    }

    /// All principals, roles included, by identifier.
    pub(super) fn principals(&self) -> impl Iterator<Item = &'s SqlPrincipal<'s>> {
        self.principals.values().copied()
    }

    /// The principals of a name, in any case.
    pub(super) fn called(&self, name: &str) -> &[&'s SqlPrincipal<'s>] {
        self.by_name.get(&name.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The first principal of a name, in any case.
    pub(super) fn named(&self, name: &str) -> Option<i64> {
        self.called(name).first().map(|row| row.id)
    }

    /// A set of principals with all roles above them, nested ones included, each by its shortest way.
    pub(super) fn close(&self, start: Reached) -> Reached {
        let mut queue: BTreeSet<(usize, i64)> = BTreeSet::new();
        let mut found = start;
        queue.extend(found.iter().map(|(id, proof)| (proof.steps.len(), *id)));
        let mut done = Reached::new();
        while let Some((_, id)) = queue.pop_first() {
            let Some(proof) = found.remove(&id) else { continue };
            for row in self.above.get(&id).into_iter().flatten() {
                let length = proof.steps.len() + 1;
                let shorter = found.get(&row.role).is_none_or(|known| length < known.steps.len());
                if done.contains_key(&row.role) || row.role == id || !shorter {
                    continue;
                }
                let role = database(&*row.role_name.value);
                let member = principal(&*row.member_name.value);
                let text = text!("`{}` is a member of `{}` on {}", member, role, database(&self.label));
                let step = Step::read(text, row.span).through(text!("{}", role));
                found.insert(row.role, proof.clone().then(step));
                queue.insert((length, row.role));
            }
            done.insert(id, proof);
        }
        done
    }

    /// The way to a role among what was reached, by its name.
    pub(super) fn role<'r>(&self, reached: &'r Reached, role: &str) -> Option<&'r Proof> {
        reached.iter().find(|(id, _)| self.is_role(**id, role)).map(|(_, proof)| proof)
    }

    /// Roles among what was reached, by name in lower case.
    pub(super) fn roles(&self, reached: &Reached) -> BTreeMap<String, Proof> {
        reached.iter().filter_map(|(id, proof)| Some((self.roles.get(id)?.clone(), proof.clone()))).collect()
    }

    /// The name of a role in lower case; `None` for principals that are no roles.
    pub(super) fn role_name(&self, id: i64) -> Option<&str> {
        self.roles.get(&id).map(String::as_str)
    }

    /// Names of all roles, in lower case.
    pub(super) fn role_names(&self) -> impl Iterator<Item = &str> {
        self.roles.values().map(String::as_str)
    }

    fn is_role(&self, id: i64, name: &str) -> bool {
        self.role_name(id).is_some_and(|known| known.eq_ignore_ascii_case(name))
    }
}

fn is_role(principal: &SqlPrincipal<'_>) -> bool {
    ["SERVER_ROLE", "DATABASE_ROLE", "APPLICATION_ROLE"]
        .iter()
        .any(|kind| principal.kind.value.eq_ignore_ascii_case(kind))
}

pub(super) fn is_windows_group(principal: &SqlPrincipal<'_>) -> bool {
    principal.kind.value.eq_ignore_ascii_case("WINDOWS_GROUP")
}
