//! A made-up server, said in the words of its catalogue views.

use cmlint_source::Spanned;

use crate::proof::Answer;
use crate::rows::*;
use crate::views::principals::Principals;
use crate::views::sql::{Sql, SqlRight};
use crate::views::testing::{Made, sid};
use crate::{Dataset, Scope, Snapshot, Status};

pub(super) const ANNA: u32 = 1101;
pub(super) const DBA: u32 = 1201;
pub(super) const TEAM: u32 = 1202;

pub(super) fn master() -> Scope {
    Scope::database("sql.corp.example", "master")
}

pub(super) fn cm() -> Scope {
    Scope::database("sql.corp.example", "cm")
}

/// A server that is collected wholly: `sa`, `public`, `sysadmin`, the fixed roles of the database, `dbo` and
/// `guest`. Anna is in Team, and Team is in DBA.
pub(super) struct Server(pub(super) Made);

impl Server {
    pub(super) fn new() -> Server {
        let mut made = Made::new();
        let host = Scope::host("sql.corp.example");
        made.state::<LocalGroup<'static>>(&host, Status::Complete);
        let computer = Computer { domain_role: made.number(3), ..Computer::default() };
        made.put(&host, computer);
        for (server, table) in [(true, master()), (false, cm())] {
            if server {
                made.state::<SqlServerPermission<'static>>(&table, Status::Complete);
                made.state::<SqlServerRoleMember<'static>>(&table, Status::Complete);
            } else {
                made.state::<SqlDatabasePermission<'static>>(&table, Status::Complete);
                made.state::<SqlDatabaseRoleMember<'static>>(&table, Status::Complete);
            }
        }
        let made = made.user(ANNA, "anna", &["Team"]).group(TEAM, "Team", &["DBA"]).group(DBA, "DBA", &[]);
        let server = Server(made)
            .server_principal(1, "sa", "SQL_LOGIN", None, true)
            .server_principal(2, "public", "SERVER_ROLE", None, false)
            .server_principal(3, "sysadmin", "SERVER_ROLE", None, false)
            .principal(0, "public", "DATABASE_ROLE", None)
            .principal(1, "dbo", "SQL_USER", None)
            .principal(2, "guest", "SQL_USER", None);
        server
            .principal(16384, "db_owner", "DATABASE_ROLE", None)
            .principal(16390, "db_datareader", "DATABASE_ROLE", None)
            .principal(16392, "db_denydatareader", "DATABASE_ROLE", None)
    }

    fn sql_principal(
        &mut self,
        id: i64,
        name: &str,
        kind: &str,
        rid: Option<u32>,
        disabled: Option<bool>,
    ) -> SqlPrincipal<'static> {
        SqlPrincipal {
            id,
            name: self.0.text(name),
            kind: self.0.text(kind),
            sid: rid.map(|rid| Spanned::new(sid(rid), self.0.at())),
            disabled,
        }
    }

    pub(super) fn server_principal(
        mut self,
        id: i64,
        name: &str,
        kind: &str,
        rid: Option<u32>,
        disabled: bool,
    ) -> Server {
        let row = self.sql_principal(id, name, kind, rid, Some(disabled));
        self.0.put(&master(), SqlServerPrincipal(row));
        self
    }

    pub(super) fn principal(mut self, id: i64, name: &str, kind: &str, rid: Option<u32>) -> Server {
        let row = self.sql_principal(id, name, kind, rid, None);
        self.0.put(&cm(), SqlDatabasePrincipal(row));
        self
    }

    pub(super) fn login(self, id: i64, name: &str, rid: u32) -> Server {
        self.server_principal(id, name, "WINDOWS_LOGIN", Some(rid), false)
    }

    pub(super) fn group_login(self, id: i64, name: &str, rid: u32) -> Server {
        self.server_principal(id, name, "WINDOWS_GROUP", Some(rid), false)
    }

    pub(super) fn user(self, id: i64, name: &str, rid: u32) -> Server {
        self.principal(id, name, "WINDOWS_USER", Some(rid)).grants(id, "CONNECT")
    }

    fn member_row(
        &mut self,
        (member, member_name): (i64, &str),
        (role, role_name): (i64, &str),
    ) -> SqlRoleMember<'static> {
        SqlRoleMember {
            role,
            role_name: self.0.text(role_name),
            member,
            member_name: self.0.text(member_name),
            span: self.0.at(),
        }
    }

    pub(super) fn in_server_role(mut self, member: (i64, &str), role: (i64, &str)) -> Server {
        let row = self.member_row(member, role);
        self.0.put(&master(), SqlServerRoleMember(row));
        self
    }

    pub(super) fn in_role(mut self, member: (i64, &str), role: (i64, &str)) -> Server {
        let row = self.member_row(member, role);
        self.0.put(&cm(), SqlDatabaseRoleMember(row));
        self
    }

    pub(super) fn row(
        &mut self,
        grantee: i64,
        words: &str,
        class: &str,
        name: Option<&str>,
    ) -> SqlPermission<'static> {
        let (state, permission) = words.split_once(' ').unwrap();
        SqlPermission {
            grantee,
            permission: self.0.text(permission),
            state: self.0.text(state),
            class: self.0.text(class),
            securable: name.map(|name| self.0.text(name)),
            span: self.0.at(),
        }
    }

    /// `says("GRANT SELECT")` on the server.
    pub(super) fn on_server(mut self, grantee: i64, words: &str) -> Server {
        let row = self.row(grantee, words, "SERVER", None);
        self.0.put(&master(), SqlServerPermission(row));
        self
    }

    pub(super) fn on(mut self, grantee: i64, words: &str, class: &str, name: Option<&str>) -> Server {
        let row = self.row(grantee, words, class, name);
        self.0.put(&cm(), SqlDatabasePermission(row));
        self
    }

    pub(super) fn grants(self, grantee: i64, permission: &str) -> Server {
        self.on(grantee, &format!("GRANT {permission}"), "DATABASE", None)
    }

    pub(super) fn denies(self, grantee: i64, permission: &str) -> Server {
        self.on(grantee, &format!("DENY {permission}"), "DATABASE", None)
    }

    pub(super) fn owner(mut self, rid: u32, contained: Option<bool>) -> Server {
        let row = SqlDatabase {
            name: self.0.text("cm"),
            owner: Some(Spanned::new(sid(rid), self.0.at())),
            owner_name: None,
            trustworthy: None,
            contained,
        };
        self.0.put(&master(), row);
        self
    }

    pub(super) fn without(mut self, dataset: Dataset) -> Server {
        self.0 = self.0.without(dataset);
        self
    }

    pub(super) fn close(mut self) -> Snapshot<'static> {
        // A database that nobody of this world owns, unless it was said who does.
        self.0.state::<SqlDatabase<'static>>(&master(), Status::Complete);
        self.0.close();
        self.0.snapshot
    }

    pub(super) fn ask(self, right: SqlRight<'_>) -> Answer {
        self.ask_of(ANNA, right)
    }

    pub(super) fn ask_of(self, rid: u32, right: SqlRight<'_>) -> Answer {
        let snapshot = self.close();
        let principals = Principals::build(&snapshot);
        let sql = Sql::build(&snapshot);
        sql.sql_right(&sid(rid), &cm(), right, &principals)
    }
}
