//! Whom a snapshot names: what a directory has to be asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cmlint_archive::{OpenError, Options, open};
use cmlint_model::need::{AllPurposes, Context, Each, Need};
use cmlint_model::rows::{Admin, AppPool, PoolIdentity, Service, UserRight};
use cmlint_model::views::{ViewId, Views};
use cmlint_winsec::{Sid, from_well_known_name};

/// Principals and objects that were named, each once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Named {
    /// Accounts and groups by name, as they were written. The key is the name in lower case.
    names: BTreeMap<String, String>,
    /// Accounts and groups by SID, those of domains and computers only.
    pub sids: BTreeSet<Sid>,
    /// Computers, by DNS name or NetBIOS name.
    pub hosts: BTreeSet<String>,
    /// Distinguished names: where accounts are discovered, where computers join. As written, by lower case.
    places: BTreeMap<String, String>,
}

impl Named {
    /// Adds an account or group by name. Well-known names, variables and SIDs are told apart.
    pub(crate) fn name(&mut self, name: &str) {
        let name = name.trim().trim_start_matches('*');
        let variable = name.contains('%');
        if name.is_empty() || variable || from_well_known_name(name).is_some() || is_of_system(name) {
            return;
        }
        match name.parse::<Sid>() {
            Ok(sid) => self.sid(sid),
            Err(_) => {
                self.names.entry(name.to_lowercase()).or_insert_with(|| name.to_owned());
            }
        }
    }

    /// Adds a SID, if it is one that a domain or computer has issued.
    pub(crate) fn sid(&mut self, sid: Sid) {
        if sid.domain().is_some() {
            self.sids.insert(sid);
        }
    }

    /// Adds a distinguished name, with or without `LDAP://` or `LDAP://server/` before it.
    pub(crate) fn place(&mut self, text: &str) {
        let text = text.trim();
        if !distinguished(text).is_empty() {
            self.places.entry(text.to_lowercase()).or_insert_with(|| text.to_owned());
        }
    }

    /// The names as they were written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.values().map(String::as_str)
    }

    /// The distinguished names as they were written, each with what stands behind `LDAP://`.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places.values().map(|text| (text.as_str(), distinguished(text)))
    }

    /// Number of questions that follow.
    pub(crate) fn len(&self) -> usize {
        self.names.len() + self.sids.len() + self.hosts.len() + self.places.len()
    }
}

/// `NT SERVICE\x`, `IIS APPPOOL\x` and other accounts that no directory knows.
fn is_of_system(name: &str) -> bool {
    let own = [
        "nt service\\",
        "iis apppool\\",
        "nt authority\\",
        "builtin\\",
        "nt virtual machine\\",
        "font driver host\\",
    ];
    let lower = name.to_lowercase();
    own.iter().any(|prefix| lower.starts_with(prefix))
        || matches!(lower.as_str(), "localsystem" | "sa" | "dbo")
}

/// The distinguished name of `LDAP://OU=x,DC=y`, `LDAP://server/OU=x,DC=y` or itself; empty if there is none.
fn distinguished(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let rest = if lower.starts_with("ldap://") { &text["ldap://".len()..] } else { text };
    let rest = match rest.split_once('/') {
        Some((server, path)) if !server.contains('=') => path,
        _ => rest,
    };
    let is = rest.to_ascii_lowercase().split(',').any(|part| part.trim_start().starts_with("dc="));
    if is { rest } else { "" }
}

/// Reads whom the snapshot in a folder names. A folder without a snapshot names nobody.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn of_snapshot(folder: &Path) -> Result<Named, String> {
    let mut named = Named::default();
    let archive = open(folder, Options::default()).map_err(|e| match e {
        OpenError::Unreadable(path, why) => format!("{}: {why}", path.display()),
        _ => "the snapshot in it cannot be read; `cmlint coverage` says why".to_owned(),
    })?;
    let snapshot = archive.read();
    let wanted = BTreeSet::from([ViewId::Principals, ViewId::Accounts]);
    let views = Views::build(&snapshot, archive.sources(), &wanted);
    let context = Context::new(&snapshot, &views);
    for account in AllPurposes::resolve(context).iter() {
        named.name(account.name.value);
    }
    for (_, admin) in Each::<Admin<'_>>::resolve(context).iter() {
        if let Some(name) = admin.logon_name.filled() {
            named.name(name.value);
        }
    }
    for (_, service) in Each::<Service<'_>>::resolve(context).iter() {
        if let Some(name) = service.start_name.filled() {
            named.name(name.value);
        }
    }
    for (_, pool) in Each::<AppPool<'_>>::resolve(context).iter() {
        if let PoolIdentity::User { name, .. } = &pool.identity {
            named.name(&name.value);
        }
    }
    for (_, right) in Each::<UserRight<'_>>::resolve(context).iter() {
        for holder in &right.holders {
            named.name(holder.value);
        }
    }
    let inventory = snapshot.inventory();
    named.hosts.extend(inventory.hosts().map(|(host, _)| host.to_owned()));
    named.hosts.extend(inventory.sites().filter_map(|site| site.server.clone()));
    // SIDs and paths of the directory stand in files of every kind; what they are is the same everywhere.
    for source in archive.sources().all().filter(|source| !source.path().starts_with("directory/")) {
        in_text(source.text(), &mut named);
    }
    Ok(named)
}

/// Finds SIDs, as text and as SQL Server writes them, and paths of the directory.
fn in_text(text: &str, named: &mut Named) {
    for (at, _) in text.match_indices("S-1-5-21-") {
        let rest = &text[at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, 'S' | '-')).unwrap_or(rest.len());
        if let Ok(sid) = rest[..end].trim_end_matches('-').parse() {
            named.sid(sid);
        }
    }
    // Revision 1, five subauthorities, NT authority, first subauthority 21: an account of a domain or computer.
    for (at, _) in text.match_indices("0x01050000000000051") {
        let hex = text.get(at..at + 2 + 2 * 28);
        if let Some(sid) = hex.and_then(Sid::from_sql_hex) {
            named.sid(sid);
        }
    }
    for (at, _) in text.match_indices("LDAP://") {
        let rest = &text[at..];
        let end = rest.find(['"', '<', '\r', '\n', ';']).unwrap_or(rest.len());
        // The escapes of JSON and XML that distinguished names have.
        named.place(&rest[..end].replace("\\\\", "\\").replace("&amp;", "&").replace("&quot;", "\""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_directory_knows_are_not_asked_about() {
        let mut named = Named::default();
        for name in [
            "CONTOSO\\svc-naa",
            "contoso\\SVC-NAA",
            "svc@contoso.com",
            "NT AUTHORITY\\SYSTEM",
            "LocalSystem",
            "%Join%",
            "NT SERVICE\\MSSQLSERVER",
            "*S-1-5-32-544",
            "*S-1-5-21-1-2-3-1105",
            "Everyone",
            " ",
        ] {
            named.name(name);
        }
        assert_eq!(named.names().collect::<Vec<_>>(), ["CONTOSO\\svc-naa", "svc@contoso.com"]);
        assert_eq!(named.sids.iter().map(ToString::to_string).collect::<Vec<_>>(), ["S-1-5-21-1-2-3-1105"]);
    }

    #[test]
    fn sids_and_places_are_found_in_any_text() {
        let mut named = Named::default();
        let text = "A;;FA;;;S-1-5-21-1-2-3-512)(x S-1-5-21-1-2-3) 0x010500000000000515000000160000000b0000000C000000F4010000\n\
                    \"LDAP://OU=A\\\\, B,DC=contoso,DC=com\", <v>LDAP://dc1/OU=X,DC=contoso,DC=com</v> LDAP://nothing";
        in_text(text, &mut named);
        let sids: Vec<String> = named.sids.iter().map(ToString::to_string).collect();
        assert_eq!(sids, ["S-1-5-21-1-2-3-512", "S-1-5-21-22-11-12-500"]);
        let places: Vec<&str> = named.places().map(|(_, dn)| dn).collect();
        assert_eq!(places, ["OU=X,DC=contoso,DC=com", "OU=A\\, B,DC=contoso,DC=com"]);
    }
}
