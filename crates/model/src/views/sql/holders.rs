//! Everybody who has a right in SQL Server.

use std::collections::BTreeSet;

use cmlint_winsec::Sid;

use super::realm::{Reached, Realm};
use super::standing::{Asked, Place, Standing};
use super::{Sql, SqlRight, asked, covering, no_database, permission, product};
use crate::proof::{Answer, Proof, merge};
use crate::rows::SqlPrincipal;
use crate::views::holders::{Grantee, Holders};
use crate::views::principals::Principals;
use crate::{Gap, Scope};

impl<'s> Sql<'s> {
    /// Everybody who has a right. A login, user or group is listed when it has the right by itself or through
    /// a group that somebody put it into; `public` stands for all who are let in.
    pub fn holders(&self, at: &Scope, right: SqlRight<'_>, principals: &Principals<'s>) -> Holders {
        let mut found = Holders::default();
        let Scope::Database { server, .. } = at else {
            found.holes.push(no_database(at));
            return found;
        };
        let master = Scope::database(server, "master");
        let place = self.place(server, &master, at);
        let mut accounts: BTreeSet<Sid> = principals.known();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for row in place.server.principals().chain(place.database.principals()) {
            match &row.sid {
                Some(sid) if sid.value.authority() != SQL_ITSELF => {
                    accounts.insert(sid.value);
                }
                _ if is_sql(row) => {
                    names.insert(&row.name.value);
                }
                _ => {}
            }
        }
        // The product makes its own users without logins: nobody is one of them.
        names.retain(|name| !product::is_user(name) || place.server.named(name).is_some());
        accounts.extend(place.row.and_then(|row| row.owner.as_ref()).map(|sid| sid.value));
        // Who is not among these may have it too.
        if let Answer::Unknown(gaps) = self.answer(&Asked::default(), at, right, principals) {
            merge(&mut found.holes, gaps);
        }
        let mut ask = |who: Grantee, all: Asked<'_>, own: Asked<'_>| {
            match self.answer(&all, at, right, principals) {
                Answer::Yes(_) => {
                    // Somebody who has it only as everybody has is not listed; the group or role is.
                    if let Answer::Yes(proof) = self.answer(&own, at, right, principals) {
                        found.granted.push((who, proof));
                    }
                }
                Answer::No => {}
                // What keeps it open for everybody is said once.
                Answer::Unknown(gaps) if gaps.iter().all(|gap| found.holes.contains(gap)) => {}
                Answer::Unknown(gaps) => found.unknown.push((who, gaps)),
            }
        };
        for sid in accounts {
            ask(Grantee::Windows(sid), asked(&sid, server, principals), chosen(&sid, server, principals));
        }
        for name in names {
            let asked = |by_name_only| Asked { sql: Some(name), by_name_only, ..Asked::default() };
            ask(Grantee::Named(name.to_owned()), asked(false), asked(true));
        }
        if let Some(proof) = public(&place, right) {
            found.granted.push((Grantee::Named("public".to_owned()), proof));
        }
        found.settle(principals)
    }
}

impl Sql<'_> {
    /// Who is in a role of a database (at `master`: of the server), directly or through roles: users, logins
    /// and Windows groups as the role knows them, without whom something else gives as much. With the holes.
    pub fn members(&self, at: &Scope, role: &str) -> (Vec<(Grantee, Proof)>, Vec<Gap>) {
        let Scope::Database { server, name } = at else { return (Vec::new(), vec![no_database(at)]) };
        let master = Scope::database(server, "master");
        let place = self.place(server, &master, at);
        let (realm, holes) = match name.as_str() {
            "master" => (place.server, self.server_holes(&master)),
            _ => {
                let mut holes = Vec::new();
                merge(&mut holes, self.snapshot.sql_database_principals.hole(at, true));
                merge(&mut holes, self.snapshot.sql_database_role_members.hole(at, true));
                (place.database, holes)
            }
        };
        let mut found = Vec::new();
        for row in realm.principals().filter(|row| realm.role_name(row.id).is_none()) {
            let start = Reached::from([(row.id, Proof::default())]);
            if let Some(proof) = realm.role(&realm.close(start), role) {
                let windows = row.sid.as_ref().filter(|sid| sid.value.authority() != SQL_ITSELF);
                let named = || Grantee::Named(row.name.value.to_string());
                let holder = windows.map_or_else(named, |sid| Grantee::Windows(sid.value));
                found.push((holder, proof.clone()));
            }
        }
        found.sort_by_cached_key(|(holder, proof)| (proof.steps.len(), holder.clone()));
        (found, holes)
    }
}

/// SQL Server issues `S-1-9-3-…` to users that have no login.
const SQL_ITSELF: u64 = 9;
/// `dbo`, `guest`, `INFORMATION_SCHEMA`, `sys`: nobody logs in as one of these; `dbo` is the owner, who is asked
/// about by its own name.
const FIXED_USERS: [&str; 4] = ["dbo", "guest", "INFORMATION_SCHEMA", "sys"];

fn is_sql(row: &SqlPrincipal<'_>) -> bool {
    let fixed = FIXED_USERS.iter().any(|name| row.name.value.eq_ignore_ascii_case(name));
    row.kind.value.to_ascii_uppercase().starts_with("SQL_") && !fixed
}

/// The SIDs that an account carries because somebody put it into a group.
fn chosen<'a>(who: &Sid, server: &str, principals: &Principals<'_>) -> Asked<'a> {
    let (reached, holes) = principals.reach_as(who, Some(server), &[]);
    let own = reached.into_iter().filter(|r| !r.by_default || r.holder.sid == *who).rev();
    let sids = own.map(|r| (r.holder.sid, r.proof)).collect();
    Asked { who: Some(*who), sids, holes, by_name_only: true, ..Asked::default() }
}

/// What everybody has who is let in.
fn public(place: &Place<'_, '_>, right: SqlRight<'_>) -> Option<Proof> {
    let all =
        |realm: &Realm<'_>, id| Reached::from([(realm.named("public").unwrap_or(id), Proof::default())]);
    let server = all(place.server, 2);
    let standing = Standing { server, database: all(place.database, 0), dbo: None };
    let weighed = match right {
        SqlRight::ServerRole(_) | SqlRight::DatabaseRole(_) => return None,
        SqlRight::Permission(name) if covering::is_of_server(name) => {
            permission::on_server(place.server, &standing, name)
        }
        SqlRight::Permission(name) => permission::on_database(place.server, place.database, &standing, name),
        SqlRight::PermissionOn(name, part) => {
            permission::on_part(place.server, place.database, &standing, name, part)
        }
    };
    if weighed.deny { None } else { weighed.grant }
}
