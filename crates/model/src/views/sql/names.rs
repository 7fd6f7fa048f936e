//! Rights by the names that people know them by.

use std::collections::BTreeSet;

use super::{Securable, Sql, SqlRight, covering, product};
use crate::Scope;

impl<'s> Sql<'s> {
    /// Databases of which a file or the site speaks, `master` of each server among them; names in lower case.
    pub fn places(&self) -> BTreeSet<Scope> {
        let mut places: BTreeSet<Scope> = self.databases.keys().chain(self.servers.keys()).cloned().collect();
        for (master, row) in self.snapshot.sql_databases.rows() {
            if let Scope::Database { server, .. } = master {
                places.insert(Scope::database(server, &row.name.value));
            }
        }
        places.extend(self.snapshot.inventory().sites().filter_map(|site| site.database.clone()));
        let servers: Vec<Scope> = places.iter().filter_map(master_of).collect();
        places.extend(servers);
        places
    }

    /// The right of a name in a database: a role of the database or of its server, or a permission. On a part
    /// of the database only permissions count.
    ///
    /// # Errors
    /// All names that are known there.
    pub fn right_named<'r>(
        &self,
        at: &Scope,
        part: Option<Securable<'r>>,
        name: &'r str,
    ) -> Result<SqlRight<'r>, BTreeSet<String>> {
        let name = name.trim();
        let is = |known: &String| known.eq_ignore_ascii_case(name);
        let permission = covering::known().any(|known| known.eq_ignore_ascii_case(name));
        if let Some(part) = part {
            return match permission && !covering::is_of_server(name) {
                true => Ok(SqlRight::PermissionOn(name, part)),
                false => {
                    Err(covering::known().filter(|n| !covering::is_of_server(n)).map(str::to_owned).collect())
                }
            };
        }
        let database = self.database_role_names(at);
        let server = self.server_role_names(at);
        if database.iter().any(is) {
            return Ok(SqlRight::DatabaseRole(name));
        }
        if server.iter().any(is) {
            return Ok(SqlRight::ServerRole(name));
        }
        if permission {
            return Ok(SqlRight::Permission(name));
        }
        Err(database.into_iter().chain(server).chain(covering::known().map(str::to_owned)).collect())
    }

    /// Roles of a database: those that every database has, those of every site database, and its own.
    fn database_role_names(&self, at: &Scope) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = covering::FIXED_DATABASE_ROLES.map(str::to_owned).into();
        if matches!(at, Scope::Database { name, .. } if name.starts_with("cm_")) {
            names.extend(product::product_roles().map(|role| role.name.to_owned()));
        }
        let realm = self.databases.get(at).into_iter();
        names.extend(realm.flat_map(|realm| realm.role_names()).map(str::to_owned));
        unify(names)
    }

    fn server_role_names(&self, at: &Scope) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = covering::FIXED_SERVER_ROLES.map(str::to_owned).into();
        let realm = master_of(at).and_then(|master| self.servers.get(&master)).into_iter();
        names.extend(realm.flat_map(|realm| realm.role_names()).map(str::to_owned));
        unify(names)
    }
}

fn master_of(at: &Scope) -> Option<Scope> {
    match at {
        Scope::Database { server, .. } => Some(Scope::database(server, "master")),
        _ => None,
    }
}

/// Keeps one spelling of each name.
fn unify(names: BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(name.to_lowercase())).collect()
}
