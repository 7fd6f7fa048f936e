//! The inventory and the small classes of the SMS Provider.

use cmlint_model::{Dataset, Scope};
use serde_json::{Value, json};

use super::out::Out;
use super::world::{DNS, Host, INSTALL, NAA, NETBIOS, PUSH, SITES, Site, World};
use crate::Outcome;

/// Writes them.
pub(crate) fn write(world: &World, out: &mut Out) -> Outcome {
    let mut put = |dataset, rows: Vec<Value>| out.rows(dataset, &Scope::Hierarchy, &rows);
    put(Dataset::Site, SITES.iter().map(site).collect())?;
    put(Dataset::SiteDefinition, SITES.iter().map(definition).collect())?;
    put(Dataset::SiteSystemRole, world.hosts.iter().flat_map(roles).collect())?;
    put(Dataset::Component, SITES.iter().map(push_component).collect())?;
    put(Dataset::ClientComponent, SITES.iter().map(software_distribution).collect())?;
    put(Dataset::StoredAccount, SITES.iter().filter(|s| s.kind == 2).flat_map(stored).collect())?;
    put(Dataset::Address, SITES.iter().filter(|s| s.kind == 2).flat_map(addresses).collect())?;
    put(Dataset::Forest, vec![forest()])?;
    let publishing = |site: &Site| json!({"ForestID": 16777217, "SiteCode": site.code, "DiscoveryEnabled": true, "PublishingEnabled": true});
    put(Dataset::ForestStatus, SITES.iter().map(publishing).collect())?;
    put(Dataset::Role, security_roles())?;
    put(
        Dataset::SecurityScope,
        vec![
            json!({"CategoryID": "SMS00ALL", "CategoryName": "All", "IsBuiltIn": true}),
            json!({"CategoryID": "SMS00UNA", "CategoryName": "Default", "IsBuiltIn": true}),
        ],
    )?;
    put(
        Dataset::ClientSettings,
        vec![json!({
            "SettingsID": 0, "Name": "Default Client Agent Settings", "Type": 0, "Priority": 10000, "Enabled": true,
            "AgentConfigurations": [{"AgentID": 3, "__CLASS": "SMS_RemoteToolsAgentConfig", "Enabled": true,
                "AccessLevel": 2, "PermittedViewers": [], "AllowRemCtrlToUnattended": false}],
        })],
    )?;
    put(
        Dataset::PackageAccess,
        vec![
            json!({"PackageID": "CAS00002", "UserName": "[\"Display=Users\"]Users", "Access": 101}),
            json!({"PackageID": "CAS00002", "UserName": "[\"Display=Administrators\"]Administrators", "Access": 511}),
        ],
    )?;
    put(
        Dataset::Device,
        vec![json!({"Name": "WKS-1", "Domain": NETBIOS, "SiteCode": "PS1", "IsClient": true})],
    )?;
    put(Dataset::TaskSequencePackage, Vec::new())?;
    out.state(Dataset::RoleXml, &Scope::Hierarchy, json!([]), Value::Null);
    out.state(Dataset::TaskSequence, &Scope::Hierarchy, json!([]), Value::Null);
    Ok(())
}

fn site(site: &Site) -> Value {
    json!({
        "SiteCode": site.code, "SiteName": format!("Site {}", site.code), "ServerName": site.server(),
        "InstallDir": INSTALL, "BuildNumber": 9106, "Version": "5.00.9106.1000", "Type": site.kind,
        "ReportingSiteCode": site.parent, "Status": 1,
    })
}

fn definition(site: &Site) -> Value {
    json!({
        "SiteCode": site.code, "SiteName": format!("Site {}", site.code), "SiteType": site.kind,
        "ParentSiteCode": site.parent, "SiteServerName": site.server(), "SiteServerDomain": NETBIOS,
        "SQLServerName": site.sql(), "SQLDatabaseName": site.database(), "InstallDirectory": INSTALL,
        "Props": [prop("Full Version", 0, "5.00.9106.1000", ""), prop("SQLServerFQDN", 0, &site.sql(), "")],
        "PropLists": [],
    })
}

fn prop(name: &str, value: i64, value1: &str, value2: &str) -> Value {
    json!({"ItemType": null, "PropertyName": name, "Value": value, "Value1": value1, "Value2": value2})
}

fn roles(host: &Host) -> Vec<Value> {
    let row = |role: &&str| {
        let props = match *role {
            "SMS Site System" => vec![prop("UseMachineAccount", 1, "", ""), prop("UserName", 0, "", "")],
            "SMS Management Point" => vec![prop("UserName", 0, "", &format!(r"{NETBIOS}\svc-mp"))],
            "SMS SRS Reporting Point" => vec![prop("Username", 0, "", &format!(r"{NETBIOS}\svc-rsp"))],
            _ => Vec::new(),
        };
        json!({
            "NetworkOSPath": format!(r"\\{}", host.name), "RoleName": role, "SiteCode": host.site.code, "Type": 8,
            "NALPath": format!("[\"Display=\\\\{0}\\\"]MSWNET:[\"SMS_SITE={1}\"]\\\\{0}\\", host.name, host.site.code),
            "SslState": 2, "Props": props, "PropLists": [],
        })
    };
    host.roles.iter().map(row).collect()
}

fn push_component(site: &Site) -> Value {
    let accounts = if site.kind == 2 { vec![format!(r"{NETBIOS}\{PUSH}")] } else { Vec::new() };
    json!({
        "FileType": 2, "ItemName": "SMS_CLIENT_CONFIG_MANAGER|SMS Site Server", "ItemType": "Component",
        "ComponentName": "SMS_CLIENT_CONFIG_MANAGER", "SiteCode": site.code, "Props": [],
        "PropLists": [{"ItemType": null, "PropertyListName": "Reserved2", "Values": accounts}],
    })
}

fn software_distribution(site: &Site) -> Value {
    let accounts = if site.kind == 2 { vec![format!(r"{NETBIOS}\{NAA}")] } else { Vec::new() };
    json!({
        "FileType": 2, "ItemName": "Software Distribution", "ItemType": "Client Component",
        "ClientComponentName": "Software Distribution", "SiteCode": site.code,
        "Props": [prop("Execution Timeout", 120, "", "")],
        "PropLists": [{"ItemType": null, "PropertyListName": "Network Access User Names", "Values": accounts}],
    })
}

fn stored(site: &Site) -> Vec<Value> {
    let row = |account: &str, usage: &str| {
        let name = format!(r"{NETBIOS}\{account}");
        json!({
            "AccountUsage": [usage], "Availability": 0, "FileType": 2, "ItemName": format!("{name}|0"),
            "ItemType": "User", "SiteCode": site.code, "UserName": name,
        })
    };
    vec![
        row(NAA, "Software Distribution"),
        row(PUSH, "SMS_CLIENT_CONFIG_MANAGER"),
        row("svc-mp", "SMS_MP_CONTROL_MANAGER"),
    ]
}

fn addresses(site: &Site) -> Vec<Value> {
    let row = |from: &str, to: &str, server: String| {
        json!({
            "FileType": 2, "ItemName": format!("{to}|MS_LAN"), "ItemType": "Address", "DesSiteCode": to,
            "SiteCode": from, "DestinationType": 0,
            "Props": [prop("Connection Point", 0, &server, "SMS_Site"), prop("LAN Login", 0, "", "")],
            "PropLists": [],
        })
    };
    vec![row(site.parent, site.code, site.server()), row(site.code, site.parent, SITES[0].server())]
}

fn forest() -> Value {
    json!({
        "ForestID": 16777217, "ForestFQDN": DNS, "Account": "", "Description": "", "EnableDiscovery": true,
        "DiscoveryStatus": 1, "PublishingStatus": 1, "PublishingPath": "",
    })
}

fn security_roles() -> Vec<Value> {
    let row = |id: &str, name: &str, built_in: bool, from: &str, operations: &[(i64, i64)]| {
        let operations: Vec<Value> = operations
            .iter()
            .map(|(kind, mask)| json!({"GrantedOperations": mask, "ObjectTypeID": kind}))
            .collect();
        json!({
            "RoleID": id, "RoleName": name, "RoleDescription": "", "CopiedFromID": from, "IsBuiltIn": built_in,
            "IsSecAdminRole": id == FULL, "NumberOfAdmins": 1, "SourceSite": "CAS", "Operations": operations,
        })
    };
    vec![
        row(FULL, "Full Administrator", true, "", &[(1, 2_147_483_367), (27, 1031), (28, 805_307_399)]),
        row("SMS0002R", "Read-only Analyst", true, "", &[(1, 1), (27, 1), (28, 1)]),
        row("SMS000AR", "Operations Administrator", true, "", &[(1, 805_446_679), (2, 805_446_679)]),
        row("PS100001", "Service Desk", false, "SMS0002R", &[(1, 4097), (27, 1), (28, 1)]),
    ]
}

/// The role that may do everything.
pub(crate) const FULL: &str = "SMS0001R";
