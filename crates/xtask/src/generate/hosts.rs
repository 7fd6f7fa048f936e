//! What each computer says of itself, apart from descriptors.

use std::io::Write;

use cmlint_model::{Dataset, Scope};
use serde_json::{Value, json};

use super::out::Out;
use super::world::{Class, DNS, Host, NAA, NETBIOS, SITES, World};
use crate::Outcome;

/// Writes domain role, local groups, user rights, services, firewall and registry of each.
pub(crate) fn write(world: &World, out: &mut Out) -> Outcome {
    for host in &world.hosts {
        let scope = Scope::host(&host.name);
        out.rows(
            Dataset::Computer,
            &scope,
            &[json!({
                "Name": host.short(), "DNSHostName": host.short(), "Domain": DNS, "DomainRole": 3,
                "PartOfDomain": true, "MachineSid": host.machine,
            })],
        )?;
        out.rows(Dataset::LocalGroup, &scope, &groups(world, host))?;
        user_rights(world, host, out, &scope)?;
        out.rows(Dataset::Service, &scope, &services(host))?;
        registry_file(Dataset::Firewall, FIREWALL, out, &scope)?;
        registry_file(Dataset::Registry, REGISTRY, out, &scope)?;
        // No IIS anywhere: an honest "none".
        out.state(Dataset::Iis, &scope, json!([]), Value::Null);
    }
    Ok(())
}

fn groups(world: &World, host: &Host) -> Vec<Value> {
    let member =
        |name: String, sid: String, class: &str| json!({"Name": name, "SID": sid, "ObjectClass": class});
    let domain = |name: &str, rid: u32| {
        member(format!(r"{NETBIOS}\{name}"), format!("{}-{rid}", world.domain), "Group")
    };
    let computer =
        |host: &Host| member(format!(r"{NETBIOS}\{}$", host.short()), host.sid.clone(), "Computer");
    let group =
        |name: &str, sid: &str, members: Vec<Value>| json!({"Name": name, "SID": sid, "Members": members});
    let local = member(format!(r"{}\Administrator", host.short()), format!("{}-500", host.machine), "User");
    let servers: Vec<Value> =
        world.hosts.iter().filter(|h| h.is_site_server() && h.name != host.name).map(computer).collect();
    let mut administrators = vec![local, domain("Domain Admins", 512)];
    administrators.extend(servers);
    let mut groups = vec![
        group("Administrators", "S-1-5-32-544", administrators),
        group("Remote Desktop Users", "S-1-5-32-555", Vec::new()),
        group(
            "Users",
            "S-1-5-32-545",
            vec![
                member(r"NT AUTHORITY\INTERACTIVE".to_owned(), "S-1-5-4".to_owned(), "Group"),
                member(r"NT AUTHORITY\Authenticated Users".to_owned(), "S-1-5-11".to_owned(), "Group"),
                domain("Domain Users", 513),
            ],
        ),
    ];
    if host.is_site_server() {
        let admins = world.admins.iter().map(|index| {
            let admin = &world.members[*index];
            let class = if admin.class == Class::Group { "Group" } else { "User" };
            member(admin.name(), world.sid(admin), class)
        });
        groups.push(group("SMS Admins", &format!("{}-1001", host.machine), admins.collect()));
        let of_site = |role: &str| -> Vec<Value> {
            let same =
                |h: &&Host| h.site.code == host.site.code && h.name != host.name && h.roles.contains(&role);
            world.hosts.iter().filter(same).map(computer).collect()
        };
        let others =
            SITES.iter().filter(|s| s.code != host.site.code && (s.kind == 4 || host.site.kind == 4));
        let others = others.filter_map(|s| world.hosts.iter().find(|h| h.name == s.server())).map(computer);
        for (number, (name, members)) in [
            ("SiteToSiteConnection", others.collect()),
            ("SiteSystemToSiteServerConnection_MP", of_site("SMS Management Point")),
            ("SiteSystemToSiteServerConnection_Stat", of_site("SMS Site System")),
            ("SiteSystemToSiteServerConnection_SMSProv", Vec::new()),
        ]
        .into_iter()
        .enumerate()
        {
            let sid = format!("{}-{}", host.machine, 1002 + number);
            groups.push(group(&format!("SMS_{name}_{}", host.site.code), &sid, members));
        }
    }
    groups
}

/// `secedit` writes UTF-16.
fn user_rights(world: &World, host: &Host, out: &mut Out, scope: &Scope) -> Outcome {
    let naa = world.by_sam(NAA).map(|m| format!("*{}", world.sid(m))).unwrap_or_default();
    // Site servers and site systems are hardened, the database servers were forgotten.
    let denied = if host.is_sql() { "" } else { naa.as_str() };
    let rights = [
        ("SeNetworkLogonRight", "*S-1-1-0,*S-1-5-32-544,*S-1-5-32-545,*S-1-5-32-551"),
        ("SeInteractiveLogonRight", "*S-1-5-32-544,*S-1-5-32-545,*S-1-5-32-551"),
        ("SeRemoteInteractiveLogonRight", "*S-1-5-32-544,*S-1-5-32-555"),
        ("SeBatchLogonRight", "*S-1-5-32-544,*S-1-5-32-551,*S-1-5-32-559"),
        ("SeDenyInteractiveLogonRight", denied),
        ("SeDenyRemoteInteractiveLogonRight", denied),
        ("SeServiceLogonRight", "*S-1-5-80-0"),
        ("SeBackupPrivilege", "*S-1-5-32-544,*S-1-5-32-551"),
        ("SeDebugPrivilege", "*S-1-5-32-544"),
        ("SeTakeOwnershipPrivilege", "*S-1-5-32-544"),
    ];
    let mut text = "\u{feff}[Unicode]\r\nUnicode=yes\r\n[Privilege Rights]\r\n".to_owned();
    for (right, holders) in rights {
        text.push_str(&format!("{right} = {holders}\r\n"));
    }
    text.push_str("[Version]\r\nsignature=\"$CHICAGO$\"\r\nRevision=1\r\n");
    utf_16(Dataset::UserRight, &text, rights.len(), out, scope)
}

/// The keys of a registry file and their values: a firewall that is on, and what hardening sets.
type Keys = &'static [(&'static str, &'static [&'static str])];

const FIREWALL: Keys = &[
    (r"SharedAccess\Parameters\FirewallPolicy\DomainProfile", PROFILE),
    (r"SharedAccess\Parameters\FirewallPolicy\PublicProfile", PROFILE),
    (r"SharedAccess\Parameters\FirewallPolicy\StandardProfile", PROFILE),
    (r"SharedAccess\Parameters\FirewallPolicy\FirewallRules", &[RPC, SMB]),
];
const PROFILE: &[&str] = &["\"EnableFirewall\"=dword:00000001", "\"DefaultInboundAction\"=dword:00000001"];
const RPC: &str = "\"WMI-RPCSS-In-TCP\"=\"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=135|\
                   Svc=rpcss|Name=WMI|\"";
const SMB: &str = "\"FPS-SMB-In-TCP\"=\"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=445|\
                   App=System|Name=SMB|\"";
const REGISTRY: Keys = &[
    (r"LanmanServer\Parameters", &["\"RequireSecuritySignature\"=dword:00000001"]),
    (r"LanmanServer\Shares", &[]),
];

/// What `reg export` writes.
fn registry_file(dataset: Dataset, keys: Keys, out: &mut Out, scope: &Scope) -> Outcome {
    let mut text = "\u{feff}Windows Registry Editor Version 5.00\r\n".to_owned();
    for (key, values) in keys {
        text.push_str(&format!("\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\{key}]\r\n"));
        values.iter().for_each(|value| text.extend([*value, "\r\n"]));
    }
    utf_16(dataset, &text, keys.len(), out, scope)
}

fn utf_16(dataset: Dataset, text: &str, rows: usize, out: &mut Out, scope: &Scope) -> Outcome {
    let mut file = out.file(dataset, scope)?;
    for unit in text.encode_utf16() {
        file.1.write_all(&unit.to_le_bytes())?;
    }
    out.complete(dataset, scope, file, rows, Value::Null)
}

fn services(host: &Host) -> Vec<Value> {
    let row = |name: &str, account: &str| {
        json!({
            "Name": name, "DisplayName": name, "State": "Running", "StartMode": "Auto", "StartName": account,
            "PathName": format!(r"C:\Windows\System32\{name}.exe"),
        })
    };
    let mut rows = vec![row("LanmanServer", "LocalSystem"), row("Winmgmt", "LocalSystem")];
    if host.is_site_server() {
        rows.extend([row("SMS_EXECUTIVE", "LocalSystem"), row("SMS_SITE_COMPONENT_MANAGER", "LocalSystem")]);
    }
    if host.is_sql() {
        rows.extend([
            row("MSSQLSERVER", r"NT SERVICE\MSSQLSERVER"),
            row("SQLSERVERAGENT", r"NT SERVICE\SQLSERVERAGENT"),
        ]);
    }
    rows
}
