//! Who holds which right in the site database.

use cmlint_model::Scope;
use cmlint_model::proof::Confidence;
use cmlint_model::views::{Principals, Securable, Sql, SqlRight};

use super::*;

const SYSADMIN: SqlRight<'static> = SqlRight::ServerRole("sysadmin");
const OWNER: SqlRight<'static> = SqlRight::DatabaseRole("db_owner");
const SELECT: SqlRight<'static> = SqlRight::Permission("SELECT");

fn ps1() -> Scope {
    Scope::database("sql01.contoso.com", "CM_PS1")
}

#[test]
fn a_connection_account_is_db_owner_itself_and_sysadmin_through_a_group() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let ask = |rid, right| sql.sql_right(&sid(rid), &ps1(), right, principals);
    assert_eq!(
        proved(&ask(SVC_MPCONN, OWNER)),
        [
            r"it is the user CONTOSO\svc-mpconn in sql01.contoso.com/cm_ps1",
            r"CONTOSO\svc-mpconn is a member of db_owner on sql01.contoso.com/cm_ps1",
        ]
    );
    let answer = ask(SVC_MPCONN, SYSADMIN);
    assert_eq!(
        proved(&answer),
        [
            r"CONTOSO\svc-mpconn is a member of CONTOSO\GG-SQL-Operators",
            r"it is the login CONTOSO\GG-SQL-Operators on sql01.contoso.com",
            r"CONTOSO\GG-SQL-Operators is a member of sysadmin on sql01.contoso.com",
        ]
    );
    let Answer::Yes(proof) = answer else { panic!() };
    assert_eq!(proof.confidence(), Confidence::High);
    let at = places(&archive, &proof);
    assert!(at[0].starts_with("directory/contoso.com.ldf"), "{at:?}");
    assert!(at[1].starts_with("sql/sql01.contoso.com/master.server_principals.csv"), "{at:?}");
    assert!(at[2].starts_with("sql/sql01.contoso.com/master.server_role_members.csv"), "{at:?}");
    // Two groups deep, and from there into the database.
    assert_eq!(proved(&ask(MOKAFOR, OWNER)).len(), 5);
    // The enrollment account owns the database and not the server; the multicast account is sysadmin itself.
    assert!(matches!(ask(SVC_ENROLL, OWNER), Answer::Yes(_)));
    assert_eq!(ask(SVC_ENROLL, SYSADMIN), Answer::No);
    assert!(matches!(ask(SVC_MCAST, SYSADMIN), Answer::Yes(_)));
    assert!(matches!(ask(CM01, SYSADMIN), Answer::Yes(_)));
    for right in [SYSADMIN, OWNER, SELECT] {
        assert_eq!(ask(DLARSEN, right), Answer::No, "{right:?}");
        assert_eq!(ask(DP01, right), Answer::No, "a login and no user: {right:?}");
    }
}

#[test]
fn permissions_of_roles_and_grants() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let ask = |rid, right| sql.sql_right(&sid(rid), &ps1(), right, principals);
    let execute = SqlRight::Permission("EXECUTE");
    // `GRANT EXECUTE` on the database to the reporting account, and `db_datareader`.
    assert_eq!(
        proved(&ask(SVC_RSP, execute)).last().map(String::as_str),
        Some("EXECUTE on sql01.contoso.com/cm_ps1 is granted to it")
    );
    assert_eq!(
        proved(&ask(SVC_RSP, SELECT)).last().map(String::as_str),
        Some("db_datareader holds SELECT on sql01.contoso.com/cm_ps1")
    );
    assert_eq!(ask(SVC_INSIGHTS, execute), Answer::No);
    assert!(matches!(ask(SVC_INSIGHTS, SqlRight::Permission("DELETE")), Answer::Yes(_)));
    let state = SqlRight::Permission("VIEW SERVER STATE");
    assert!(matches!(ask(SVC_INSIGHTS, state), Answer::Yes(_)));
    assert_eq!(ask(SVC_RSP, state), Answer::No);
    // The central site server reads the schema dbo through a local group of the database server, and no more.
    let schema = ask(CM00, SqlRight::PermissionOn("SELECT", Securable::Object("dbo.SC_UserAccount")));
    assert_eq!(
        proved(&schema),
        [
            r"CONTOSO\CM00$ is a member of the local group SQL01\ConfigMgr_DViewAccess on sql01.contoso.com",
            r"it is the user SQL01\ConfigMgr_DViewAccess in sql01.contoso.com/cm_ps1",
            "SELECT on the schema dbo of sql01.contoso.com/cm_ps1 is granted to it",
        ]
    );
    assert_eq!(ask(CM00, SELECT), Answer::No);
}

#[test]
fn everybody_who_is_sysadmin() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let found = sql.holders(&ps1(), SYSADMIN, principals);
    assert_eq!((found.unknown, found.holes), (vec![], vec![]));
    let told = found.granted.iter().map(|(who, proof)| {
        let name = who.label(principals).text;
        format!("{} {name}", proof.steps.len())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            r"2 CONTOSO\adm-hoffmann",
            r"2 CONTOSO\CM-Admins",
            r"2 CONTOSO\CM01$",
            r"2 CONTOSO\GG-SQL-Operators",
            r"2 CONTOSO\svc-mcast",
            r"2 NT SERVICE\MSSQLSERVER",
            r"2 NT SERVICE\SQLSERVERAGENT",
            r"2 NT SERVICE\SQLWriter",
            r"2 NT SERVICE\Winmgmt",
            r"3 CONTOSO\adm-lindqvist",
            r"3 CONTOSO\CM-Packagers",
            r"3 CONTOSO\svc-mpconn",
            r"4 CONTOSO\mokafor",
        ]
    );
}

#[test]
fn everybody_who_reads_the_whole_database_without_being_sysadmin() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let found = sql.holders(&ps1(), SELECT, principals);
    assert_eq!((found.unknown, found.holes), (vec![], vec![]), "nobody is one of the product's own users");
    let told: BTreeSet<String> = found
        .granted
        .iter()
        .filter(|(_, proof)| !steps(proof).iter().any(|step| step.contains("sysadmin")))
        .map(|(who, _)| who.label(principals).text)
        .collect();
    let names =
        [r"CONTOSO\CM02$", r"CONTOSO\svc-enroll", r"CONTOSO\svc-insights", r"CONTOSO\svc-rsp", "reportapp"];
    assert_eq!(told, names.map(str::to_owned).into());
}

#[test]
fn without_the_directory_a_role_of_its_own_stands_and_one_of_a_group_is_open() {
    let archive = sample("contoso");
    let mut snapshot = archive.read();
    snapshot.forget(Dataset::Directory);
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let ask = |rid, right| sql.sql_right(&sid(rid), &ps1(), right, principals);
    assert!(matches!(ask(SVC_MPCONN, OWNER), Answer::Yes(_)));
    assert_eq!(missed(&ask(SVC_MPCONN, SYSADMIN)), [Dataset::Directory].into());
}

#[test]
fn the_hardened_connection_account_is_in_its_role_and_nothing_else() {
    let archive = sample("contoso-hardened");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let local: Sid = "S-1-5-21-2564091833-1027733540-637819204-1006".parse().unwrap();
    let (roles, holes) = sql.database_roles(&local, &ps1(), principals);
    assert_eq!(holes, []);
    assert_eq!(roles.keys().collect::<Vec<_>>(), ["smsdbrole_mp"]);
    for right in [SYSADMIN, OWNER, SELECT] {
        assert_eq!(sql.sql_right(&local, &ps1(), right, principals), Answer::No, "{right:?}");
    }
}

#[test]
fn members_of_a_role_are_told_apart_from_those_who_may_do_more() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let (sql, principals) = (view::<Sql<'_>>(&views), view::<Principals<'_>>(&views));
    let told = |at: &Scope, role| {
        let (found, holes) = sql.members(at, role);
        assert_eq!(holes, []);
        found.into_iter().map(|(who, _)| who.label(principals).text).collect::<BTreeSet<_>>()
    };
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
    let owners = [r"CONTOSO\CM01$", r"CONTOSO\CM02$", r"CONTOSO\svc-enroll", r"CONTOSO\svc-mpconn", "dbo"];
    assert_eq!(told(&ps1(), "db_owner"), names(&owners));
    let mp = [r"CONTOSO\MP01$", r"CONTOSO\RS01$", r"CONTOSO\svc-mpconn"];
    assert_eq!(told(&ps1(), "smsdbrole_MP"), names(&mp));
    let security = told(&Scope::database("sql01.contoso.com", "master"), "securityadmin");
    assert_eq!(security, names(&[r"CONTOSO\CM01$"]));
}
