//! Descriptors of the computers: many paths, few different descriptors, as inheritance makes them.

use std::io::Write;

use cmlint_model::{Dataset, Scope};
use serde_json::{Value, json};

use super::out::{Growing, Out};
use super::random::Random;
use super::world::{Host, INSTALL, World};
use crate::Outcome;

/// Different descriptors of a computer.
const POOL: usize = 400;

/// Writes `acl.csv` of each computer; together they have as many entries as was asked for.
pub(crate) fn write(world: &World, out: &mut Out) -> Outcome {
    let weights: usize = world.hosts.iter().map(|h| h.weight).sum();
    let mut left = world.sizes.aces;
    for (index, host) in world.hosts.iter().enumerate() {
        let last = index + 1 == world.hosts.len();
        let share = if last { left } else { world.sizes.aces * host.weight / weights };
        left -= share;
        host_file(world, host, share, out)?;
    }
    Ok(())
}

fn host_file(world: &World, host: &Host, aces: usize, out: &mut Out) -> Outcome {
    let scope = Scope::host(&host.name);
    let mut random = Random::new(world.sizes.seed, &host.name);
    let pool: Vec<Vec<String>> = (0..POOL).map(|_| entries(&mut random, world, host)).collect();
    let mut file = out.file(Dataset::Acl, &scope)?;
    file.1.write_all(b"kind,path,state,sddl\r\n")?;
    let mut rows = 0;
    let mut left = aces;
    let fixed = fixed(host);
    let mut number = 0;
    while left > 0 {
        let (kind, path) = match fixed.get(rows) {
            Some((kind, path)) => (*kind, path.clone()),
            None => {
                number += 1;
                ("ntfs", path(host, number, &mut random))
            }
        };
        let entries = &pool[random.skewed(POOL)];
        let entries = &entries[..entries.len().min(left)];
        left -= entries.len();
        row(&mut file.1, kind, &path, entries)?;
        rows += 1;
    }
    let covers = json!({"covers": covers(host)});
    out.complete(Dataset::Acl, &scope, file, rows, covers)
}

fn row(file: &mut Growing, kind: &str, path: &str, entries: &[String]) -> Outcome {
    write!(file, "{kind},{path},ok,O:BAG:SYD:AI")?;
    for entry in entries {
        file.write_all(entry.as_bytes())?;
    }
    file.write_all(b"\r\n")?;
    Ok(())
}

/// What every site server has, whatever the size; elsewhere all is bulk.
fn fixed(host: &Host) -> Vec<(&'static str, String)> {
    if !host.is_site_server() {
        return Vec::new();
    }
    let site = host.site.code;
    vec![
        ("share", format!("SMS_{site}")),
        ("registry", r"HKLM\SOFTWARE\Microsoft\SMS".to_owned()),
        ("wmi", r"root\SMS".to_owned()),
        ("wmi", format!(r"root\SMS\site_{site}")),
        ("ntfs", INSTALL.to_owned()),
        ("ntfs", format!(r"{INSTALL}\inboxes")),
        ("ntfs", format!(r"{INSTALL}\inboxes\auth")),
        ("ntfs", format!(r"{INSTALL}\inboxes\despoolr.box")),
        ("ntfs", format!(r"{INSTALL}\OSD")),
        ("ntfs", format!(r"{INSTALL}\OSD\Bin")),
    ]
}

fn path(host: &Host, number: usize, random: &mut Random) -> String {
    let file = number % 40;
    let package = number / 40;
    if host.is_site_server() {
        let folders =
            ["auth", "bgb.box", "clifiles.src", "hman.box", "objmgr.box", "policypv.box", "schedule.box"];
        return format!(r"{INSTALL}\inboxes\{}\{package:05}\part-{file:02}", random.pick(&folders));
    }
    match host.is_sql() {
        true => format!(r"D:\SQLData\{package:05}\filegroup-{file:02}"),
        false => {
            format!(r"D:\SCCMContentLib\DataLib\PS1{package:05X}.{}\source\files-{file:02}", random.below(9))
        }
    }
}

fn covers(host: &Host) -> Value {
    let tree = |kind: &str, root: &str, depth: Value, inherited: &str| json!({"root": root, "kind": kind, "depth": depth, "inherited_only": inherited});
    if !host.is_site_server() {
        let root = if host.is_sql() { r"D:\SQLData" } else { r"D:\SCCMContentLib" };
        return json!([tree("ntfs", root, "all".into(), "left-out")]);
    }
    json!([
        tree("ntfs", INSTALL, "all".into(), "left-out"),
        tree("share", &format!("SMS_{}", host.site.code), 0.into(), "kept"),
        tree("registry", r"HKLM\SOFTWARE\Microsoft\SMS", 0.into(), "kept"),
        tree("wmi", r"root\SMS", 1.into(), "kept"),
    ])
}

/// The entries of one descriptor: some of its own, the usual inherited ones behind them.
fn entries(random: &mut Random, world: &World, host: &Host) -> Vec<String> {
    const RIGHTS: [&str; 6] = ["FA", "0x1301bf", "0x1200a9", "0x1201bf", "FR", "0x100116"];
    const FLAGS: [&str; 4] = ["OICI", "CI", "", "OICIIO"];
    let mut entries = Vec::new();
    for _ in 0..1 + random.below(6) {
        let trustee = match random.below(4) {
            0 => format!("{}-{}", host.machine, 1001 + random.below(6)),
            1 => "BU".to_owned(),
            // Groups of the domain, and now and then a user.
            _ if !world.members.is_empty() => {
                let among = if random.percent(90) { world.groups.max(1) } else { world.members.len() };
                world.sid(&world.members[random.skewed(among)])
            }
            _ => "AU".to_owned(),
        };
        let (flags, rights) = (random.pick(&FLAGS), random.pick(&RIGHTS));
        entries.push(format!("(A;{flags};{rights};;;{trustee})"));
    }
    if random.percent(5) {
        entries.insert(0, format!("(D;OICI;0x10000;;;{}-{})", host.machine, 1001 + random.below(6)));
    }
    let inherited =
        ["(A;OICIID;FA;;;SY)", "(A;OICIID;FA;;;BA)", "(A;OICIID;0x1200a9;;;BU)", "(A;OICIIOID;FA;;;CO)"];
    entries.extend(inherited.iter().map(|e| (*e).to_owned()));
    entries
}
