//! Who belongs in the groups that the product makes, as it follows from the roles of computers and from the
//! administrative users.

mod database;
mod find;
mod group;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use cmlint_source::Spanned;
use cmlint_winsec::Sid;

pub use self::group::ConfigMgrGroup;
use super::permissions::Permissions;
use super::principals::{Home, Principals};
use crate::proof::{Confidence, Step, merge};
use crate::rows::prop;
use crate::words::{host as host_name, principal, site as site_name, term};
use crate::{Dataset, Gap, HostRole, Inventory, Judged, Scope, SiteEntry, Snapshot, Text, text};

/// Who belongs in which group of the product.
///
/// The role inventory decides. Beyond it `SMS Admins` rests on the administrative users, `SiteToSite` on the
/// file replication routes, `ConfigMgr_CollectedFilesAccess` on what the administrative users may do, and
/// `ConfigMgr Remote Control Users` on the client settings: who asks about one of these declares these too.
#[derive(Debug)]
pub struct ExpectedMembers<'s> {
    snapshot: &'s Snapshot<'s>,
    permissions: Arc<Permissions<'s>>,
    /// Accounts of computers, by the computer's key.
    computers: BTreeMap<String, Account>,
    /// Accounts by which site systems are reached, where one was typed: (site, computer).
    systems: BTreeMap<(String, String), Account>,
    /// Site systems of which nothing says whether an account was typed.
    unknown_systems: BTreeMap<(String, String), Gap>,
    /// Accounts by which roles connect to the database: (site, computer, role in lower case).
    connections: BTreeMap<(String, String, String), Account>,
    unknown_connections: BTreeMap<(String, String, String), Gap>,
    routes: Vec<Route>,
    route_holes: Vec<Gap>,
    viewers: Judged<Vec<Account>>,
}

/// Somebody who belongs in a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The account; `None` when only its name is known.
    pub sid: Option<Sid>,
    /// Its name.
    pub name: String,
    /// Whose place it takes: of several with the same text one is enough (the account of a computer, or the
    /// one that was typed for it).
    pub of: String,
    /// Whether something breaks when nobody takes the place; else it may be there and need not.
    pub required: bool,
    /// Why it belongs there.
    pub why: Step,
}

#[derive(Clone, Debug)]
struct Account {
    sid: Option<Sid>,
    name: String,
    /// Where it was typed; for accounts of computers where the directory names it.
    at: Option<cmlint_source::Span>,
}

/// A file replication route with an account of its own, or without one.
#[derive(Debug)]
struct Route {
    from: String,
    to: String,
    account: Option<Account>,
}

/// Roles that connect to the site database with an account that may be typed (`UserName`), in lower case.
const CONNECTING: [&str; 4] = [
    "sms management point",
    "sms enrollment server",
    "sms multicast service point",
    "sms srs reporting point",
];

impl<'s> ExpectedMembers<'s> {
    pub(crate) fn build(
        snapshot: &'s Snapshot<'s>,
        principals: &Principals<'s>,
        permissions: Arc<Permissions<'s>>,
    ) -> Self {
        let inventory = snapshot.inventory();
        let computer = |host: &str| Account {
            sid: principals.account_of(host).sid(),
            name: principals.computer_name(host).text,
            at: None,
        };
        let computers = inventory.hosts().map(|(host, _)| (host.to_owned(), computer(host))).collect();
        let mut built = ExpectedMembers {
            snapshot,
            permissions,
            computers,
            systems: BTreeMap::new(),
            unknown_systems: BTreeMap::new(),
            connections: BTreeMap::new(),
            unknown_connections: BTreeMap::new(),
            routes: Vec::new(),
            route_holes: snapshot.silence(Dataset::Address),
            viewers: find::viewers(snapshot, principals),
        };
        built.add_systems(principals);
        built.add_routes(principals);
        built
    }

    /// Who belongs in a group of a computer, given in any form. Empty when the group has no business there,
    /// or nobody needs it.
    ///
    /// # Errors
    /// The holes that could hide more members.
    pub fn for_group(&self, host: &str, group: &ConfigMgrGroup) -> Judged<Vec<Expected>> {
        match self.known(host, group) {
            (expected, holes) if holes.is_empty() => Ok(expected),
            (_, holes) => Err(holes),
        }
    }

    /// Those of whom it is known that they belong in a group, and the holes that could hide more.
    pub fn known(&self, host: &str, group: &ConfigMgrGroup) -> (Vec<Expected>, Vec<Gap>) {
        let inventory = self.snapshot.inventory();
        let host = inventory.host_key(host);
        let mut found = Found { expected: Vec::new(), holes: inventory.host_holes().to_vec() };
        merge(&mut found.holes, inventory.site_holes().iter().cloned());
        match group {
            ConfigMgrGroup::SmsAdmins => self.sms_admins(&host, &mut found),
            ConfigMgrGroup::ManagementPoints { site } => {
                self.connecting(&host, site, "SMS Management Point", &mut found);
            }
            ConfigMgrGroup::Providers { site } => self.connecting(&host, site, "SMS Provider", &mut found),
            ConfigMgrGroup::SiteSystems { site } => {
                self.connecting(&host, site, "SMS Site System", &mut found);
            }
            ConfigMgrGroup::SiteToSite { site } => self.site_to_site(&host, site, &mut found),
            ConfigMgrGroup::DViewAccess => self.distributed_views(&host, &mut found),
            ConfigMgrGroup::CollectedFilesAccess => self.collected_files(&host, &mut found),
            ConfigMgrGroup::RemoteControlUsers => self.remote_control(&mut found),
        }
        found.expected.sort_by(|a, b| (&a.of, !a.required, &a.name).cmp(&(&b.of, !b.required, &b.name)));
        (found.expected, found.holes)
    }

    /// The active server of a site and, where there is one, the passive one (a second `SMS Site Server`).
    pub fn site_servers(&self, site: &str) -> Vec<(String, bool)> {
        let inventory = self.snapshot.inventory();
        let active = inventory.site(site).and_then(|s| s.server.clone());
        let roles = inventory.hosts_with(site, "SMS Site Server");
        let mut servers: Vec<(String, bool)> = active.iter().map(|host| (host.clone(), true)).collect();
        for (host, _) in roles {
            if active.as_deref() != Some(host) {
                // Without a site row nothing says which of several is the active one.
                servers.push((host.to_owned(), active.is_none()));
            }
        }
        servers
    }

    fn add_systems(&mut self, principals: &Principals<'s>) {
        let snapshot = self.snapshot;
        let mut rows: Vec<_> = snapshot.site_system_roles.rows().collect();
        rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.span));
        for (scope, row) in rows {
            let (Scope::Site(site), Some(path)) = (scope, row.network_os_path.filled()) else { continue };
            let role = row.role_name.get().map_or("", |r| &**r).trim().to_lowercase();
            let host = snapshot.inventory().host_key(path.value);
            let (connects, system) = (CONNECTING.contains(&&*role), role == "sms site system");
            if !connects && !system {
                continue;
            }
            let key = (site.clone(), host);
            let full = (key.0.clone(), key.1.clone(), role);
            if !row.collected("Props") {
                let gap = row.gap(scope, "Props");
                if connects {
                    self.unknown_connections.insert(full, gap)
                } else {
                    self.unknown_systems.insert(key, gap)
                };
                continue;
            }
            // 1: the site server's own account is in use, whatever name is stored.
            let machine = prop(&row.data.props, "UseMachineAccount").and_then(|p| p.value.get());
            let unused = system && machine.is_some_and(|m| m.0 == 1);
            let Some(name) = prop(&row.data.props, "UserName").and_then(|p| p.text()) else { continue };
            let account = typed(name, Some(&key.1), principals);
            match (connects, unused) {
                (true, _) => {
                    self.connections.insert(full, account);
                }
                (false, false) => {
                    self.systems.insert(key, account);
                }
                (false, true) => {}
            }
        }
    }

    fn add_routes(&mut self, principals: &Principals<'s>) {
        let snapshot = self.snapshot;
        for (scope, row) in snapshot.addresses.rows() {
            let Scope::Site(from) = scope else { continue };
            let item = row.data.item_name.filled().and_then(|i| i.value.split('|').next());
            let to = row.data.des_site_code.filled().map(|c| c.value).or(item).unwrap_or_default();
            if !row.collected("Props") {
                merge(&mut self.route_holes, [row.gap(scope, "Props")]);
            }
            let account = prop(&row.data.props, "LAN Login").and_then(|p| p.text());
            let account = account.map(|name| typed(name, None, principals));
            self.routes.push(Route { from: from.clone(), to: to.trim().to_ascii_uppercase(), account });
        }
    }

    fn inventory(&self) -> &'s Inventory {
        self.snapshot.inventory()
    }
}

#[derive(Debug)]
struct Found {
    expected: Vec<Expected>,
    holes: Vec<Gap>,
}

fn typed(name: Spanned<&str>, host: Option<&str>, principals: &Principals<'_>) -> Account {
    let sid = principals.resolve(name, &Home { host }).sid();
    Account { sid, name: name.value.trim().to_owned(), at: Some(name.span) }
}

/// "mp01 has the role `SMS Management Point` at the site PS1".
fn has_role(host: &str, role: &HostRole) -> Step {
    let role_name = term(&role.role);
    Step::read(
        text!("{} has the role `{}` at the site {}", host_name(host), role_name, site_name(&role.site)),
        role.span,
    )
}

fn serves(host: &str, site: &SiteEntry, active: bool) -> Step {
    let which = if active { "active" } else { "passive" };
    Step::read(
        text!("{} is the {} server of the site {}", host_name(host), which, site_name(&site.code)),
        site.span,
    )
}

fn typed_for(account: &Account, what: Text, otherwise: &Step) -> Step {
    let text = text!("`{}` was typed as {}", principal(&account.name), what);
    match account.at {
        Some(span) => Step::read(text, span),
        None => otherwise.clone().confidence(Confidence::Medium),
    }
}
