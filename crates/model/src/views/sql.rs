//! Effective rights in SQL Server: logins, users and roles nested, what was granted and denied, ownership,
//! `sysadmin` above all.
//!
//! An answer rests on the catalogue views of the server and of the database. What they do not show (whom a
//! login may act as, whether a database is contained, columns and owners of parts) stays unknown where it
//! could decide.

mod covering;
mod holders;
mod names;
mod permission;
mod product;
mod realm;
mod standing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cmlint_winsec::Sid;

use permission::Weighed;
pub use product::{ProductRole, RoleMember, product_role, product_roles};
use realm::{Realm, Realms};
use standing::{Asked, Place, Standing, Standings};

use super::principals::Principals;
use crate::proof::{Answer, Confidence, Proof, Step, merge};
use crate::words::database;
use crate::{Dataset, Gap, Scope, Snapshot, Status, Text, text};

/// Logins, users and roles of the collected servers.
#[derive(Debug)]
pub struct Sql<'s> {
    snapshot: &'s Snapshot<'s>,
    servers: Realms<'s>,
    databases: Realms<'s>,
    none: Realm<'s>,
}

/// A right in SQL Server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlRight<'r> {
    /// What a fixed or own server role may do (`sysadmin`): its members, and whoever may do more: `sysadmin`
    /// has all of them. `CONTROL SERVER` is no membership, but it allows acting as a member of `sysadmin`, and
    /// so counts with less confidence (Microsoft: "similar but not identical").
    ServerRole(&'r str),
    /// What a database role may do (`db_owner`): its members, and whoever may do more: `db_owner`, the owner
    /// of the database, `CONTROL` on it, and `sysadmin` have all of them. A role is held even where a deny
    /// takes single permissions away.
    DatabaseRole(&'r str),
    /// A permission by name (`SELECT`, `EXECUTE`, `CONTROL`) on the database as a whole, or, where it is one
    /// of the server (`CONTROL SERVER`), on the server.
    Permission(&'r str),
    /// A permission on a part of the database.
    PermissionOn(&'r str, Securable<'r>),
}

/// A part of a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Securable<'r> {
    /// A schema.
    Schema(&'r str),
    /// A table, view, procedure or another object, with or without its schema: `dbo.SC_UserAccount`.
    Object(&'r str),
    /// The database or any schema or object in it.
    Anything,
}

impl<'s> Sql<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        Sql {
            snapshot,
            servers: realm::servers(snapshot),
            databases: realm::databases(snapshot),
            none: Realm::default(),
        }
    }

    /// Whether a Windows account or group has a right in a database (for rights of the server: on its
    /// server), itself or through groups.
    pub fn sql_right(
        &self,
        who: &Sid,
        at: &Scope,
        right: SqlRight<'_>,
        principals: &Principals<'s>,
    ) -> Answer {
        let Scope::Database { server, .. } = at else { return Answer::Unknown(vec![no_database(at)]) };
        self.answer(&asked(who, server, principals), at, right, principals)
    }

    /// The database roles that an account is a member of, with the path to each, and the holes that could
    /// hide more. The owner of the database is in `db_owner`; `sysadmin` does not count here.
    pub fn database_roles(
        &self,
        who: &Sid,
        at: &Scope,
        principals: &Principals<'s>,
    ) -> (BTreeMap<String, Proof>, Vec<Gap>) {
        let Scope::Database { server, .. } = at else { return (BTreeMap::new(), vec![no_database(at)]) };
        let master = Scope::database(server, "master");
        let place = self.place(server, &master, at);
        let asked = Asked { by_name_only: true, ..asked(who, server, principals) };
        let Standings { sure, doubts, .. } = standing::stand(&place, &asked, principals);
        let mut roles = place.database.roles(&sure.database);
        if let Some(proof) = &sure.dbo {
            roles.entry("db_owner".to_owned()).or_insert_with(|| proof.clone());
        }
        let mut holes = self.membership_holes(&master, at);
        merge(&mut holes, doubts);
        (roles, holes)
    }

    /// That all was read which gives, owns or denies in a database and on its server.
    ///
    /// # Errors
    ///
    /// What is missing: a role that is proven by the rest may be taken back there by a DENY.
    pub fn read_whole(&self, at: &Scope) -> Result<(), Vec<Gap>> {
        let Scope::Database { server, .. } = at else { return Err(vec![no_database(at)]) };
        let master = Scope::database(server, "master");
        let mut holes = self.membership_holes(&master, at);
        merge(&mut holes, self.snapshot.sql_server_permissions.hole(&master, true));
        merge(&mut holes, self.snapshot.sql_database_permissions.hole(at, true));
        if holes.is_empty() { Ok(()) } else { Err(holes) }
    }

    fn place<'p>(&'p self, host: &'p str, master: &'p Scope, at: &'p Scope) -> Place<'p, 's> {
        let name = match at {
            Scope::Database { name, .. } => name.as_str(),
            _ => "",
        };
        Place {
            host,
            master,
            server: self.servers.get(master).unwrap_or(&self.none),
            at,
            database: self.databases.get(at).unwrap_or(&self.none),
            row: {
                let rows = self.snapshot.sql_databases.part(master).iter();
                rows.filter(|d| d.name.value.eq_ignore_ascii_case(name)).min_by_key(|d| d.span)
            },
        }
    }

    fn answer(
        &self,
        asked: &Asked<'_>,
        at: &Scope,
        right: SqlRight<'_>,
        principals: &Principals<'s>,
    ) -> Answer {
        let Scope::Database { server, .. } = at else { return Answer::Unknown(vec![no_database(at)]) };
        let master = Scope::database(server, "master");
        let place = self.place(server, &master, at);
        let standings = standing::stand(&place, asked, principals);
        let judge = Judge { sql: self, place, standings: &standings };
        let answer = match right {
            SqlRight::ServerRole(role) => judge.server_role(role),
            SqlRight::DatabaseRole(role) => judge.database_role(role),
            SqlRight::Permission(name) if covering::is_of_server(name) => judge.server_permission(name),
            SqlRight::Permission(name) => judge.permission(name, None),
            SqlRight::PermissionOn(name, part) => judge.permission(name, Some(part)),
        };
        let of_server = match right {
            SqlRight::ServerRole(_) => true,
            SqlRight::Permission(name) => covering::is_of_server(name),
            _ => false,
        };
        judge.or_as_somebody_else(answer, of_server)
    }

    /// Holes in what says who is in which role.
    fn membership_holes(&self, master: &Scope, at: &Scope) -> Vec<Gap> {
        let mut holes = self.server_holes(master);
        merge(&mut holes, self.snapshot.sql_database_principals.hole(at, true));
        merge(&mut holes, self.snapshot.sql_database_role_members.hole(at, true));
        merge(&mut holes, self.snapshot.sql_databases.hole(master, true));
        holes
    }

    fn server_holes(&self, master: &Scope) -> Vec<Gap> {
        let mut holes = Vec::new();
        merge(&mut holes, self.snapshot.sql_server_principals.hole(master, true));
        merge(&mut holes, self.snapshot.sql_server_role_members.hole(master, true));
        holes
    }
}

/// The SIDs of a Windows account on a server.
fn asked<'a>(who: &Sid, server: &str, principals: &Principals<'_>) -> Asked<'a> {
    let (reached, holes) = principals.reach(who, Some(server));
    // Of two ways to one SID the first given is the better one.
    let sids = reached.into_iter().rev().map(|(holder, proof)| (holder.sid, proof)).collect();
    Asked { who: Some(*who), sids, holes, sql: None, by_name_only: false }
}

fn no_database(at: &Scope) -> Gap {
    Gap::new(Dataset::SqlDatabase, at.clone(), Status::NotCollected, "it names no database")
}

/// One question about one standing.
struct Judge<'j, 's> {
    sql: &'j Sql<'s>,
    place: Place<'j, 's>,
    standings: &'j Standings,
}

/// What a question finds for a standing.
#[derive(Default)]
struct Found {
    /// Above the check: no deny counts.
    above: Option<Proof>,
    weighed: Weighed,
}

impl Judge<'_, '_> {
    fn server_role(&self, role: &str) -> Answer {
        self.decide(self.sql.server_holes(self.place.master), &[], |standing| {
            let own = self.place.server.role(&standing.server, role).cloned();
            Found { above: own.or_else(|| self.sysadmin(standing, role)), ..Found::default() }
        })
    }

    fn database_role(&self, role: &str) -> Answer {
        let realm = self.place.database;
        let holes = self.sql.membership_holes(self.place.master, self.place.at);
        let answer = self.decide(holes, &[], |standing| {
            let implied = |proof: &Proof, by: &'static str| {
                let step = text!("`{}` implies `{}`", database(by), database(role));
                proof.clone().then(Step::rule(step))
            };
            let is_owner = role.eq_ignore_ascii_case("db_owner");
            let owner = realm.role(&standing.database, "db_owner").or(standing.dbo.as_ref());
            let owner = owner.map(|proof| if is_owner { proof.clone() } else { implied(proof, "db_owner") });
            let own = realm.role(&standing.database, role).cloned();
            Found { above: own.or(owner).or_else(|| self.sysadmin(standing, role)), ..Found::default() }
        });
        answer.or(|| self.permission("CONTROL", None))
    }

    fn server_permission(&self, name: &str) -> Answer {
        let mut denies = Vec::new();
        merge(&mut denies, self.sql.snapshot.sql_server_permissions.hole(self.place.master, true));
        let mut holes = self.sql.server_holes(self.place.master);
        merge(&mut holes, denies.iter().cloned());
        self.decide(holes.clone(), &holes, |standing| Found {
            above: self.sysadmin(standing, name),
            weighed: permission::on_server(self.place.server, standing, name),
        })
    }

    fn permission(&self, name: &str, part: Option<Securable<'_>>) -> Answer {
        let snapshot = self.sql.snapshot;
        let mut holes = self.sql.membership_holes(self.place.master, self.place.at);
        merge(&mut holes, snapshot.sql_server_permissions.hole(self.place.master, true));
        merge(&mut holes, snapshot.sql_database_permissions.hole(self.place.at, true));
        let (server, realm) = (self.place.server, self.place.database);
        let answer = self.decide(holes.clone(), &holes, |standing| {
            let owner = standing.dbo.as_ref().map(|proof| {
                let step = text!("no deny touches the owner of {}", database(&realm.label));
                proof.clone().then(Step::rule(step))
            });
            let weighed = match part {
                None => permission::on_database(server, realm, standing, name),
                Some(part) => permission::on_part(server, realm, standing, name, part),
            };
            let connect = permission::on_database(server, realm, standing, "CONNECT");
            let entered = !standing.database.is_empty();
            let weighed = if entered { connect.and(weighed) } else { Weighed::default() };
            Found { above: owner.or_else(|| self.sysadmin(standing, name)), weighed }
        });
        match (answer, part.and_then(|part| part.owner_unknown())) {
            (Answer::No, Some(why)) if !self.standings.most.database.is_empty() => {
                Answer::Unknown(vec![self.gap(why)])
            }
            (answer, _) => answer,
        }
    }

    fn sysadmin(&self, standing: &Standing, what: &str) -> Option<Proof> {
        let proof = self.place.server.role(&standing.server, "sysadmin")?;
        let step =
            text!("`{}` implies `{}` in every database of the server", database("sysadmin"), database(what));
        Some(proof.clone().then(Step::rule(step)))
    }

    /// Puts what is sure and what could be side by side. `denies` are the holes that could hide a deny.
    fn decide(&self, holes: Vec<Gap>, denies: &[Gap], find: impl Fn(&Standing) -> Found) -> Answer {
        let sure = find(&self.standings.sure);
        let most = find(&self.standings.most);
        if let Some(proof) = sure.above {
            return Answer::Yes(proof);
        }
        let mut open = holes;
        merge(&mut open, self.standings.doubts.iter().cloned());
        if sure.weighed.vague_grant || sure.weighed.vague_deny {
            merge(
                &mut open,
                [self.gap("the export does not say which schema, object or column a row is about")],
            );
        }
        let could = most.above.is_some()
            || !sure.weighed.deny && (most.weighed.grant.is_some() || most.weighed.vague_grant);
        match sure.weighed.grant {
            Some(proof) if !sure.weighed.deny => {
                let doubtful = most.weighed.deny || most.weighed.vague_deny || !denies.is_empty();
                if doubtful { Answer::Unknown(open) } else { Answer::Yes(proof) }
            }
            _ if could => Answer::Unknown(open),
            _ => Answer::no_unless(open_without(open, &self.standings.doubts)),
        }
    }

    /// Who may act as somebody else has that one's rights too. As any login: also as a member of `sysadmin`,
    /// which always has one. As a single one: the snapshot does not follow whom.
    fn or_as_somebody_else(&self, answer: Answer, of_server: bool) -> Answer {
        let answer = answer.or(|| match self.server_permission("IMPERSONATE ANY LOGIN") {
            Answer::Yes(proof) => {
                let step =
                    text!("it may act as a member of `{}`, which may do everything", database("sysadmin"));
                Answer::Yes(proof.then(Step::rule(step).confidence(Confidence::Medium)))
            }
            other => other,
        });
        if answer != Answer::No {
            return answer;
        }
        let most = &self.standings.most;
        let logins = permission::impersonations(self.place.server, &most.server);
        let mut gaps: Vec<Gap> = Vec::new();
        merge(
            &mut gaps,
            logins.iter().map(|how| self.acts(Dataset::SqlServerPermission, self.place.master, how)),
        );
        if !of_server {
            let users = permission::impersonations(self.place.database, &most.database);
            merge(
                &mut gaps,
                users.iter().map(|how| self.acts(Dataset::SqlDatabasePermission, self.place.at, how)),
            );
        }
        Answer::no_unless(gaps)
    }

    fn acts(&self, dataset: Dataset, scope: &Scope, how: &Text) -> Gap {
        Gap::new(dataset, scope.clone(), Status::Partial, format!("it {how}, whose rights it then has"))
    }

    fn gap(&self, why: &'static str) -> Gap {
        Gap::new(Dataset::SqlDatabasePermission, self.place.at.clone(), Status::Partial, why)
    }
}

/// Doubts that could not have changed the answer are no holes of it.
fn open_without(open: Vec<Gap>, doubts: &[Gap]) -> Vec<Gap> {
    open.into_iter().filter(|gap| !doubts.contains(gap)).collect()
}

impl<'r> Securable<'r> {
    /// Whether this is the schema of a name or lies in it; `None` when that cannot be told.
    fn holds_schema(self, schema: Option<&str>) -> Option<bool> {
        let own = match self {
            Securable::Anything => return Some(true),
            Securable::Schema(own) => own,
            Securable::Object(object) => object.rsplit_once('.')?.0,
        };
        schema.map(|schema| own.eq_ignore_ascii_case(schema))
    }

    /// Whether this is the object of a name. An export may leave the schema out.
    fn is_object(self, object: Option<&str>) -> Option<bool> {
        let own = match self {
            Securable::Anything => return Some(true),
            Securable::Schema(_) => return Some(false),
            Securable::Object(own) => own,
        };
        let other = object?;
        Some(match (own.rsplit_once('.'), other.rsplit_once('.')) {
            (Some((a, b)), Some((c, d))) => a.eq_ignore_ascii_case(c) && b.eq_ignore_ascii_case(d),
            (Some((_, own)), None) => own.eq_ignore_ascii_case(other),
            (None, Some((_, other))) => own.eq_ignore_ascii_case(other),
            (None, None) => own.eq_ignore_ascii_case(other),
        })
    }

    /// Whoever owns a schema holds everything in it, and no export says who does. `dbo` belongs to the owner
    /// of the database.
    fn owner_unknown(self) -> Option<&'static str> {
        let schema = match self {
            Securable::Anything => return None,
            Securable::Schema(schema) => schema,
            Securable::Object(object) => object.rsplit_once('.').map_or("dbo", |(schema, _)| schema),
        };
        (!schema.eq_ignore_ascii_case("dbo")).then_some("nobody says who owns the schema")
    }
}
