//! Which permissions imply which, and what fixed roles hold. The sources are those of the module that checks.

use std::collections::BTreeSet;

/// Permissions of a server and the one that implies each, where that is not `CONTROL SERVER`.
const SERVER: &[(&str, &str)] = &[
    ("ADMINISTER BULK OPERATIONS", ""),
    ("ALTER ANY AVAILABILITY GROUP", ""),
    ("ALTER ANY CONNECTION", ""),
    ("ALTER ANY CREDENTIAL", ""),
    ("ALTER ANY DATABASE", ""),
    ("ALTER ANY ENDPOINT", ""),
    ("ALTER ANY EVENT NOTIFICATION", ""),
    ("ALTER ANY EVENT SESSION", ""),
    ("ALTER ANY LINKED SERVER", ""),
    ("ALTER ANY LOGIN", ""),
    ("ALTER ANY SERVER AUDIT", ""),
    ("ALTER ANY SERVER ROLE", ""),
    ("ALTER RESOURCES", ""),
    ("ALTER SERVER STATE", ""),
    ("ALTER SETTINGS", ""),
    ("ALTER TRACE", ""),
    ("AUTHENTICATE SERVER", ""),
    ("CONNECT ANY DATABASE", ""),
    ("CONNECT SQL", ""),
    ("CONTROL SERVER", ""),
    ("CREATE ANY DATABASE", "ALTER ANY DATABASE"),
    ("CREATE AVAILABILITY GROUP", "ALTER ANY AVAILABILITY GROUP"),
    ("CREATE DDL EVENT NOTIFICATION", "ALTER ANY EVENT NOTIFICATION"),
    ("CREATE ENDPOINT", "ALTER ANY ENDPOINT"),
    ("CREATE LOGIN", "ALTER ANY LOGIN"),
    ("CREATE SERVER ROLE", "ALTER ANY SERVER ROLE"),
    ("CREATE TRACE EVENT NOTIFICATION", "ALTER ANY EVENT NOTIFICATION"),
    ("EXTERNAL ACCESS ASSEMBLY", ""),
    ("IMPERSONATE ANY LOGIN", ""),
    ("SELECT ALL USER SECURABLES", ""),
    ("SHUTDOWN", ""),
    ("UNSAFE ASSEMBLY", ""),
    ("VIEW ANY DATABASE", "VIEW ANY DEFINITION"),
    ("VIEW ANY DEFINITION", ""),
    ("VIEW SERVER STATE", "ALTER SERVER STATE"),
];

/// Permissions of a database with what implies each: in the database (`CONTROL` where empty) and on the
/// server (`CONTROL SERVER` where empty).
const DATABASE: &[(&str, &str, &str)] = &[
    ("ALTER", "", "ALTER ANY DATABASE"),
    ("ALTER ANY APPLICATION ROLE", "ALTER", ""),
    ("ALTER ANY ASSEMBLY", "ALTER", ""),
    ("ALTER ANY ASYMMETRIC KEY", "ALTER", ""),
    ("ALTER ANY CERTIFICATE", "ALTER", ""),
    ("ALTER ANY COLUMN ENCRYPTION KEY", "ALTER", ""),
    ("ALTER ANY COLUMN MASTER KEY DEFINITION", "ALTER", ""),
    ("ALTER ANY CONTRACT", "ALTER", ""),
    ("ALTER ANY DATABASE AUDIT", "ALTER", "ALTER ANY SERVER AUDIT"),
    ("ALTER ANY DATABASE DDL TRIGGER", "ALTER", ""),
    ("ALTER ANY DATABASE EVENT NOTIFICATION", "ALTER", "ALTER ANY EVENT NOTIFICATION"),
    ("ALTER ANY DATABASE EVENT SESSION", "ALTER", "ALTER ANY EVENT SESSION"),
    ("ALTER ANY DATASPACE", "ALTER", ""),
    ("ALTER ANY EXTERNAL DATA SOURCE", "ALTER", ""),
    ("ALTER ANY EXTERNAL FILE FORMAT", "ALTER", ""),
    ("ALTER ANY FULLTEXT CATALOG", "ALTER", ""),
    ("ALTER ANY MESSAGE TYPE", "ALTER", ""),
    ("ALTER ANY REMOTE SERVICE BINDING", "ALTER", ""),
    ("ALTER ANY ROLE", "ALTER", ""),
    ("ALTER ANY ROUTE", "ALTER", ""),
    ("ALTER ANY SCHEMA", "ALTER", ""),
    ("ALTER ANY SERVICE", "ALTER", ""),
    ("ALTER ANY SYMMETRIC KEY", "ALTER", ""),
    ("ALTER ANY USER", "ALTER", ""),
    ("AUTHENTICATE", "", "AUTHENTICATE SERVER"),
    ("BACKUP DATABASE", "", ""),
    ("BACKUP LOG", "", ""),
    ("CHECKPOINT", "", ""),
    // `CONNECT ANY DATABASE` stands in the text of the page, not in its table.
    ("CONNECT", "CONNECT REPLICATION", "CONNECT ANY DATABASE"),
    ("CONNECT REPLICATION", "", ""),
    ("CONTROL", "", ""),
    ("CREATE AGGREGATE", "ALTER", ""),
    ("CREATE ASSEMBLY", "ALTER ANY ASSEMBLY", ""),
    ("CREATE ASYMMETRIC KEY", "ALTER ANY ASYMMETRIC KEY", ""),
    ("CREATE CERTIFICATE", "ALTER ANY CERTIFICATE", ""),
    ("CREATE CONTRACT", "ALTER ANY CONTRACT", ""),
    ("CREATE DATABASE", "", "CREATE ANY DATABASE"),
    (
        "CREATE DATABASE DDL EVENT NOTIFICATION",
        "ALTER ANY DATABASE EVENT NOTIFICATION",
        "CREATE DDL EVENT NOTIFICATION",
    ),
    ("CREATE DEFAULT", "ALTER", ""),
    ("CREATE FULLTEXT CATALOG", "ALTER ANY FULLTEXT CATALOG", ""),
    ("CREATE FUNCTION", "ALTER", ""),
    ("CREATE MESSAGE TYPE", "ALTER ANY MESSAGE TYPE", ""),
    ("CREATE PROCEDURE", "ALTER", ""),
    ("CREATE QUEUE", "ALTER", ""),
    ("CREATE REMOTE SERVICE BINDING", "ALTER ANY REMOTE SERVICE BINDING", ""),
    ("CREATE ROLE", "ALTER ANY ROLE", ""),
    ("CREATE ROUTE", "ALTER ANY ROUTE", ""),
    ("CREATE RULE", "ALTER", ""),
    ("CREATE SCHEMA", "ALTER ANY SCHEMA", ""),
    ("CREATE SERVICE", "ALTER ANY SERVICE", ""),
    ("CREATE SYMMETRIC KEY", "ALTER ANY SYMMETRIC KEY", ""),
    ("CREATE SYNONYM", "ALTER", ""),
    ("CREATE TABLE", "ALTER", ""),
    ("CREATE TYPE", "ALTER", ""),
    ("CREATE VIEW", "ALTER", ""),
    ("CREATE XML SCHEMA COLLECTION", "ALTER", ""),
    ("DELETE", "", ""),
    ("EXECUTE", "", ""),
    ("EXECUTE ANY EXTERNAL SCRIPT", "", ""),
    ("EXECUTE EXTERNAL SCRIPT", "EXECUTE ANY EXTERNAL SCRIPT", ""),
    ("INSERT", "", ""),
    ("KILL DATABASE CONNECTION", "", "ALTER ANY CONNECTION"),
    ("REFERENCES", "", ""),
    // Not in the table of the page, but in the text under it: it shows the data of every database that the
    // login may connect to, and its deny hides it.
    ("SELECT", "", "SELECT ALL USER SECURABLES"),
    ("SHOWPLAN", "", "ALTER TRACE"),
    ("SUBSCRIBE QUERY NOTIFICATIONS", "", ""),
    ("TAKE OWNERSHIP", "", ""),
    ("UNMASK", "", ""),
    ("UPDATE", "", ""),
    ("VIEW ANY COLUMN ENCRYPTION KEY DEFINITION", "", "VIEW ANY DEFINITION"),
    ("VIEW ANY COLUMN MASTER KEY DEFINITION", "", "VIEW ANY DEFINITION"),
    ("VIEW DATABASE STATE", "", "VIEW SERVER STATE"),
    ("VIEW DEFINITION", "", "VIEW ANY DEFINITION"),
];

/// Permissions that are asked about by name, those of the server first.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    SERVER.iter().map(|p| p.0).chain(DATABASE.iter().map(|p| p.0))
}

/// Whether a permission is one of the server.
pub(super) fn is_of_server(permission: &str) -> bool {
    SERVER.iter().any(|p| p.0.eq_ignore_ascii_case(permission.trim()))
}

/// Permissions of the server with all that imply one of them.
pub(super) fn server<'p>(permissions: impl IntoIterator<Item = &'p str>) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["CONTROL SERVER".to_owned()]);
    for permission in permissions {
        let mut name = permission.trim().to_ascii_uppercase();
        while !name.is_empty() && names.insert(name.clone()) {
            name = SERVER.iter().find(|p| p.0 == name).map_or("", |p| p.1).to_owned();
        }
    }
    names
}

/// A permission of a database with all of the database that imply it.
pub(super) fn database(permission: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["CONTROL".to_owned()]);
    let mut name = permission.trim().to_ascii_uppercase();
    while !name.is_empty() && names.insert(name.clone()) {
        name = DATABASE.iter().find(|p| p.0 == name).map_or("", |p| p.1).to_owned();
    }
    names
}

/// The permissions of the server that imply one of these of a database.
pub(super) fn of_database(names: &BTreeSet<String>) -> BTreeSet<String> {
    server(DATABASE.iter().filter(|p| names.contains(p.0)).map(|p| p.2).filter(|p| !p.is_empty()))
}

/// The permissions of a database that imply one on a schema or object in it.
pub(super) fn database_of_part(permission: &str) -> BTreeSet<String> {
    match permission.trim().to_ascii_uppercase().as_str() {
        "ALTER" => database("ALTER ANY SCHEMA"),
        // Nothing below CONTROL implies the ownership of a part.
        "TAKE OWNERSHIP" => database("CONTROL"),
        other => database(other),
    }
}

/// The roles that every server has.
pub(super) const FIXED_SERVER_ROLES: [&str; 15] = [
    "sysadmin",
    "bulkadmin",
    "dbcreator",
    "diskadmin",
    "processadmin",
    "public",
    "securityadmin",
    "serveradmin",
    "setupadmin",
    "##MS_DatabaseConnector##",
    "##MS_DatabaseManager##",
    "##MS_DefinitionReader##",
    "##MS_LoginManager##",
    "##MS_ServerStateManager##",
    "##MS_ServerStateReader##",
];

/// The roles that every database has, but for `public`, which is asked about as that of the server.
pub(super) const FIXED_DATABASE_ROLES: [&str; 9] = [
    "db_owner",
    "db_accessadmin",
    "db_backupoperator",
    "db_datareader",
    "db_datawriter",
    "db_ddladmin",
    "db_denydatareader",
    "db_denydatawriter",
    "db_securityadmin",
];

/// What a fixed server role holds. `sysadmin` is above the check.
pub(super) fn fixed_server_role(role: &str) -> &'static [&'static str] {
    match role {
        "sysadmin" => &["CONTROL SERVER"],
        "bulkadmin" => &["ADMINISTER BULK OPERATIONS"],
        "dbcreator" => &["ALTER ANY DATABASE", "CREATE ANY DATABASE"],
        "diskadmin" => &["ALTER RESOURCES"],
        "processadmin" => &["ALTER ANY CONNECTION", "ALTER SERVER STATE"],
        "securityadmin" => &["ALTER ANY LOGIN"],
        "serveradmin" => &[
            "ALTER ANY ENDPOINT",
            "ALTER RESOURCES",
            "ALTER SERVER STATE",
            "ALTER SETTINGS",
            "SHUTDOWN",
            "VIEW SERVER STATE",
        ],
        "setupadmin" => &["ALTER ANY LINKED SERVER"],
        // Since SQL Server 2022.
        "##ms_databaseconnector##" => &["CONNECT ANY DATABASE"],
        "##ms_databasemanager##" => &["ALTER ANY DATABASE", "CREATE ANY DATABASE"],
        "##ms_definitionreader##" => &["VIEW ANY DATABASE", "VIEW ANY DEFINITION"],
        "##ms_loginmanager##" => &["ALTER ANY LOGIN", "CREATE LOGIN"],
        "##ms_serverstatemanager##" => &["ALTER SERVER STATE"],
        "##ms_serverstatereader##" => &["VIEW SERVER STATE"],
        _ => &[],
    }
}

/// What a fixed database role holds.
pub(super) fn fixed_database_role(role: &str) -> &'static [&'static str] {
    match role {
        "db_owner" => &["CONTROL"],
        "db_accessadmin" => &["ALTER ANY USER", "CONNECT", "CREATE SCHEMA"],
        "db_backupoperator" => &["BACKUP DATABASE", "BACKUP LOG", "CHECKPOINT"],
        "db_datareader" => &["SELECT"],
        "db_datawriter" => &["DELETE", "INSERT", "UPDATE"],
        "db_securityadmin" => {
            &["ALTER ANY APPLICATION ROLE", "ALTER ANY ROLE", "CREATE SCHEMA", "VIEW DEFINITION"]
        }
        "db_ddladmin" => &[
            "ALTER ANY ASSEMBLY",
            "ALTER ANY ASYMMETRIC KEY",
            "ALTER ANY CERTIFICATE",
            "ALTER ANY CONTRACT",
            "ALTER ANY DATABASE DDL TRIGGER",
            "ALTER ANY DATABASE EVENT NOTIFICATION",
            "ALTER ANY DATASPACE",
            "ALTER ANY FULLTEXT CATALOG",
            "ALTER ANY MESSAGE TYPE",
            "ALTER ANY REMOTE SERVICE BINDING",
            "ALTER ANY ROUTE",
            "ALTER ANY SCHEMA",
            "ALTER ANY SERVICE",
            "ALTER ANY SYMMETRIC KEY",
            "CHECKPOINT",
            "CREATE AGGREGATE",
            "CREATE DEFAULT",
            "CREATE FUNCTION",
            "CREATE PROCEDURE",
            "CREATE QUEUE",
            "CREATE RULE",
            "CREATE SYNONYM",
            "CREATE TABLE",
            "CREATE TYPE",
            "CREATE VIEW",
            "CREATE XML SCHEMA COLLECTION",
            "REFERENCES",
        ],
        _ => &[],
    }
}

/// What a fixed database role takes away.
pub(super) fn denying_database_role(role: &str) -> &'static [&'static str] {
    match role {
        "db_denydatareader" => &["SELECT"],
        "db_denydatawriter" => &["DELETE", "INSERT", "UPDATE"],
        _ => &[],
    }
}
