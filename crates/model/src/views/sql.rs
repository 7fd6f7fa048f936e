//! Effective rights in SQL Server: server roles, database roles nested, ownership, sysadmin implies all.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cmlint_winsec::Sid;

use super::principals::Principals;
use crate::proof::{Answer, Proof, Step, merge};
use crate::rows::{SqlPrincipal, SqlRoleMember};
use crate::words::{database, principal};
use crate::{Gap, Scope, Snapshot, text};

/// Logins, users and roles of the collected servers.
#[derive(Debug)]
pub struct Sql<'s> {
    snapshot: &'s Snapshot<'s>,
}

/// A right in SQL Server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlRight {
    /// Membership in a fixed or own server role (`sysadmin`).
    ServerRole(&'static str),
    /// Membership in a database role (`db_owner`); sysadmin and the owner of the database have all.
    DatabaseRole(&'static str),
}

/// A principal's identifier inside a server or database, reached by a path.
type Reached = BTreeMap<i64, Proof>;

impl<'s> Sql<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        Sql { snapshot }
    }

    /// Whether a Windows account has a right in a database (for server roles: on its server), itself or
    /// through groups.
    pub fn sql_right(&self, who: &Sid, at: &Scope, right: SqlRight, principals: &Principals<'s>) -> Answer {
        let Scope::Database { server, .. } = at else { return Answer::No };
        let (sids, mut holes) = principals.reach(who, Some(server));
        let sids: BTreeMap<Sid, Proof> =
            sids.into_iter().rev().map(|(holder, proof)| (holder.sid, proof)).collect();
        let master = Scope::database(server, "master");
        merge(&mut holes, self.snapshot.sql_server_principals.hole(&master, true));
        merge(&mut holes, self.snapshot.sql_server_role_members.hole(&master, true));
        let logins = self.logins(&master, &sids, server);
        let server_roles = self.close(
            logins.clone(),
            self.snapshot.sql_server_role_members.part(&master).iter().map(|r| &r.data.0),
            server,
        );
        match right {
            SqlRight::ServerRole(role) => match server_roles.get(role) {
                Some(proof) => Answer::Yes(proof.clone()),
                None => Answer::no_unless(holes),
            },
            SqlRight::DatabaseRole(role) => {
                if let Some(proof) = server_roles.get("sysadmin") {
                    let step =
                        text!("`{}` implies `{}` in every database", database("sysadmin"), database(role));
                    return Answer::Yes(proof.clone().then(Step::rule(step)));
                }
                merge(&mut holes, self.snapshot.sql_database_principals.hole(at, true));
                merge(&mut holes, self.snapshot.sql_database_role_members.hole(at, true));
                merge(&mut holes, self.snapshot.sql_databases.hole(&master, true));
                match self.in_database(at, &master, &sids, &logins).remove(role) {
                    Some(proof) => Answer::Yes(proof),
                    None => Answer::no_unless(holes),
                }
            }
        }
    }

    /// The database roles that an account is in, with the path to each, and the holes that could hide more.
    pub fn database_roles(
        &self,
        who: &Sid,
        at: &Scope,
        principals: &Principals<'s>,
    ) -> (BTreeMap<String, Proof>, Vec<Gap>) {
        let Scope::Database { server, .. } = at else { return Default::default() };
        let (sids, mut holes) = principals.reach(who, Some(server));
        let sids: BTreeMap<Sid, Proof> =
            sids.into_iter().rev().map(|(holder, proof)| (holder.sid, proof)).collect();
        let master = Scope::database(server, "master");
        let logins = self.logins(&master, &sids, server);
        merge(&mut holes, self.snapshot.sql_database_principals.hole(at, true));
        merge(&mut holes, self.snapshot.sql_database_role_members.hole(at, true));
        // The owner of the database is a user in it, by way of a login.
        merge(&mut holes, self.snapshot.sql_databases.hole(&master, true));
        merge(&mut holes, self.snapshot.sql_server_principals.hole(&master, true));
        (self.in_database(at, &master, &sids, &logins), holes)
    }

    fn in_database(
        &self,
        at: &Scope,
        master: &Scope,
        sids: &BTreeMap<Sid, Proof>,
        logins: &Reached,
    ) -> BTreeMap<String, Proof> {
        let Scope::Database { name, .. } = at else { return BTreeMap::new() };
        let label = at.key();
        let mut users = Reached::new();
        for row in self.snapshot.sql_database_principals.part(at) {
            let user = &row.data.0;
            if let Some((sid, path)) = user.sid.as_ref().and_then(|s| Some((s, sids.get(&s.value)?))) {
                let step = text!("it is the user `{}` in {}", principal(&*user.name.value), database(&label));
                keep_shortest(&mut users, user.id, path.clone().then(Step::read(step, sid.span)));
            }
        }
        // The owner of a database is the user dbo in it, which is always a member of db_owner.
        let owner =
            self.snapshot.sql_databases.part(master).iter().find(|d| d.name.eq_ignore_ascii_case(name));
        if let Some(sid) = owner.and_then(|d| d.owner.as_ref())
            && let Some(path) = sids.get(&sid.value)
            && !logins.is_empty()
        {
            let step = text!("it owns {} and is the user `{}` there", database(&label), database("dbo"));
            keep_shortest(&mut users, 1, path.clone().then(Step::read(step, sid.span)));
        }
        let mut roles = self.close(
            users.clone(),
            self.snapshot.sql_database_role_members.part(at).iter().map(|r| &r.data.0),
            &label,
        );
        if let Some(proof) = users.get(&1) {
            roles.entry("db_owner".to_owned()).or_insert_with(|| proof.clone());
        }
        roles
    }

    fn logins(&self, master: &Scope, sids: &BTreeMap<Sid, Proof>, server: &str) -> Reached {
        let mut logins = Reached::new();
        for row in self.snapshot.sql_server_principals.part(master) {
            let login: &SqlPrincipal<'_> = &row.data.0;
            if login.disabled == Some(true) {
                continue;
            }
            if let Some((sid, path)) = login.sid.as_ref().and_then(|s| Some((s, sids.get(&s.value)?))) {
                let step = text!(
                    "it is the login `{}` on {}",
                    principal(&*login.name.value),
                    crate::words::host(server)
                );
                keep_shortest(&mut logins, login.id, path.clone().then(Step::read(step, sid.span)));
            }
        }
        logins
    }

    /// The roles, by name, that lie above a set of principals.
    fn close<'r>(
        &self,
        start: Reached,
        members: impl Iterator<Item = &'r SqlRoleMember<'r>>,
        place: &str,
    ) -> BTreeMap<String, Proof> {
        let mut above: BTreeMap<i64, Vec<&SqlRoleMember<'_>>> = BTreeMap::new();
        for member in members {
            above.entry(member.member).or_default().push(member);
        }
        for rows in above.values_mut() {
            rows.sort_by_key(|r| (r.role, r.span));
        }
        let mut reached = BTreeMap::new();
        let mut seen: BTreeSet<i64> = start.keys().copied().collect();
        let mut start: Vec<(i64, Proof)> = start.into_iter().collect();
        start.sort_by_key(|(id, proof)| (proof.steps.len(), *id));
        let mut queue: VecDeque<(i64, Proof)> = start.into();
        while let Some((id, proof)) = queue.pop_front() {
            for row in above.get(&id).into_iter().flatten() {
                if !seen.insert(row.role) {
                    continue;
                }
                let text = text!(
                    "`{}` is a member of `{}` on {}",
                    principal(&*row.member_name.value),
                    database(&*row.role_name.value),
                    database(place)
                );
                let path = proof.clone().then(Step::read(text, row.span));
                reached.entry(row.role_name.to_lowercase()).or_insert_with(|| path.clone());
                queue.push_back((row.role, path));
            }
        }
        reached
    }
}

fn keep_shortest(reached: &mut Reached, id: i64, proof: Proof) {
    match reached.get(&id) {
        Some(known) if known.steps.len() <= proof.steps.len() => {}
        _ => {
            reached.insert(id, proof);
        }
    }
}
