//! One server `sql.corp.example` with one database `cm`; Anna is in Team, and Team is in DBA.

mod world;

use world::{ANNA, DBA, Server, TEAM, cm, master};

use super::*;
use crate::rows::SqlServerPermission;
use crate::views::testing::{missed, proved, sid};

const SYSADMIN: SqlRight<'static> = SqlRight::ServerRole("sysadmin");
const OWNER: SqlRight<'static> = SqlRight::DatabaseRole("db_owner");
const SELECT: SqlRight<'static> = SqlRight::Permission("SELECT");

/// Anna is a login and a user.
fn anna() -> Server {
    Server::new().login(259, r"CORP\anna", ANNA).user(5, r"CORP\anna", ANNA)
}

#[test]
fn a_login_without_rights_has_none() {
    for right in [SYSADMIN, OWNER, SELECT, SqlRight::Permission("CONTROL SERVER")] {
        assert_eq!(anna().ask(right), Answer::No, "{right:?}");
    }
}

#[test]
fn a_group_of_a_group_is_a_login_in_a_role_of_a_role() {
    let answer = Server::new()
        .group_login(300, r"CORP\DBA", DBA)
        .server_principal(301, "operators", "SERVER_ROLE", None, false)
        .in_server_role((300, r"CORP\DBA"), (301, "operators"))
        .in_server_role((301, "operators"), (3, "sysadmin"))
        .ask(SYSADMIN);
    assert_eq!(
        proved(&answer),
        [
            r"CORP\anna is a member of CORP\Team",
            r"CORP\Team is a member of CORP\DBA",
            r"it is the login CORP\DBA on sql.corp.example",
            r"CORP\DBA is a member of operators on sql.corp.example",
            "operators is a member of sysadmin on sql.corp.example",
        ]
    );
}

#[test]
fn sysadmin_implies_every_role_and_permission_whatever_is_denied() {
    let sysadmin = || {
        Server::new()
            .login(259, r"CORP\anna", ANNA)
            .in_server_role((259, r"CORP\anna"), (3, "sysadmin"))
            .user(5, r"CORP\anna", ANNA)
            .denies(5, "SELECT")
            .denies(5, "CONNECT")
    };
    for right in
        [OWNER, SELECT, SqlRight::ServerRole("securityadmin"), SqlRight::Permission("CONTROL SERVER")]
    {
        assert!(matches!(sysadmin().ask(right), Answer::Yes(_)), "{right:?}");
    }
}

#[test]
fn control_server_acts_as_sysadmin_with_less_confidence_unless_acting_is_denied() {
    let control = || anna().on_server(259, "GRANT CONTROL SERVER");
    let Answer::Yes(proof) = control().ask(SYSADMIN) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::Medium);
    let Answer::Yes(proof) = control().ask(SELECT) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::High);
    let denied = || control().on_server(259, "DENY IMPERSONATE ANY LOGIN");
    assert_eq!(denied().ask(SYSADMIN), Answer::No);
    assert!(matches!(denied().ask(SELECT), Answer::Yes(_)));
    // It is let in without being a user.
    let stranger = Server::new().login(259, r"CORP\anna", ANNA).on_server(259, "GRANT CONTROL SERVER");
    assert!(matches!(stranger.ask(SELECT), Answer::Yes(_)));
}

#[test]
fn acting_as_a_single_login_leaves_open_what_it_brings() {
    let mut server = anna();
    let row = server.row(259, "GRANT IMPERSONATE", "SERVER_PRINCIPAL", None);
    server.0.put(&master(), SqlServerPermission(row));
    assert_eq!(missed(&server.ask(SYSADMIN)), [Dataset::SqlServerPermission].into());
    let as_user = || anna().on(5, "GRANT IMPERSONATE", "DATABASE_PRINCIPAL", Some("boss"));
    assert_eq!(missed(&as_user().ask(OWNER)), [Dataset::SqlDatabasePermission].into());
    assert_eq!(as_user().ask(SYSADMIN), Answer::No, "a user is nobody on the server");
    // Where the right is there anyway it does not matter.
    assert!(matches!(as_user().grants(5, "SELECT").ask(SELECT), Answer::Yes(_)));
}

#[test]
fn database_roles_nest_and_db_owner_implies_the_others() {
    let answer = anna()
        .principal(20, "smsdbrole_siteserver", "DATABASE_ROLE", None)
        .in_role((5, r"CORP\anna"), (20, "smsdbrole_siteserver"))
        .in_role((20, "smsdbrole_siteserver"), (16384, "db_owner"))
        .ask(SqlRight::DatabaseRole("smsdbrole_MP"));
    assert_eq!(
        proved(&answer),
        [
            r"it is the user CORP\anna in sql.corp.example/cm",
            r"CORP\anna is a member of smsdbrole_siteserver on sql.corp.example/cm",
            "smsdbrole_siteserver is a member of db_owner on sql.corp.example/cm",
            "db_owner implies smsdbrole_MP",
        ]
    );
}

#[test]
fn control_on_the_database_counts_as_db_owner() {
    assert!(matches!(anna().grants(5, "CONTROL").ask(OWNER), Answer::Yes(_)));
    assert_eq!(anna().grants(5, "CONTROL").denies(5, "CONTROL").ask(OWNER), Answer::No);
}

#[test]
fn the_owner_of_the_database_is_dbo_and_no_deny_touches_it() {
    let owner = || Server::new().login(259, r"CORP\anna", ANNA).owner(ANNA, None).denies(0, "SELECT");
    assert!(matches!(owner().ask(OWNER), Answer::Yes(_)));
    assert!(matches!(owner().ask(SELECT), Answer::Yes(_)));
    assert_eq!(owner().ask(SYSADMIN), Answer::No);
    // Only who can log in owns anything.
    assert_eq!(Server::new().owner(ANNA, None).ask(OWNER), Answer::No);
}

#[test]
fn a_deny_wins_over_every_grant_and_over_membership_in_db_owner() {
    let reader = || anna().in_role((5, r"CORP\anna"), (16390, "db_datareader"));
    assert!(matches!(reader().ask(SELECT), Answer::Yes(_)));
    for denied in [
        reader().denies(5, "SELECT"),
        reader().denies(5, "CONTROL"),
        reader().denies(0, "SELECT"),
        reader().denies(5, "CONNECT"),
        reader().on_server(259, "DENY SELECT ALL USER SECURABLES"),
        reader().in_role((5, r"CORP\anna"), (16392, "db_denydatareader")),
        anna().in_role((5, r"CORP\anna"), (16384, "db_owner")).denies(5, "SELECT"),
    ] {
        assert_eq!(denied.ask(SELECT), Answer::No);
    }
    // The role is held all the same.
    let owner = anna().in_role((5, r"CORP\anna"), (16384, "db_owner")).denies(5, "SELECT");
    assert!(matches!(owner.ask(OWNER), Answer::Yes(_)));
}

#[test]
fn a_deny_of_a_group_that_may_be_ones_own_leaves_a_grant_open() {
    let server = || {
        anna().grants(5, "SELECT").principal(6, r"CORP\DBA", "WINDOWS_GROUP", Some(DBA)).denies(6, "SELECT")
    };
    assert_eq!(server().ask(SELECT), Answer::No);
    assert_eq!(missed(&server().without(Dataset::Directory).ask(SELECT)), [Dataset::Directory].into());
    // A hole in the memberships of somebody is none where no group has a say.
    assert!(matches!(anna().grants(5, "SELECT").without(Dataset::Directory).ask(SELECT), Answer::Yes(_)));
    assert_eq!(anna().without(Dataset::Directory).ask(SELECT), Answer::No);
}

#[test]
fn a_grant_that_may_be_handed_on_is_a_grant() {
    let answer = anna().on(5, "GRANT_WITH_GRANT_OPTION EXECUTE", "DATABASE", None);
    assert!(matches!(answer.ask(SqlRight::Permission("execute")), Answer::Yes(_)));
}

#[test]
fn a_part_of_the_database_is_asked_about_by_itself() {
    use Securable::{Anything, Object, Schema};
    let on = |part| SqlRight::PermissionOn("SELECT", part);
    let schema = || anna().on(5, "GRANT SELECT", "SCHEMA", Some("dbo"));
    assert_eq!(schema().ask(SELECT), Answer::No, "not on the whole");
    for part in [Schema("dbo"), Object("dbo.SC_UserAccount"), Anything] {
        assert!(matches!(schema().ask(on(part)), Answer::Yes(_)), "{part:?}");
    }
    let denied = || schema().on(5, "DENY SELECT", "OBJECT_OR_COLUMN", Some("SC_UserAccount"));
    // The deny may be about one column only.
    assert_eq!(
        missed(&denied().ask(on(Object("dbo.SC_UserAccount")))),
        [Dataset::SqlDatabasePermission].into()
    );
    assert!(matches!(denied().ask(on(Object("dbo.Other"))), Answer::Yes(_)));
    assert!(matches!(denied().ask(on(Anything)), Answer::Yes(_)));
    let object = || anna().on(5, "GRANT SELECT", "OBJECT_OR_COLUMN", Some("v_R_System"));
    assert!(matches!(object().ask(on(Object("dbo.v_R_System"))), Answer::Yes(_)));
    assert_eq!(object().ask(on(Object("dbo.SC_UserAccount"))), Answer::No);
    assert!(matches!(object().ask(on(Anything)), Answer::Yes(_)));
    // Above a part stands the database.
    assert_eq!(object().denies(5, "SELECT").ask(on(Anything)), Answer::No);
    assert!(matches!(anna().grants(5, "SELECT").ask(on(Object("x.y"))), Answer::Yes(_)));
    // Who owns another schema than dbo is not collected.
    assert!(matches!(anna().ask(on(Schema("sales"))), Answer::Unknown(_)));
}

#[test]
fn a_row_that_does_not_name_its_schema_leaves_open_which_one_it_is() {
    let server = || anna().on(5, "GRANT SELECT", "SCHEMA", None);
    let on = SqlRight::PermissionOn("SELECT", Securable::Schema("dbo"));
    assert_eq!(missed(&server().ask(on)), [Dataset::SqlDatabasePermission].into());
    let anywhere = SqlRight::PermissionOn("SELECT", Securable::Anything);
    assert!(matches!(server().ask(anywhere), Answer::Yes(_)));
}

#[test]
fn a_disabled_login_lets_nobody_in_and_leaves_open_whether_a_group_does() {
    let disabled = || {
        Server::new()
            .server_principal(259, r"CORP\anna", "WINDOWS_LOGIN", Some(ANNA), true)
            .in_server_role((259, r"CORP\anna"), (3, "sysadmin"))
    };
    assert_eq!(disabled().ask(SYSADMIN), Answer::No);
    let user = disabled().user(5, r"CORP\anna", ANNA).in_role((5, r"CORP\anna"), (16384, "db_owner"));
    assert_eq!(user.owner(DBA, Some(false)).ask(OWNER), Answer::No);
    let group = disabled().group_login(300, r"CORP\Team", TEAM).in_server_role((300, "x"), (3, "sysadmin"));
    assert_eq!(missed(&group.ask(SYSADMIN)), [Dataset::SqlServerPrincipal].into());
}

#[test]
fn a_user_without_a_login_gets_in_only_where_the_database_is_contained() {
    let orphan = || Server::new().user(5, r"CORP\anna", ANNA).in_role((5, r"CORP\anna"), (16384, "db_owner"));
    assert_eq!(orphan().owner(DBA, Some(false)).ask(OWNER), Answer::No);
    assert!(matches!(orphan().owner(DBA, Some(true)).ask(OWNER), Answer::Yes(_)));
    assert_eq!(missed(&orphan().owner(DBA, None).ask(OWNER)), [Dataset::SqlDatabase].into());
    // A login of a group is a login.
    assert!(matches!(orphan().group_login(300, r"CORP\DBA", DBA).ask(OWNER), Answer::Yes(_)));
}

#[test]
fn guest_lets_in_who_is_no_user() {
    let stranger = || Server::new().login(259, r"CORP\anna", ANNA).grants(0, "SELECT");
    assert_eq!(stranger().ask(SELECT), Answer::No);
    assert!(matches!(stranger().grants(2, "CONNECT").ask(SELECT), Answer::Yes(_)));
    assert_eq!(Server::new().grants(0, "SELECT").grants(2, "CONNECT").ask(SELECT), Answer::No, "no login");
}

#[test]
fn what_was_not_collected_is_never_a_no() {
    for (right, dataset) in [
        (SYSADMIN, Dataset::SqlServerPrincipal),
        (SYSADMIN, Dataset::SqlServerRoleMember),
        (SYSADMIN, Dataset::SqlServerPermission),
        (OWNER, Dataset::SqlDatabase),
        (OWNER, Dataset::SqlDatabasePrincipal),
        (OWNER, Dataset::SqlDatabaseRoleMember),
        (OWNER, Dataset::SqlDatabasePermission),
        (SELECT, Dataset::SqlDatabasePermission),
    ] {
        assert!(missed(&anna().without(dataset).ask(right)).contains(&dataset), "{right:?} {dataset:?}");
    }
    // A role that was read stands; a permission could be denied.
    let owner = || anna().in_role((5, r"CORP\anna"), (16384, "db_owner"));
    assert!(matches!(owner().without(Dataset::SqlDatabasePermission).ask(OWNER), Answer::Yes(_)));
    assert!(matches!(owner().without(Dataset::SqlDatabasePermission).ask(SELECT), Answer::Unknown(_)));
}

#[test]
fn a_login_of_another_collation_is_recognised_by_its_sid_or_else_by_its_name() {
    let server = Server::new()
        .server_principal(259, r"corp\ANNA", "WINDOWS_LOGIN", None, false)
        .in_server_role((259, r"corp\ANNA"), (3, "sysadmin"));
    let Answer::Yes(proof) = server.ask(SYSADMIN) else { panic!() };
    assert_eq!(proof.confidence(), Confidence::Medium);
    let nobody = Server::new()
        .server_principal(259, r"OTHER\boris", "WINDOWS_LOGIN", None, false)
        .in_server_role((259, r"OTHER\boris"), (3, "sysadmin"));
    assert_eq!(missed(&nobody.ask(SYSADMIN)), [Dataset::Domain].into());
}

#[test]
fn the_roles_of_an_account_are_those_it_is_in_and_not_those_it_could_take() {
    let snapshot = anna()
        .in_server_role((259, r"CORP\anna"), (3, "sysadmin"))
        .in_role((5, r"CORP\anna"), (16390, "db_datareader"))
        .close();
    let principals = Principals::build(&snapshot);
    let (roles, holes) = Sql::build(&snapshot).database_roles(&sid(ANNA), &cm(), &principals);
    assert_eq!(roles.keys().collect::<Vec<_>>(), ["db_datareader"]);
    assert_eq!(holes, []);
}

#[test]
fn holders_are_named_once_by_what_gives_them_the_right() {
    let snapshot = Server::new()
        .login(259, r"CORP\anna", ANNA)
        .group_login(300, r"CORP\DBA", DBA)
        .in_server_role((300, r"CORP\DBA"), (3, "sysadmin"))
        .in_server_role((1, "sa"), (3, "sysadmin"))
        .server_principal(400, "app", "SQL_LOGIN", None, false)
        .in_server_role((400, "app"), (3, "sysadmin"))
        .on_server(2, "GRANT VIEW SERVER STATE")
        .close();
    let principals = Principals::build(&snapshot);
    let sql = Sql::build(&snapshot);
    let names = |right| {
        let found = sql.holders(&cm(), right, &principals);
        assert_eq!((found.unknown, found.holes), (vec![], vec![]));
        found.granted.into_iter().map(|(who, _)| who.label(&principals).text).collect::<Vec<_>>()
    };
    // `sa` is disabled.
    assert_eq!(names(SYSADMIN), ["app", r"CORP\DBA", r"CORP\Team", r"CORP\anna"]);
    let view = SqlRight::Permission("VIEW SERVER STATE");
    assert_eq!(names(view), ["public", "app", r"CORP\DBA", r"CORP\Team", r"CORP\anna"]);
}

#[test]
fn the_product_puts_its_own_roles_into_others() {
    assert!(ProductRole::puts("SMSDBROLE_SITESERVER", "db_owner"));
    assert!(ProductRole::puts("smsdbuser_ReadWrite", "db_datawriter"));
    assert!(!ProductRole::puts("smsdbrole_MP", "db_owner"));
    assert_eq!(
        product_role("smsdbrole_mp").map(|r| r.member),
        Some(RoleMember::Hosts(&["SMS Management Point"]))
    );
}

#[test]
fn a_right_is_known_by_its_name_in_any_case() {
    let snapshot = anna().principal(30, "auditors", "DATABASE_ROLE", None).close();
    let sql = Sql::build(&snapshot);
    let named = |name| sql.right_named(&cm(), None, name);
    assert_eq!(named("DB_Owner"), Ok(SqlRight::DatabaseRole("DB_Owner")));
    assert_eq!(named("Auditors"), Ok(SqlRight::DatabaseRole("Auditors")));
    assert_eq!(named("sysadmin"), Ok(SqlRight::ServerRole("sysadmin")));
    assert_eq!(named("select"), Ok(SqlRight::Permission("select")));
    assert_eq!(named("control server"), Ok(SqlRight::Permission("control server")));
    assert!(named("auditor").unwrap_err().contains("auditors"));
    // On a part of the database nobody holds a role.
    let part = Securable::Object("dbo.SC_UserAccount");
    assert_eq!(sql.right_named(&cm(), Some(part), "SELECT"), Ok(SqlRight::PermissionOn("SELECT", part)));
    assert!(!sql.right_named(&cm(), Some(part), "db_owner").unwrap_err().contains("CONTROL SERVER"));
    assert_eq!(sql.places(), [cm(), master()].into());
}

#[test]
fn who_could_be_hidden_is_said_once_or_by_name() {
    let holders = |server: Server| {
        let snapshot = server.close();
        let principals = Principals::build(&snapshot);
        let found = Sql::build(&snapshot).holders(&cm(), SYSADMIN, &principals);
        let unknown = found.unknown.iter().map(|(who, _)| who.label(&principals).text).collect::<Vec<_>>();
        (found.granted.len(), unknown, crate::views::testing::datasets(&found.holes))
    };
    let group =
        || Server::new().group_login(300, r"CORP\DBA", DBA).in_server_role((300, "x"), (3, "sysadmin"));
    assert_eq!(holders(group()), (3, vec![], [].into()));
    // The group has it, who is in it is not known.
    let (granted, _, holes) = holders(group().without(Dataset::Directory));
    assert_eq!((granted, holes), (1, [Dataset::Directory].into()));
    // Without the logins nobody is named one by one.
    let (granted, unknown, holes) = holders(group().without(Dataset::SqlServerPrincipal));
    assert_eq!((granted, unknown), (0, vec![]));
    assert!(holes.contains(&Dataset::SqlServerPrincipal), "{holes:?}");
}
