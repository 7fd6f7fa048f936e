//! What somebody is on a server and in a database: logins, users, roles. What is sure stands apart from what
//! a hole could add.

use std::collections::BTreeMap;

use cmlint_source::Spanned;
use cmlint_winsec::Sid;

use super::permission;
use super::realm::{Reached, Realm, is_windows_group};
use crate::proof::{Confidence, Proof, Step, merge};
use crate::rows::{SqlDatabase, SqlPrincipal};
use crate::table::Row;
use crate::views::principals::{Home, Principals};
use crate::words::{database, host, principal};
use crate::{Dataset, Gap, Scope, Status, Text, text};

/// Who is asked about.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    /// A Windows account or group; `None` for a SQL login or user.
    pub(super) who: Option<Sid>,
    /// The SIDs that it carries on the server, itself among them, with the path to each.
    pub(super) sids: BTreeMap<Sid, Proof>,
    /// Memberships that are not known.
    pub(super) holes: Vec<Gap>,
    /// A SQL login or user by name.
    pub(super) sql: Option<&'a str>,
    /// Leaves out what everybody has by being let in (`public`, `guest`).
    pub(super) by_name_only: bool,
}

/// Principals that somebody is.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Logins and server roles.
    pub(super) server: Reached,
    /// Users and database roles.
    pub(super) database: Reached,
    /// The path to the user `dbo`, for the owner of the database: no deny touches it.
    pub(super) dbo: Option<Proof>,
}

/// What somebody is for sure, and at most.
#[derive(Debug, Default)]
pub(super) struct Standings {
    pub(super) sure: Standing,
    /// As if every doubt were a yes.
    pub(super) most: Standing,
    /// What the two differ by.
    pub(super) doubts: Vec<Gap>,
}

/// A server and, where a question is about one, a database of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p, 's> {
    /// Key of the server's computer.
    pub(super) host: &'p str,
    pub(super) master: &'p Scope,
    pub(super) server: &'p Realm<'s>,
    pub(super) at: &'p Scope,
    pub(super) database: &'p Realm<'s>,
    /// The row of the database in `sys.databases`.
    pub(super) row: Option<&'s Row<SqlDatabase<'s>>>,
}

/// The principals of a realm that somebody is, before roles.
#[derive(Default)]
struct Matched {
    sure: Reached,
    maybe: Vec<i64>,
    doubts: Vec<Gap>,
    /// The account's own login, when it is disabled.
    disabled: Option<String>,
}

/// Stands for somebody who is in a database and no user of it. No identifier of SQL Server is negative.
const NOBODY: i64 = -1;

pub(super) fn stand<'s>(place: &Place<'_, 's>, asked: &Asked<'_>, principals: &Principals<'s>) -> Standings {
    let mut logins = find(place.server, asked, principals, Confidence::High, |name| {
        text!("it is the login `{}` on {}", principal(name), host(place.host))
    });
    // Whether a Windows group lets somebody in whose own login is disabled is not documented.
    if let Some(name) = logins.disabled.take()
        && !logins.sure.is_empty()
    {
        let why = format!("the login `{name}` is disabled; a group may let it in all the same");
        merge(
            &mut logins.doubts,
            [Gap::new(Dataset::SqlServerPrincipal, place.master.clone(), Status::Partial, why)],
        );
        logins.maybe.extend(std::mem::take(&mut logins.sure).into_keys());
    }
    let mut both = Standings { doubts: logins.doubts, ..Standings::default() };
    let nearest = logins.sure.values().min_by_key(|p| p.steps.len()).cloned();
    let mut most = logins.sure.clone();
    most.extend(logins.maybe.iter().map(|id| (*id, Proof::default())));
    both.sure.server = with_public(place.server, logins.sure, 2, asked);
    both.most.server = with_public(place.server, most, 2, asked);
    enter(place, asked, principals, nearest, &mut both);
    both
}

/// Adds users and database roles.
fn enter<'s>(
    place: &Place<'_, 's>,
    asked: &Asked<'_>,
    principals: &Principals<'s>,
    login: Option<Proof>,
    both: &mut Standings,
) {
    // SQL users belong to logins by identifiers that no row keeps; their names are mostly the same.
    let mut users = find(place.database, asked, principals, Confidence::Medium, |name| {
        text!("it is the user `{}` in {}", principal(name), database(&place.database.label))
    });
    if let Some(proof) = owner(place, asked) {
        users.sure.entry(1).or_insert(proof);
    }
    // A user without a login gets in only where the database itself checks who it is (containment PARTIAL).
    let contained = place.row.map(|row| row.contained);
    if both.most.server.is_empty() {
        // The owner is nobody of the database's own: without a login it does not get in at all.
        users.sure.remove(&1);
    }
    if login.is_none() && contained != Some(Some(true)) {
        let orphans: Vec<i64> = std::mem::take(&mut users.sure).into_keys().collect();
        if contained == Some(Some(false)) && both.most.server.is_empty() {
            users.maybe.clear();
        } else {
            if both.most.server.is_empty() && !orphans.is_empty() {
                let why = "nothing says whether the database is contained; only then a user without a login gets in";
                let gap = Gap::property(Dataset::SqlDatabase, place.master.clone(), "containment", why);
                merge(&mut both.doubts, [gap]);
            }
            users.maybe.extend(orphans);
        }
    }
    merge(&mut both.doubts, users.doubts);
    both.sure.dbo = users.sure.get(&1).cloned();
    let mut most = users.sure.clone();
    most.extend(users.maybe.iter().map(|id| (*id, Proof::default())));
    both.most.dbo = most.get(&1).cloned();
    if let (true, Some(proof)) = (users.sure.is_empty(), login) {
        let guest = place.database.named("guest").filter(|_| !asked.by_name_only);
        if let Some(id) = guest.filter(|id| permission::is_connected(place.database, *id)) {
            let step =
                text!("{} lets every login in as `{}`", database(&place.database.label), principal("guest"));
            let proof = proof.then(Step::rule(step));
            users.sure.insert(id, proof.clone());
            most.insert(id, proof);
        } else if let Some(way) =
            permission::anywhere(place.server, &both.sure.server, "CONNECT ANY DATABASE")
        {
            // Such a login is let in without being a user: it is in no role but `public`.
            users.sure.insert(NOBODY, way.clone());
            most.insert(NOBODY, way);
        }
    }
    both.sure.database = with_public(place.database, users.sure, 0, asked);
    both.most.database = with_public(place.database, most, 0, asked);
}

/// Principals of a realm by SID, or by name for SQL logins and users.
fn find<'s>(
    realm: &Realm<'s>,
    asked: &Asked<'_>,
    principals: &Principals<'s>,
    by_name: Confidence,
    says: impl Fn(&str) -> Text,
) -> Matched {
    let mut matched = Matched::default();
    if let Some(sql) = asked.sql {
        let enabled = |row: &&&SqlPrincipal<'_>| row.disabled != Some(true);
        let is_sql = |row: &&&SqlPrincipal<'_>| row.kind.value.to_ascii_uppercase().starts_with("SQL_");
        for row in realm.called(sql).iter().filter(enabled).filter(is_sql) {
            let step = Step::read(says(&row.name.value), row.name.span).confidence(by_name);
            matched.sure.insert(row.id, Proof::of(step));
        }
        return matched;
    }
    for (sid, path) in &asked.sids {
        let rows = realm.by_sid.get(sid).into_iter().flatten();
        for (row, own) in rows.filter_map(|row| Some((row, row.sid.as_ref()?))) {
            matched.take(row, path, Step::read(says(&row.name.value), own.span), asked.who == Some(*sid));
        }
    }
    for row in &realm.without_sid {
        let name = &*row.name.value;
        match principals.resolve(Spanned::new(name, row.name.span), &Home::default()).sid() {
            Some(sid) => {
                let Some(path) = asked.sids.get(&sid) else { continue };
                let step = Step::read(says(name), row.name.span).confidence(Confidence::Medium);
                matched.take(row, path, step, asked.who == Some(sid));
            }
            None => {
                matched.maybe.push(row.id);
                merge(&mut matched.doubts, principals.unresolved(name));
            }
        }
    }
    if !asked.holes.is_empty() {
        // What is not known of memberships could make somebody a member of any group.
        for row in realm.windows_groups.iter().filter(|row| row.sid.is_some()) {
            if !matched.sure.contains_key(&row.id) {
                matched.maybe.push(row.id);
                merge(&mut matched.doubts, asked.holes.iter().cloned());
            }
        }
    }
    matched
}

impl Matched {
    /// Somebody is this principal, unless it is disabled. A Windows group cannot be (error 33129 of SQL
    /// Server).
    fn take(&mut self, row: &SqlPrincipal<'_>, path: &Proof, step: Step, itself: bool) {
        if row.disabled == Some(true) && !is_windows_group(row) {
            if itself {
                self.disabled.get_or_insert_with(|| row.name.value.to_string());
            }
            return;
        }
        self.sure.insert(row.id, path.clone().then(step));
    }
}

/// The owner of a database is the user `dbo` in it.
fn owner(place: &Place<'_, '_>, asked: &Asked<'_>) -> Option<Proof> {
    let row = place.row?;
    let says =
        text!("it owns {} and is the user `{}` there", database(&place.database.label), principal("dbo"));
    match (&row.owner, &row.owner_name, asked.sql) {
        (Some(sid), _, None) => {
            let path = asked.sids.get(&sid.value)?;
            Some(path.clone().then(Step::read(says, sid.span)))
        }
        (None, Some(name), Some(sql)) if name.value.eq_ignore_ascii_case(sql) => {
            Some(Proof::of(Step::read(says, name.span)))
        }
        _ => None,
    }
}

/// All roles above, and `public`, in which everybody is who is in.
fn with_public(realm: &Realm<'_>, start: Reached, public: i64, asked: &Asked<'_>) -> Reached {
    let mut reached = realm.close(start);
    let nearest = reached.values().min_by_key(|p| p.steps.len()).cloned();
    if let (Some(proof), false) = (nearest, asked.by_name_only) {
        let id = realm.named("public").unwrap_or(public);
        let public = database("public");
        let step = Step::rule(text!("everybody on {} is in `{}`", database(&realm.label), public));
        reached.entry(id).or_insert_with(|| proof.then(step.through(text!("{}", public))));
    }
    reached
}
