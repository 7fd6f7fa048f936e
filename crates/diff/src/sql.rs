//! SQL Server: logins and users, members of roles, permissions, owners of databases.

use std::collections::BTreeMap;

use cmlint_model::rows::{
    SqlDatabase, SqlDatabasePermission, SqlDatabasePrincipal, SqlDatabaseRoleMember, SqlPermission,
    SqlPrincipal, SqlRoleMember, SqlServerPermission, SqlServerPrincipal, SqlServerRoleMember,
};
use cmlint_model::words::{database, principal, term};
use cmlint_model::{Dataset, Fact, Scope, Text, text};
use cmlint_source::Span;
use cmlint_winsec::Sid;

use crate::pair::{Found, Pair};
use crate::{Area, Change, Sign};

/// One row as a sentence for each direction, with the Windows principals that it is about by name.
struct Said {
    added: Text,
    removed: Text,
    span: Span,
    who: String,
}

/// What came and went in the servers and databases.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Found {
    let mut found = Found::default();
    let mut known = Known::default();
    for (side, sight) in [pair.old, pair.new].into_iter().enumerate() {
        for (scope, row) in sight.rows::<SqlServerPrincipal<'s>>() {
            known.add(side, pair.common(Dataset::SqlServerPrincipal, scope), &row.0);
        }
        for (scope, row) in sight.rows::<SqlDatabasePrincipal<'s>>() {
            known.add(side, pair.common(Dataset::SqlDatabasePrincipal, scope), &row.0);
        }
    }
    rows(pair, &known, &mut found, |scope, row: &SqlServerPrincipal<'_>, _| login(scope, &row.0, "a login"));
    rows(pair, &known, &mut found, |scope, row: &SqlDatabasePrincipal<'_>, _| login(scope, &row.0, "a user"));
    rows(pair, &known, &mut found, |scope, row: &SqlServerRoleMember<'_>, _| member(scope, &row.0));
    rows(pair, &known, &mut found, |scope, row: &SqlDatabaseRoleMember<'_>, _| member(scope, &row.0));
    rows(pair, &known, &mut found, |scope, row: &SqlServerPermission<'_>, names| {
        permission(scope, &row.0, names)
    });
    rows(pair, &known, &mut found, |scope, row: &SqlDatabasePermission<'_>, names| {
        permission(scope, &row.0, names)
    });
    rows(pair, &known, &mut found, |scope, row: &SqlDatabase<'_>, _| {
        let owner = row.owner_name.as_ref()?;
        let who = owner.value.to_string();
        let key = format!("{}\0{}", row.name.value.to_lowercase(), who.to_lowercase());
        let place = text!("{}, owned by `{}`", database(&*row.name.value), principal(&who));
        let server = server(scope);
        Some((
            key,
            Said {
                added: text!("there is now the database {}, on {}", place, server),
                removed: text!("there is no longer the database {}, on {}", place, server),
                span: owner.span,
                who,
            },
        ))
    });
    found
}

fn rows<'s, T: Fact<'s>>(
    pair: &Pair<'_, 's>,
    known: &Known,
    found: &mut Found,
    say: impl Fn(&Scope, &T, &Names) -> Option<(String, Said)>,
) {
    let dataset: Dataset = T::DATASET;
    for (scope, [old, new]) in pair.rows::<T>() {
        let of = |side: usize, rows: &[&'s cmlint_model::Row<T>]| {
            let said = rows.iter().filter_map(|row| say(&scope, &row.data, &known.names[side]));
            said.collect::<BTreeMap<String, Said>>()
        };
        let (before, after) = (of(0, &old), of(1, &new));
        if pair.old_is_whole(dataset, &scope) {
            for (_, said) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
                let (text, new) = (said.added.clone(), Some(said.span));
                found.changes.push(Change { area: Area::Sql, sign: Sign::Added, text, old: None, new });
                found.seeds.extend(known.sids.get(&said.who.to_lowercase()));
            }
        }
        if pair.new_is_whole(dataset, &scope) {
            for (_, said) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
                let (text, old) = (said.removed.clone(), Some(said.span));
                found.changes.push(Change { area: Area::Sql, sign: Sign::Removed, text, old, new: None });
                found.seeds.extend(known.sids.get(&said.who.to_lowercase()));
            }
        }
    }
}

/// Names of principals by their number: a number means another principal after a restore.
type Names = BTreeMap<(Scope, i64), String>;

#[derive(Default)]
struct Known {
    /// Windows logins and users by name in lower case.
    sids: BTreeMap<String, Sid>,
    /// Of each side.
    names: [Names; 2],
}

impl Known {
    fn add(&mut self, side: usize, scope: Scope, row: &SqlPrincipal<'_>) {
        if let Some(sid) = &row.sid {
            self.sids.insert(row.name.value.to_lowercase(), sid.value);
        }
        self.names[side].insert((scope, row.id), row.name.value.to_string());
    }
}

fn login(scope: &Scope, row: &SqlPrincipal<'_>, what: &'static str) -> Option<(String, Said)> {
    let role = row.kind.value.to_ascii_uppercase().ends_with("_ROLE");
    let what = if role { "a role" } else { what };
    let who = row.name.value.to_string();
    let disabled = if row.disabled == Some(true) { " (disabled)" } else { "" };
    let place = text!("{} of {}{}", what, whole(scope), disabled);
    let key = format!("{}\0{}\0{disabled}", who.to_lowercase(), &*row.kind.value);
    let said = Said {
        added: text!("`{}` is now {}", principal(&who), place),
        removed: text!("`{}` is no longer {}", principal(&who), place),
        span: row.name.span,
        who,
    };
    Some((key, said))
}

fn member(scope: &Scope, row: &SqlRoleMember<'_>) -> Option<(String, Said)> {
    let who = row.member_name.value.to_string();
    let role = &*row.role_name.value;
    let key = format!("{}\0{}", role.to_lowercase(), who.to_lowercase());
    let place = text!("the role {} in {}", database(role), whole(scope));
    let said = Said {
        added: text!("`{}` is now a member of {}", principal(&who), place),
        removed: text!("`{}` is no longer a member of {}", principal(&who), place),
        span: row.span,
        who,
    };
    Some((key, said))
}

fn permission(scope: &Scope, row: &SqlPermission<'_>, names: &Names) -> Option<(String, Said)> {
    let state = row.state.value.to_uppercase();
    let on = row.securable.as_ref().map_or_else(Text::default, |on| text!(" on {}", database(&*on.value)));
    let option = if state == "GRANT_WITH_GRANT_OPTION" { ", with the grant option" } else { "" };
    let what = text!("{}{} in {}{}", term(&*row.permission.value), on, whole(scope), option);
    let (now, no_longer) = match state == "DENY" {
        true => ("is now denied", "is no longer denied"),
        false => ("is now granted", "is no longer granted"),
    };
    let number = || format!("principal {}", row.grantee);
    let who = names.get(&(scope.clone(), row.grantee)).cloned().unwrap_or_else(number);
    let securable = row.securable.as_ref().map_or("", |s| &*s.value);
    let class = &*row.class.value;
    let key = format!("{}\0{state}\0{}\0{class}\0{securable}", who.to_lowercase(), &*row.permission.value);
    let said = Said {
        added: text!("`{}` {} {}", principal(&who), now, what),
        removed: text!("`{}` {} {}", principal(&who), no_longer, what),
        span: row.span,
        who,
    };
    Some((key, said))
}

/// `CM_PS1 on sql01.contoso.com`; of the whole server its name only.
fn whole(scope: &Scope) -> Text {
    match scope {
        Scope::Database { server, name } if name != "master" => {
            text!("{} on {}", database(name), cmlint_model::words::host(server))
        }
        other => server(other),
    }
}

fn server(scope: &Scope) -> Text {
    match scope {
        Scope::Database { server, .. } => text!("the server {}", cmlint_model::words::host(server)),
        _ => text!("the server"),
    }
}
