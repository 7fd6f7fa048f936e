//! The large classes of the SMS Provider, as the AdminService answers them: one line, everything in it.

use std::io::Write;

use cmlint_model::{Dataset, Scope};
use serde_json::{Value, json};

use super::out::{Growing, Out};
use super::provider::FULL;
use super::random::Random;
use super::world::{Class, DNS, World};
use crate::Outcome;

/// Writes administrative users, and fills what is left of the wanted size with collections.
pub(crate) fn write(world: &World, out: &mut Out) -> Outcome {
    let mut file = answer(out, Dataset::Admin)?;
    for (number, index) in world.admins.iter().enumerate() {
        row(&mut file.1, number, &admin(world, *index, number))?;
    }
    write!(file.1, "]}}")?;
    let left = (world.sizes.odata_mb as u64 * 1_000_000).saturating_sub(file.1.bytes);
    out.complete(Dataset::Admin, &Scope::Hierarchy, file, world.admins.len(), json!({"read_by_key": true}))?;

    let mut file = answer(out, Dataset::Collection)?;
    let mut random = Random::new(world.sizes.seed, "SMS_Collection");
    let mut number = 0;
    while number < BUILT_IN.len() || file.1.bytes + 2 < left {
        row(&mut file.1, number, &collection(&mut random, number))?;
        number += 1;
    }
    write!(file.1, "]}}")?;
    out.complete(Dataset::Collection, &Scope::Hierarchy, file, number, Value::Null)
}

fn answer(out: &Out, dataset: Dataset) -> Outcome<(String, Growing)> {
    let mut file = out.file(dataset, &Scope::Hierarchy)?;
    let class = dataset.name();
    write!(
        file.1,
        "{{\"@odata.context\":\"https://cm00.{DNS}/AdminService/wmi/$metadata#{class}\",\"value\":["
    )?;
    Ok(file)
}

fn row(file: &mut Growing, number: usize, row: &Value) -> Outcome {
    if number > 0 {
        file.write_all(b",")?;
    }
    serde_json::to_writer(file, row)?;
    Ok(())
}

fn admin(world: &World, index: usize, number: usize) -> Value {
    let member = &world.members[index];
    let group = member.class == Class::Group;
    // The first few administer everything, the others what a service desk does.
    let (role, name) = if number < 3 { (FULL, "Full Administrator") } else { ("PS100001", "Service Desk") };
    let permission = |id: &str, scope: &str, kind: u8| json!({"CategoryID": id, "CategoryName": scope, "CategoryTypeID": kind, "RoleID": role, "RoleName": name});
    json!({
        "@odata.etag": format!("admin-{number}"), "__CLASS": "SMS_Admin", "AccountType": u8::from(group),
        "AdminID": 16_777_217 + number, "AdminSid": world.sid(member), "LogonName": member.name(),
        "DisplayName": member.sam, "DistinguishedName": member.dn(), "IsGroup": group, "RoleNames": [name],
        "Roles": [role], "CategoryNames": ["All"], "Categories": ["SMS00ALL"],
        "CollectionNames": ["All Systems", "All Users and User Groups"],
        "Permissions": [
            permission("SMS00ALL", "All", 29), permission("SMS00001", "All Systems", 1),
            permission("SMS00004", "All Users and User Groups", 1),
        ],
        "SourceSite": "CAS", "CreatedBy": r"CORP\setup", "CreatedDate": "2022-03-14T15:22:45Z",
    })
}

/// Identifier, name, type, limiting collection.
const BUILT_IN: [(&str, &str, u8, Option<&str>); 4] = [
    ("SMS00001", "All Systems", 2, None),
    ("SMS00004", "All Users and User Groups", 1, None),
    ("SMS00002", "All Users", 1, Some("SMS00004")),
    ("SMSDM003", "All Desktop and Server Clients", 2, Some("SMS00001")),
];

fn collection(random: &mut Random, number: usize) -> Value {
    let id = |number: usize| match BUILT_IN.get(number) {
        Some(known) => known.0.to_owned(),
        None => format!("PS1{number:05X}"),
    };
    let known = BUILT_IN.get(number);
    let name = known.map_or_else(
        || format!("{} – {} {number}", random.pick(&PLACES), random.pick(&KINDS)),
        |known| known.1.to_owned(),
    );
    let (kind, limit) = match known {
        Some((_, _, kind, limit)) => (*kind, limit.map(str::to_owned)),
        // A tree: each is limited to one that came before it.
        None => (2, Some(id(3 + random.skewed(number - 3)))),
    };
    let refreshed = format!("2026-02-{:02}T{:02}:{:02}:00Z", 1 + number % 28, number % 24, number % 60);
    let pattern = format!("{}-%", random.pick(&PLACES));
    json!({
        "@odata.etag": format!("W/\"{number:08x}\""), "__CLASS": "SMS_Collection", "__GENUS": 2,
        "CloudSyncCount": 0, "CollectionID": id(number), "CollectionType": kind, "CollectionVariablesCount": 0,
        "Comment": "Kept by the workplace team; see the runbook before changing it.",
        "CurrentStatus": 1, "FullEvaluationLastRefreshTime": refreshed, "FullEvaluationMemberChanges": 0,
        "HasProvisionedMember": false, "IncludeExcludeCollectionsCount": 0, "IsBuiltIn": known.is_some(),
        "IsReferenceCollection": false, "ISVData": null, "LastChangeTime": refreshed, "LastMemberChangeTime": refreshed,
        "LastRefreshTime": refreshed, "LimitToCollectionID": limit, "LimitToCollectionName": null,
        "LocalMemberCount": random.below(2000), "MemberClassName": format!("SMS_CM_RES_COLL_{}", id(number)),
        "MemberCount": random.below(2000), "MonitoringFlags": 0, "Name": name, "ObjectPath": "/", "OwnedByThisSite": true,
        "PowerConfigsCount": 0, "RefreshType": 4,
        "RefreshSchedule": [{"@odata.type": "#AdminService.SMS_ST_RecurInterval", "DaySpan": 7, "HourSpan": 0,
            "StartTime": refreshed, "IsGMT": false}],
        "CollectionRules": [{"@odata.type": "#AdminService.SMS_CollectionRuleQuery", "QueryID": number,
            "QueryExpression": format!(
                "select * from SMS_R_System where SMS_R_System.Name like \"{pattern}\" and SMS_R_System.Client = 1"
            ),
            "RuleName": pattern}],
        "ServiceWindowsCount": random.below(3), "UseCluster": false,
    })
}

const PLACES: [&str; 10] =
    ["Oslo", "Berlin", "Madrid", "Zürich", "Kraków", "Lyon", "Porto", "Gdańsk", "Malmö", "Graz"];

const KINDS: [&str; 8] = [
    "Workstations",
    "Laptops",
    "Kiosks",
    "Servers",
    "Pilot ring",
    "Broad ring",
    "Maintenance",
    "Decommissioned",
];
