//! Catalogue views of SQL Server. Field meanings are those of the views of the same name.

use cmlint_source::{Span, Spanned, Str};
use cmlint_winsec::Sid;

/// A row of `sys.server_principals` or `sys.database_principals`.
#[derive(Debug)]
pub struct SqlPrincipal<'a> {
    /// `principal_id`.
    pub id: i64,
    /// `name`.
    pub name: Spanned<Str<'a>>,
    /// `type_desc`: `WINDOWS_LOGIN`, `WINDOWS_GROUP`, `SQL_LOGIN`, `SERVER_ROLE`, `DATABASE_ROLE`, ….
    pub kind: Spanned<Str<'a>>,
    /// The Windows SID; `None` for SQL logins and roles.
    pub sid: Option<Spanned<Sid>>,
    /// Whether the login is disabled; `None` for database principals.
    pub disabled: Option<bool>,
}

/// A row of `sys.server_role_members` or `sys.database_role_members`, with names joined.
#[derive(Debug)]
pub struct SqlRoleMember<'a> {
    /// `role_principal_id`.
    pub role: i64,
    /// Name of the role.
    pub role_name: Spanned<Str<'a>>,
    /// `member_principal_id`.
    pub member: i64,
    /// Name of the member.
    pub member_name: Spanned<Str<'a>>,
    /// The record.
    pub span: Span,
}

/// A row of `sys.server_permissions` or `sys.database_permissions`, with names joined.
#[derive(Debug)]
pub struct SqlPermission<'a> {
    /// `grantee_principal_id`.
    pub grantee: i64,
    /// `permission_name`.
    pub permission: Spanned<Str<'a>>,
    /// `state_desc`: `GRANT`, `GRANT_WITH_GRANT_OPTION`, `DENY`.
    pub state: Spanned<Str<'a>>,
    /// `class_desc`: `SERVER`, `DATABASE`, `SCHEMA`, `OBJECT_OR_COLUMN`, ….
    pub class: Spanned<Str<'a>>,
    /// Name of the securable, where the export joins it.
    pub securable: Option<Spanned<Str<'a>>>,
    /// The record.
    pub span: Span,
}

/// A row of `sys.databases`.
#[derive(Debug)]
pub struct SqlDatabase<'a> {
    /// `name`.
    pub name: Spanned<Str<'a>>,
    /// `owner_sid`; `None` when the owner is a SQL login.
    pub owner: Option<Spanned<Sid>>,
    /// Name of the owner.
    pub owner_name: Option<Spanned<Str<'a>>>,
    /// `is_trustworthy_on`.
    pub trustworthy: Option<bool>,
    /// `containment`: 1 when the database itself checks who its users are; `None` when the export leaves it out.
    pub contained: Option<bool>,
}

/// A named property of a server.
#[derive(Debug)]
pub struct SqlServerProperty<'a> {
    /// Name.
    pub name: Spanned<Str<'a>>,
    /// Value.
    pub value: Spanned<Str<'a>>,
}

macro_rules! of {
    ($($(#[$doc:meta])* $name:ident($inner:ident)),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<'a>(pub $inner<'a>);
    )*};
}

of! {
    /// `sys.server_principals`.
    SqlServerPrincipal(SqlPrincipal),
    /// `sys.database_principals`.
    SqlDatabasePrincipal(SqlPrincipal),
    /// `sys.server_role_members`.
    SqlServerRoleMember(SqlRoleMember),
    /// `sys.database_role_members`.
    SqlDatabaseRoleMember(SqlRoleMember),
    /// `sys.server_permissions`.
    SqlServerPermission(SqlPermission),
    /// `sys.database_permissions`.
    SqlDatabasePermission(SqlPermission),
}
