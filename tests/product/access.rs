//! `why` and `who-can` on the weak sample: every line below was checked by hand against its files.

use crate::program::{cmlint, root, scratch};

fn json(args: &[&str]) -> (i32, serde_json::Value) {
    let mut all = args.to_vec();
    all.extend(["-o", "json"]);
    let said = cmlint(&all);
    let value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", said.all()));
    (said.code, value)
}

/// Names of those who have a right, those with the shortest way first and in alphabetical order within one
/// length, and that nothing could hide more.
fn names(right: &str, on: &str) -> Vec<String> {
    let (code, answer) = json(&["who-can", "snapshots/contoso", right, "--on", on]);
    assert_eq!(code, 0, "{answer:#}");
    assert_eq!((&answer["unknown"], &answer["gaps"]), (&serde_json::json!([]), &serde_json::json!([])));
    told(&answer)
}

fn told(answer: &serde_json::Value) -> Vec<String> {
    answer["granted"].as_array().unwrap().iter().map(|h| h["name"].as_str().unwrap().to_owned()).collect()
}

/// Who is in Domain Admins by contoso.com.ldf, in the order of the length of the way: adm-castell,
/// Administrator and GG-Server-Automation are members; GG-Deployment-Automation is in the last of these,
/// GG-Push-Accounts in that one, and svc-clientpush in that.
const DOMAIN_ADMINS: [&str; 7] = [
    r"CONTOSO\Domain Admins",
    r"CONTOSO\adm-castell",
    r"CONTOSO\Administrator",
    r"CONTOSO\GG-Server-Automation",
    r"CONTOSO\GG-Deployment-Automation",
    r"CONTOSO\GG-Push-Accounts",
    r"CONTOSO\svc-clientpush",
];

#[test]
fn full_control_of_system_management() {
    // contoso.com.ldf, CN=System Management: all bits (CCDCLCSWRPWPDTLOCRSDRCWDWO) for RID 1107 (CM01$), RID
    // 1218 (svc-adforest), DA, SY and, inherited, EA. The entry of BA leaves out DC and DT, that of AU is for
    // reading. Enterprise Admins has one member, Administrator, who is in Domain Admins too. The server of the
    // central site (RID 1105) has no entry.
    let [domain_admins, nested @ ..] = DOMAIN_ADMINS;
    let mut expected = vec![
        r"CONTOSO\CM01$",
        domain_admins,
        r"CONTOSO\Enterprise Admins",
        r"CONTOSO\svc-adforest",
        r"NT AUTHORITY\SYSTEM",
    ];
    expected.extend(nested);
    assert_eq!(names("Full Control", "System Management"), expected);
}

#[test]
fn remote_enable_on_the_provider_namespace_is_open_to_everybody_who_signs_in() {
    // cm02 acl.csv, root\SMS: WP (0x20, Remote Enable) for RID 1002 of CM02 (SMS Admins), AU and BA, not for
    // NS and LS (CCDCRP). Authenticated Users stands for everybody and is not spelt out. groups.json of cm02:
    // SMS Admins holds adm-hoffmann, CM-Admins, CM-ServiceDesk, svc-osd, svc-insights,
    // GG-Workplace-Engineering, CM01$, tvaldez and WKS-0207$; Administrators holds the local Administrator,
    // Domain Admins, and CM-Admins, adm-hoffmann and CM01$ once more. contoso.com.ldf: adm-lindqvist is in
    // CM-Admins, jreuter and smehta in CM-ServiceDesk, mokafor and GG-Workplace-Contractors in
    // GG-Workplace-Engineering, pnovak in the latter.
    let expected = [
        r"BUILTIN\Administrators",
        r"CM02\SMS Admins",
        r"NT AUTHORITY\Authenticated Users",
        r"CM02\Administrator",
        r"CONTOSO\adm-hoffmann",
        r"CONTOSO\CM-Admins",
        r"CONTOSO\CM-ServiceDesk",
        r"CONTOSO\CM01$",
        r"CONTOSO\Domain Admins",
        r"CONTOSO\GG-Workplace-Engineering",
        r"CONTOSO\svc-insights",
        r"CONTOSO\svc-osd",
        r"CONTOSO\tvaldez",
        r"CONTOSO\WKS-0207$",
        r"CONTOSO\adm-castell",
        r"CONTOSO\adm-lindqvist",
        r"CONTOSO\Administrator",
        r"CONTOSO\GG-Server-Automation",
        r"CONTOSO\GG-Workplace-Contractors",
        r"CONTOSO\jreuter",
        r"CONTOSO\mokafor",
        r"CONTOSO\smehta",
        r"CONTOSO\GG-Deployment-Automation",
        r"CONTOSO\pnovak",
        r"CONTOSO\GG-Push-Accounts",
        r"CONTOSO\svc-clientpush",
    ];
    assert_eq!(names("Remote Enable", r"cm02:root\SMS"), expected);
}

#[test]
fn writers_of_the_inboxes() {
    // cm01 acl.csv, inboxes: FA for SY and BA, Modify (0x1301bf) for RID 1003 of CM01
    // (SMS_SiteSystemToSiteServerConnection_MP_PS1); 1004 and 1005 may read (0x1200a9). groups.json of cm01:
    // MP01$ and mokafor are in the group; Administrators holds the local Administrator, Domain Admins,
    // CM-Admins, adm-hoffmann and CM00$. contoso.com.ldf: adm-lindqvist is in CM-Admins.
    let expected = [
        r"BUILTIN\Administrators",
        r"CM01\SMS_SiteSystemToSiteServerConnection_MP_PS1",
        r"NT AUTHORITY\SYSTEM",
        r"CM01\Administrator",
        r"CONTOSO\adm-hoffmann",
        r"CONTOSO\CM-Admins",
        r"CONTOSO\CM00$",
        r"CONTOSO\Domain Admins",
        r"CONTOSO\mokafor",
        r"CONTOSO\MP01$",
        r"CONTOSO\adm-castell",
        r"CONTOSO\adm-lindqvist",
        r"CONTOSO\Administrator",
        r"CONTOSO\GG-Server-Automation",
        r"CONTOSO\GG-Deployment-Automation",
        r"CONTOSO\GG-Push-Accounts",
        r"CONTOSO\svc-clientpush",
    ];
    assert_eq!(names("Modify", r"cm01:C:\Program Files\Microsoft Configuration Manager\inboxes"), expected);
}

#[test]
fn owners_of_the_site_database() {
    // CM_PS1.database_role_members.csv: in db_owner are svc-enroll, svc-mpconn, smsdbrole_siteprovider (with
    // CM01$ and CM02$), smsdbrole_siteserver (with CM01$), smsdbrole_DWSS (empty) and dbo. dbo is sa, which is
    // disabled (master.server_principals.csv). master.server_role_members.csv: sysadmin, who may everything,
    // are adm-hoffmann, CM-Admins, CM01$, four services, GG-SQL-Operators and svc-mcast. contoso.com.ldf:
    // adm-lindqvist is in CM-Admins; CM-Packagers and svc-mpconn are in GG-SQL-Operators, mokafor is in the
    // former. Nobody is granted CONTROL or CONTROL SERVER (the two files of permissions).
    let expected = [
        r"CONTOSO\svc-enroll",
        r"CONTOSO\svc-mpconn",
        r"CONTOSO\adm-hoffmann",
        r"CONTOSO\CM-Admins",
        r"CONTOSO\CM01$",
        r"CONTOSO\CM02$",
        r"CONTOSO\GG-SQL-Operators",
        r"CONTOSO\svc-mcast",
        r"NT SERVICE\MSSQLSERVER",
        r"NT SERVICE\SQLSERVERAGENT",
        r"NT SERVICE\SQLWriter",
        r"NT SERVICE\Winmgmt",
        r"CONTOSO\adm-lindqvist",
        r"CONTOSO\CM-Packagers",
        r"CONTOSO\mokafor",
    ];
    for on in ["sql:sql01/CM_PS1", "sql:sql01.contoso.com/cm_ps1", "CM_PS1", r"sql:SQL01\MSSQLSERVER/CM_PS1"]
    {
        assert_eq!(names("db_owner", on), expected, "{on}");
    }
    // A member of db_owner has CONTROL; no deny speaks against it.
    let sorted = |names: &[String]| names.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    let expected = expected.map(str::to_owned);
    assert_eq!(sorted(&names("CONTROL", "CM_PS1")), sorted(&expected));
}

#[test]
fn readers_of_a_schema_of_the_site_database() {
    // CM_PS1.database_permissions.csv grants SELECT on the schema dbo to SQL01\ConfigMgr_DViewAccess, in which
    // CM00$ and SQL00$ are (groups.json of sql01); db_datareader is held by svc-rsp, svc-insights and the SQL
    // login reportapp (CM_PS1.database_role_members.csv; smsdbuser_ReadOnly and smsdbuser_ReadWrite have no
    // login). The owners of the database do it too.
    let dbo = names("SELECT", "sql:sql01/CM_PS1/dbo");
    assert_eq!(dbo[0], r"SQL01\ConfigMgr_DViewAccess");
    let owners = names("db_owner", "CM_PS1");
    let mut others: Vec<&str> = dbo.iter().filter(|n| !owners.contains(n)).map(String::as_str).collect();
    others.sort_unstable();
    let expected = [
        r"CONTOSO\CM00$",
        r"CONTOSO\SQL00$",
        r"CONTOSO\svc-insights",
        r"CONTOSO\svc-rsp",
        r"SQL01\ConfigMgr_DViewAccess",
        "reportapp",
    ];
    assert_eq!(others, expected);
}

#[test]
fn who_modifies_collections_and_who_deploys_to_one() {
    // SMS_Role.json, ObjectTypeID 1: bit 1 (Modify) and bit 20 (Deploy Applications) are in the masks of Full
    // Administrator (2147483367), Operations Administrator (held by nobody), Application Administrator
    // (1070215) and the role of Patch My PC (563089507). SMS_Admin.json: Full Administrator on All Systems for
    // adm-hoffmann, CM-Admins and svc-insights, Application Administrator on All Workstations for
    // CM-Packagers. contoso.com.ldf: adm-lindqvist is in CM-Admins, mokafor in CM-Packagers.
    let expected = [
        r"CONTOSO\adm-hoffmann",
        r"CONTOSO\CM-Admins",
        r"CONTOSO\CM-Packagers",
        r"CONTOSO\svc-insights",
        r"CONTOSO\adm-lindqvist",
        r"CONTOSO\mokafor",
    ];
    assert_eq!(names("Modify", "configmgr:Collection"), expected);
    assert_eq!(names("Modify", "Collection"), expected);
    // Nobody modifies a collection through its own assignment: of All Workstations the packagers do not.
    let set = |on: &str| names("Modify", on).into_iter().collect::<std::collections::BTreeSet<_>>();
    let packagers = [r"CONTOSO\CM-Packagers", r"CONTOSO\mokafor"].map(str::to_owned);
    let mut rest = expected.map(str::to_owned).into_iter().collect::<std::collections::BTreeSet<_>>();
    // SMS_Collection.json: Pilot Workstations is limited to All Workstations.
    assert_eq!(set("configmgr:Collection/Pilot Workstations"), rest);
    rest.retain(|name| !packagers.contains(name));
    assert_eq!(set("configmgr:Collection/PS100012"), rest);
    // All Desktop and Server Clients lies beside it, under All Systems.
    let deploys = names("Deploy Applications", "configmgr:Collection/SMSDM003");
    assert_eq!(deploys.into_iter().collect::<std::collections::BTreeSet<_>>(), rest);
}

#[test]
fn the_proof_of_a_permission_names_role_and_collection() {
    let (code, answer) = json(&[
        "why",
        "snapshots/contoso",
        "--who",
        "jreuter",
        "--can",
        "Remote Control",
        "--on",
        "configmgr:Collection/Pilot Workstations",
    ]);
    assert_eq!(code, 0, "{answer:#}");
    let steps: Vec<_> =
        answer["proof"].as_array().unwrap().iter().map(|s| [&s["text"], &s["path"]]).collect();
    let expected = serde_json::json!([
        [r"`CONTOSO\jreuter` is a member of `CONTOSO\CM-ServiceDesk`", "directory/contoso.com.ldf"],
        [r"`CONTOSO\CM-ServiceDesk` is an administrative user", "site/SMS_Admin.json"],
        [
            r"`CONTOSO\CM-ServiceDesk` holds the role `Remote Tools Operator` on the collection `All Workstations`",
            "site/SMS_Admin.json"
        ],
        ["the role `Remote Tools Operator` grants Remote Control on Collection", "site/SMS_Role.json"],
        ["the collection `Pilot Workstations` is limited to `All Workstations`", "site/SMS_Collection.json"]
    ]);
    assert_eq!(serde_json::json!(steps), expected);
    assert_eq!(answer["confidence"], "high");
}

#[test]
fn a_way_of_four_steps_leads_through_three_files() {
    let (code, answer) =
        json(&["why", "snapshots/contoso", "--who", "pnovak", "--can", "Modify", "--on", r"OSD\bin\x64"]);
    assert_eq!((code, &answer["answer"]), (0, &serde_json::json!("yes")));
    let steps = answer["proof"].as_array().unwrap();
    assert_eq!(steps.len(), 4, "{steps:#?}");
    let files: std::collections::BTreeSet<&str> = steps.iter().map(|s| s["path"].as_str().unwrap()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for step in steps {
        let text =
            std::fs::read_to_string(root().join("snapshots/contoso").join(step["path"].as_str().unwrap()))
                .unwrap();
        assert!(text.lines().count() >= step["line"].as_u64().unwrap() as usize);
    }
}

#[test]
fn no_and_unknown_are_told_apart() {
    let (code, answer) = json(&[
        "why",
        "snapshots/contoso",
        "--who",
        r"CONTOSO\dlarsen",
        "--can",
        "Modify",
        "--on",
        r"OSD\bin\x64",
    ]);
    assert_eq!((code, &answer["answer"]), (1, &serde_json::json!("no")));
}

/// The sample without the file of the directory: the groups of Active Directory and their members.
fn without_groups() -> std::path::PathBuf {
    let folder = scratch(&format!("no-directory-{:?}", std::thread::current().id()));
    for entry in walkdir::WalkDir::new(root().join("snapshots/contoso")) {
        let entry = entry.unwrap();
        let inner = entry.path().strip_prefix(root().join("snapshots/contoso")).unwrap();
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(folder.join(inner)).unwrap();
        } else if inner.extension().is_none_or(|e| e != "ldf") {
            std::fs::copy(entry.path(), folder.join(inner)).unwrap();
        }
    }
    folder
}

fn datasets(gaps: &serde_json::Value) -> std::collections::BTreeSet<&str> {
    gaps.as_array().unwrap().iter().map(|gap| gap["dataset"].as_str().unwrap()).collect()
}

#[test]
fn without_the_groups_of_the_directory_it_cannot_be_told() {
    let folder = without_groups();
    let folder = folder.to_str().unwrap();
    // svc-rsp, who is in no group that matters, and of whom only the SID is left.
    let who = "S-1-5-21-2087394612-1164239578-3302857941-1215";
    for (can, on) in [
        ("Modify", r"OSD\bin\x64"),
        ("Remote Enable", r"cm01:root\SMS"),
        ("sysadmin", "sql:sql01/CM_PS1"),
        ("db_owner", "CM_PS1"),
        ("EXECUTE", "sql:sql01/CM_PS1/dbo.SC_UserAccount"),
        ("Deploy Applications", "configmgr:Collection"),
        ("Read", "configmgr:Application/Default"),
    ] {
        let (code, answer) = json(&["why", folder, "--who", who, "--can", can, "--on", on]);
        let expected = if can == "EXECUTE" { (0, "yes") } else { (3, "unknown") };
        assert_eq!((code, answer["answer"].as_str().unwrap()), expected, "{can}: {answer:#}");
        if code == 3 {
            assert_eq!(datasets(&answer["gaps"]), ["directory"].into(), "{can}: {answer:#}");
        }
    }
}

#[test]
fn without_the_groups_of_the_directory_a_list_names_them_and_what_hides_their_members() {
    let folder = without_groups();
    for (right, on, group) in [
        ("sysadmin", "CM_PS1", r"CONTOSO\GG-SQL-Operators"),
        ("Modify", "configmgr:Collection", r"CONTOSO\CM-Packagers"),
        ("Modify", r"cm01:C:\Program Files\Microsoft Configuration Manager\inboxes", r"CONTOSO\CM-Admins"),
    ] {
        let (code, answer) = json(&["who-can", folder.to_str().unwrap(), right, "--on", on]);
        assert_eq!(code, 3, "{answer:#}");
        let granted = told(&answer);
        assert!(granted.iter().any(|name| name == group), "{granted:?}");
        assert!(!granted.iter().any(|name| name.ends_with("mokafor") && on == "CM_PS1"), "{granted:?}");
        assert_eq!(datasets(&answer["gaps"]), ["directory"].into());
    }
}

#[test]
fn misspelt_names_rights_and_objects_are_suggested() {
    let ask = |who: &str, can: &str, on: &str| {
        cmlint(&["why", "snapshots/contoso", "--who", who, "--can", can, "--on", on])
    };
    let said = ask("pnovk", "Modify", r"OSD\bin\x64");
    assert!(said.code == 2 && said.err.contains(r"CONTOSO\pnovak"), "{}", said.all());
    let said = ask("pnovak", "Modfy", r"OSD\bin\x64");
    assert!(said.code == 2 && said.err.contains("Modify"), "{}", said.all());
    let said = ask("pnovak", "Modify", "inboxs");
    assert!(said.code == 2 && said.err.contains("inboxes"), "{}", said.all());
    let said = ask("pnovak", "dbowner", "CM_PS1");
    assert!(said.code == 2 && said.err.contains("did you mean db_owner?"), "{}", said.all());
    let said = ask("pnovak", "db_owner", "sql:sql01/CM_PS2");
    assert!(said.code == 2 && said.err.contains("sql:sql01.contoso.com/cm_ps1"), "{}", said.all());
    let said = ask("pnovak", "Reed", "configmgr:Collection");
    assert!(said.code == 2 && said.err.contains("did you mean Read?"), "{}", said.all());
    let said = ask("pnovak", "Read", "configmgr:Colection");
    assert!(said.code == 2 && said.err.contains("configmgr:Collection"), "{}", said.all());
    let said = ask("pnovak", "Read", "configmgr:Collection/Pilot Workstation");
    assert!(said.code == 2 && said.err.contains("Pilot Workstations"), "{}", said.all());
}

#[test]
fn what_no_file_speaks_of_is_missing_and_not_unheard_of() {
    // Collected by a user without rights: neither the site's databases nor its administrative users are there.
    let who_can = |right, on| json(&["who-can", "snapshots/low-privilege", right, "--on", on]);
    let (code, answer) = who_can("db_owner", "sql:sql01.contoso.com/CM_PS1");
    assert_eq!((code, told(&answer)), (3, vec![]));
    assert!(datasets(&answer["gaps"]).contains("sql.database_role_members"), "{answer:#}");
    let (code, answer) = who_can("Modify", "configmgr:Collection");
    assert_eq!((code, told(&answer)), (3, vec![]));
    assert!(datasets(&answer["gaps"]).contains("SMS_Admin"), "{answer:#}");
}
