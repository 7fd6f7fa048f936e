//! One computer: each dataset by itself, so that one that fails stops no other.

use cmlint_model::{Dataset, Scope};
use serde_json::json;

use super::DATASETS;
use super::acl::Acls;
use super::answers::{Answer, Computer, Host, Refused, RegKey, Service, Share};
use super::formats::{REG_HEADER, reg_key, user_rights, utf16, without_secrets};
use super::roots::{self, FIREWALL, SHARES, SQL_INSTANCES, SQL_VALUES, USER_RIGHTS, VALUES};
use crate::Failure;
use crate::out::{Out, Part, State, Why, path_of};

/// What a dataset came to.
struct Collected {
    state: State,
    source: &'static str,
    /// Bytes of the file and its rows; none where there is nothing to write.
    file: Option<(Vec<u8>, u64)>,
    covers: Vec<cmlint_model::Cover>,
}

impl Collected {
    fn failed(source: &'static str, why: Why) -> Collected {
        Collected { state: State::Failed(why), source, file: None, covers: Vec::new() }
    }

    fn of(source: &'static str, state: State, bytes: Vec<u8>, rows: u64) -> Collected {
        Collected { state, source, file: Some((bytes, rows)), covers: Vec::new() }
    }
}

/// Collects from a computer that was asked for as `asked`, and records each dataset. Returns its state as a whole.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn collect(
    host: &dyn Host,
    asked: &str,
    out: &Out,
    progress: &dyn Fn(u64),
) -> Result<State, Failure> {
    let computer = match host.computer() {
        Ok(computer) => computer,
        Err(refused) => {
            let scope = Scope::host(asked);
            let why = why(&refused, asked);
            for dataset in DATASETS {
                out.record(Part::new(dataset, scope.clone(), State::Failed(why.clone()), asked))?;
            }
            return Ok(State::Failed(why));
        }
    };
    let key = computer.key();
    let scope = Scope::host(&key);
    out.plan(DATASETS.map(|dataset| (dataset, scope.clone())));
    let services = host.services();
    let mut open = Vec::new();
    for dataset in DATASETS {
        let collected = match dataset {
            Dataset::Computer => self::computer(&computer),
            Dataset::LocalGroup => groups(host, &key, progress),
            Dataset::UserRight => rights(host, &key, progress),
            Dataset::Service => self::services(&services, &key),
            Dataset::Registry => registry(host, &key),
            Dataset::Firewall => firewall(host, &key, progress),
            Dataset::Iis => iis(host, &key),
            _ => acls(host, &services, &key, progress),
        };
        let mut part = Part::new(dataset, scope.clone(), collected.state, collected.source);
        part.covers = collected.covers;
        if let Some((bytes, rows)) = collected.file {
            part.files.push(out.write(&path_of(dataset, &scope), &bytes, rows)?);
        }
        if part.state != State::Complete {
            open.push(dataset.name());
        }
        out.record(part)?;
        progress(1);
    }
    Ok(match open.len() {
        0 => State::Complete,
        _ => State::Partial(Why::new(format!("{} not complete", open.join(", ")))),
    })
}

const ADMINISTRATOR: &str = "local Administrators, elevated";

/// Ports of remote calls: SMB with the named pipes of SAM, LSA, services and registry.
const SMB: u16 = 445;

fn why(refused: &Refused, host: &str) -> Why {
    let why = Why::new(refused.to_string());
    match refused {
        Refused::Denied => why.needs_right(format!("{ADMINISTRATOR}, on {host}")),
        Refused::Unreachable(_) => why.needs_port(host, SMB),
        Refused::Failed(_) => why,
    }
}

/// What holes make of a dataset.
fn state(holes: &[String], denied: u64, host: &str) -> State {
    const SHOWN: usize = 3;
    if holes.is_empty() && denied == 0 {
        return State::Complete;
    }
    let mut texts: Vec<String> = holes.iter().take(SHOWN).cloned().collect();
    if holes.len() > SHOWN {
        texts.push(format!("and {} more", holes.len() - SHOWN));
    }
    if denied > 0 {
        texts.insert(0, format!("access to {denied} objects was denied"));
    }
    let denied = denied > 0 || holes.iter().any(|hole| hole.contains("access denied"));
    let why = Why::new(texts.join("; "));
    State::Partial(if denied { why.needs_right(format!("{ADMINISTRATOR}, on {host}")) } else { why })
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("a value that was made here");
    text.push('\n');
    text.into_bytes()
}

fn computer(computer: &Computer) -> Collected {
    let sid = computer.machine_sid.map(|sid| sid.to_string());
    let state = match sid {
        Some(_) => State::Complete,
        None => State::Partial(
            Why::new("the SID of its account database is not shown").needs_right(ADMINISTRATOR),
        ),
    };
    let row = json!([{
        "Name": computer.name,
        "DNSHostName": computer.dns_host,
        "Domain": computer.domain,
        "DomainRole": computer.role,
        "PartOfDomain": computer.in_domain(),
        "MachineSid": sid,
    }]);
    Collected::of("DsRoleGetPrimaryDomainInformation, LsaQueryInformationPolicy", state, pretty(&row), 1)
}

fn groups(host: &dyn Host, key: &str, progress: &dyn Fn(u64)) -> Collected {
    const SOURCE: &str = "NetLocalGroupEnum, NetLocalGroupGetMembers";
    let groups = match host.groups() {
        Ok(groups) => groups,
        Err(refused) => return Collected::failed(SOURCE, why(&refused, key)),
    };
    let mut holes = Vec::new();
    let mut rows = Vec::new();
    for group in &groups {
        progress(1);
        let sid = group.sid.to_string();
        rows.push(match host.members(group) {
            Ok(members) => {
                let members: Vec<serde_json::Value> = members
                    .iter()
                    .map(|member| {
                        let sid = member.sid.to_string();
                        let name = if member.name.is_empty() { &sid } else { &member.name };
                        json!({ "Name": name, "SID": sid, "ObjectClass": member.class })
                    })
                    .collect();
                json!({ "Name": group.name, "SID": sid, "Members": members })
            }
            Err(refused) => {
                holes.push(format!("the members of {}: {refused}", group.name));
                json!({ "Name": group.name, "SID": sid, "Error": refused.to_string() })
            }
        });
    }
    let count = rows.len() as u64;
    Collected::of(SOURCE, state(&holes, 0, key), pretty(&rows.into()), count)
}

fn rights(host: &dyn Host, key: &str, progress: &dyn Fn(u64)) -> Collected {
    const SOURCE: &str = "LsaEnumerateAccountsWithUserRight";
    let mut held = Vec::new();
    let mut holes = Vec::new();
    let mut first = None;
    for right in USER_RIGHTS {
        progress(1);
        match host.holders(right) {
            Ok(Some(holders)) => {
                held.push((*right, holders.iter().map(ToString::to_string).collect::<Vec<_>>()))
            }
            Ok(None) => {}
            Err(refused) => {
                holes.push(format!("{right}: {refused}"));
                first.get_or_insert(refused);
            }
        }
    }
    // A right that is absent is held by nobody: a file without any answer would say that of all.
    if let (true, Some(refused)) = (held.is_empty(), first) {
        return Collected::failed(SOURCE, why(&refused, key));
    }
    let rows = held.iter().filter(|(_, holders)| !holders.is_empty()).count() as u64;
    Collected::of(SOURCE, state(&holes, 0, key), utf16(&user_rights(held)), rows)
}

fn services(services: &Answer<Vec<Service>>, key: &str) -> Collected {
    const SOURCE: &str = "EnumServicesStatusEx, QueryServiceConfig";
    let services = match services {
        Ok(services) => services,
        Err(refused) => return Collected::failed(SOURCE, why(refused, key)),
    };
    let hidden = services.iter().filter(|service| service.start_mode.is_none()).count() as u64;
    let rows: Vec<serde_json::Value> = services
        .iter()
        .map(|service| {
            json!({
                "Name": service.name,
                "DisplayName": service.display_name,
                "State": service.state,
                "StartMode": service.start_mode,
                "StartName": service.account,
                "PathName": service.path,
            })
        })
        .collect();
    let count = rows.len() as u64;
    Collected::of(SOURCE, state(&[], hidden, key), pretty(&rows.into()), count)
}

fn registry(host: &dyn Host, key: &str) -> Collected {
    const SOURCE: &str = "RegQueryValueEx of the values on the collector's list";
    let mut wanted: Vec<(String, Vec<&str>)> =
        VALUES.iter().map(|(k, names)| ((*k).to_owned(), names.to_vec())).collect();
    let mut holes = Vec::new();
    match host.key(SQL_INSTANCES) {
        Ok(instances) => {
            for instance in instances.iter().flat_map(|key| &key.values).filter_map(|value| value.text()) {
                let path = format!(
                    r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\{instance}\MSSQLServer\SuperSocketNetLib"
                );
                wanted.push((path, SQL_VALUES.to_vec()));
            }
        }
        Err(refused) => holes.push(format!("{SQL_INSTANCES}: {refused}")),
    }
    let mut text = REG_HEADER.to_owned();
    match host.key(SHARES) {
        Ok(Some(found)) => text.push_str(&reg_key(SHARES, &RegKey { keys: Vec::new(), ..found })),
        Ok(None) => {}
        Err(refused) => holes.push(format!("{SHARES}: {refused}")),
    }
    let mut last = None;
    let mut answered = false;
    for (path, names) in &wanted {
        match host.key(path) {
            Ok(found) => {
                answered = true;
                let Some(found) = found else { continue };
                let is_wanted = |name: &str| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
                let values: Vec<_> =
                    found.values.into_iter().filter(|value| is_wanted(&value.name)).collect();
                if !values.is_empty() {
                    text.push_str(&reg_key(path, &RegKey { values, keys: Vec::new() }));
                }
            }
            Err(refused) => {
                holes.push(format!("{path}: {refused}"));
                last = Some(refused);
            }
        }
    }
    if let (false, Some(refused)) = (answered, last) {
        return Collected::failed(SOURCE, why(&refused, key));
    }
    reg_file(SOURCE, &text, &holes, key)
}

/// Rows of a registry export are its keys.
fn reg_file(source: &'static str, text: &str, holes: &[String], key: &str) -> Collected {
    let rows = text.lines().filter(|line| line.starts_with('[')).count() as u64;
    Collected::of(source, state(holes, 0, key), utf16(text), rows)
}

fn firewall(host: &dyn Host, key: &str, progress: &dyn Fn(u64)) -> Collected {
    const SOURCE: &str = "RegEnumValue of the firewall's keys";
    let mut text = REG_HEADER.to_owned();
    let mut holes = Vec::new();
    let mut last = None;
    let mut stack: Vec<String> = FIREWALL.iter().rev().map(|path| (*path).to_owned()).collect();
    let mut answered = false;
    while let Some(path) = stack.pop() {
        progress(1);
        match host.key(&path) {
            Ok(None) => answered = true,
            Ok(Some(mut found)) => {
                answered = true;
                text.push_str(&reg_key(&path, &found));
                found.keys.sort_by_key(|name| name.to_lowercase());
                stack.extend(found.keys.iter().rev().map(|name| format!("{path}\\{name}")));
            }
            Err(refused) => {
                holes.push(format!("{path}: {refused}"));
                last = Some(refused);
            }
        }
    }
    if let (false, Some(refused)) = (answered, last) {
        return Collected::failed(SOURCE, why(&refused, key));
    }
    reg_file(SOURCE, &text, &holes, key)
}

fn iis(host: &dyn Host, key: &str) -> Collected {
    const SOURCE: &str = r"%windir%\System32\inetsrv\config\applicationHost.config";
    let path = format!(
        r"{}\System32\inetsrv\config\applicationHost.config",
        host.windows_folder().trim_end_matches('\\')
    );
    match host.file(&path) {
        Ok(Some(config)) => match without_secrets(&config) {
            Ok(config) => Collected::of(SOURCE, State::Complete, config, 1),
            Err(what) => Collected::failed(SOURCE, Why::new(what)),
        },
        Ok(None) => {
            let source = "IIS is not installed";
            Collected { state: State::Complete, source, file: None, covers: Vec::new() }
        }
        Err(refused) => Collected::failed(SOURCE, why(&refused, key)),
    }
}

fn acls(host: &dyn Host, services: &Answer<Vec<Service>>, key: &str, progress: &dyn Fn(u64)) -> Collected {
    const SOURCE: &str =
        "GetNamedSecurityInfo, NetShareEnum, RegGetKeySecurity, __SystemSecurity, QueryServiceObjectSecurity";
    let mut acls = Acls::new();
    acls.com(host);
    let shares: Vec<Share> = host.shares().unwrap_or_else(|refused| {
        acls.holes.push(format!("the shares: {refused}"));
        Vec::new()
    });
    let mut holes = Vec::new();
    for root in roots::find(host, &shares, &mut holes) {
        acls.tree(host, &root, progress);
    }
    acls.holes.append(&mut holes);
    acls.shares(&shares);
    match services {
        Ok(services) => acls.services(host, services, progress),
        Err(refused) => acls.holes.push(format!("the services: {refused}")),
    }
    let read = acls.csv.contains(",ok,");
    let state = state(&acls.holes, acls.denied, key);
    if let (false, State::Partial(why)) = (read, &state) {
        // Nothing but refusals.
        return Collected::failed(SOURCE, why.clone());
    }
    let mut collected = Collected::of(SOURCE, state, acls.csv.into_bytes(), acls.rows);
    collected.covers = acls.covers;
    collected
}
