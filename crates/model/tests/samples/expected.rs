//! Who belongs in the groups that the product makes.

use cmlint_model::need::{Context, Each, Need};
use cmlint_model::rows::LocalGroup;
use cmlint_model::views::{ConfigMgrGroup, Expected, ExpectedMembers, product_role};

use super::*;

/// Names of those who belong in a group, without their domain; `?` behind those who need not be there.
fn told(expected: &[Expected]) -> Vec<String> {
    let name = |e: &Expected| e.name.rsplit('\\').next().unwrap_or_default().to_owned();
    let mut told: Vec<String> =
        expected.iter().map(|e| format!("{}{}", name(e), if e.required { "" } else { "?" })).collect();
    told.sort_by_key(|name| name.to_lowercase());
    told
}

fn expects(sample_name: &str, host: &str, group: &str) -> Vec<String> {
    let archive = sample(sample_name);
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let members = view::<ExpectedMembers<'_>>(&views);
    let group = ConfigMgrGroup::parse(group).unwrap();
    let expected = members.for_group(host, &group).unwrap();
    // Every account of both samples has a SID.
    for one in &expected {
        assert!(one.sid.is_some() && one.why.span.is_some(), "{one:?}");
    }
    told(&expected)
}

#[test]
fn groups_of_the_weak_hierarchy() {
    let expects = |host: &str, group: &str| expects("contoso", host, group);
    let to_server = |kind: &str| format!("SMS_SiteSystemToSiteServerConnection_{kind}");
    let administrators =
        ["adm-hoffmann", "CM-Admins", "CM-Packagers", "CM-ServiceDesk", "GG-Workplace-Engineering"];
    let mut admins: Vec<String> = administrators.map(str::to_owned).into();
    admins.extend(["svc-insights", "svc-osd"].map(str::to_owned));
    let with = |servers: [&str; 2]| {
        let mut all: Vec<String> = admins.clone();
        all.extend(servers.map(str::to_owned));
        all.sort_by_key(|name| name.to_lowercase());
        all
    };
    assert_eq!(expects("cm02.contoso.com", "SMS Admins"), with(["CM00$?", "CM01$"]));
    assert_eq!(expects("CM00", "SMS Admins"), with(["CM00$", "CM01$?"]));
    assert_eq!(expects("cm01", &to_server("MP_PS1")), ["MP01$"]);
    assert_eq!(expects("cm01", &to_server("SMSProv_PS1")), ["CM02$"]);
    // rs01, dp01 and sql00 connect with their own accounts or with the one that was typed for them.
    assert_eq!(
        expects("cm01", &to_server("Stat_PS1")),
        ["CM02$", "DP01$", "MP01$", "RS01$", "SQL01$", "svc-siteinst", "svc-siteinst"]
    );
    assert_eq!(expects("cm00", &to_server("Stat_CAS")), ["adm-castell", "SQL00$"]);
    // The account of the route from PS1 belongs in the group on its destination, and nowhere else.
    assert_eq!(expects("cm00", "SMS_SiteToSiteConnection_CAS"), ["CM01$?", "svc-filerepl"]);
    assert_eq!(expects("cm01", "SMS_SiteToSiteConnection_PS1"), ["CM00$"]);
    assert_eq!(expects("cm01", "SMS_SiteToSiteConnection_S01"), Vec::<String>::new());
    assert_eq!(expects("sql01", "ConfigMgr_DViewAccess"), ["CM00$?", "SQL00$?"]);
    assert_eq!(
        expects("cm01", "ConfigMgr_CollectedFilesAccess"),
        ["adm-hoffmann", "CM-Admins", "svc-insights"]
    );
}

#[test]
fn groups_of_the_hardened_hierarchy_hold_exactly_who_belongs_there() {
    let archive = sample("contoso-hardened");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let members = view::<ExpectedMembers<'_>>(&views);
    let mut judged = 0;
    let groups: Each<'_, LocalGroup<'_>> = Need::resolve(Context::new(&snapshot, &views));
    for (scope, group) in groups.iter() {
        let name = group.name.get().map_or("", |n| &**n);
        let Some(group_name) = ConfigMgrGroup::parse(name) else { continue };
        // Clients have settings of their own.
        if group_name == ConfigMgrGroup::RemoteControlUsers {
            continue;
        }
        let host = scope.key();
        let expected = members.for_group(&host, &group_name).unwrap();
        let listed: BTreeSet<Sid> =
            group.listed(scope).unwrap().iter().filter_map(|m| m.member_sid()).collect();
        for member in &listed {
            assert!(expected.iter().any(|e| e.sid == Some(*member)), "{member} in {name} on {host}");
        }
        for one in expected.iter().filter(|e| e.required) {
            let place = |e: &&Expected| e.of == one.of;
            let taken = expected.iter().filter(place).any(|e| e.sid.is_some_and(|sid| listed.contains(&sid)));
            assert!(taken, "{} is missing in {name} on {host}", one.name);
        }
        judged += 1;
    }
    assert_eq!(judged, 11);
}

#[test]
fn holes_of_the_roles_are_holes_of_the_groups() {
    let archive = sample("contoso");
    let mut snapshot = archive.read();
    snapshot.forget(Dataset::SiteSystemRole);
    let views = views(&archive, &snapshot);
    let members = view::<ExpectedMembers<'_>>(&views);
    let group = ConfigMgrGroup::ManagementPoints { site: "PS1".to_owned() };
    let holes = members.for_group("cm01", &group).unwrap_err();
    assert_eq!(datasets(&holes), [Dataset::SiteSystemRole].into());
}

#[test]
fn roles_of_the_site_database() {
    let archive = sample("contoso");
    let snapshot = archive.read();
    let views = views(&archive, &snapshot);
    let members = view::<ExpectedMembers<'_>>(&views);
    let expects = |role: &str| {
        let role = product_role(role).unwrap();
        Some(told(&members.for_database_role("PS1", role)?.unwrap()))
    };
    let some = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
    // The account that was typed, or that of the computer.
    assert_eq!(expects("smsdbrole_MP"), some(&["MP01$", "svc-mpconn"]));
    assert_eq!(expects("smsdbrole_EnrollSvr"), some(&["CM02$", "svc-enroll"]));
    assert_eq!(expects("smsdbrole_MCS"), some(&["DP01$", "svc-mcast"]));
    assert_eq!(expects("smsschm_users"), some(&["svc-rsp"]));
    assert_eq!(expects("smsdbrole_SUP"), some(&["RS01$"]));
    assert_eq!(expects("smsdbrole_siteserver"), some(&["CM01$"]));
    assert_eq!(expects("smsdbrole_siteprovider"), some(&["CM01$", "CM02$"]));
    assert_eq!(expects("smsdbrole_DViewAccess"), some(&["CM01$?"]));
    assert_eq!(expects("smsdbrole_AITool"), some(&["adm-hoffmann?", "CM-Admins?", "svc-insights?"]));
    assert_eq!(expects("smsdbrole_HMSUser"), some(&[]));
    assert_eq!(expects("smsdbrole_extract"), None);
}
