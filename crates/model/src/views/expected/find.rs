//! Who belongs in each group.

use std::collections::BTreeSet;

use cmlint_source::Spanned;

use super::{Account, Expected, ExpectedMembers, Found, has_role, serves, typed, typed_for};
use crate::catalogue::COLLECTION;
use crate::proof::{Confidence, Step, merge};
use crate::rows::{SiteSystemRole, prop};
use crate::table::Row;
use crate::views::principals::Principals;
use crate::words::{principal, site as site_name};
use crate::{Dataset, Gap, Judged, Scope, Snapshot, Status, text};

/// "View Collected File" on a collection.
const VIEW_COLLECTED_FILE: i64 = 1 << 11;
/// `Type` of a primary site.
const PRIMARY: i64 = 2;

impl ExpectedMembers<'_> {
    /// `SMS Admins` of a computer with an SMS Provider: every administrative user, and the site servers. The
    /// page names "the site server"; those of other sites of the hierarchy are seen there too.
    pub(super) fn sms_admins(&self, host: &str, found: &mut Found) {
        let inventory = self.inventory();
        let provides =
            |site: &str| inventory.hosts_with(site, "SMS Provider").iter().any(|(key, _)| *key == host);
        if !inventory.has_role(host, "SMS Provider") {
            return;
        }
        merge(&mut found.holes, self.snapshot.silence(Dataset::Admin));
        for entry in self.permissions.administrators().iter() {
            // Users and groups of Microsoft Entra ID have no account that a local group could hold.
            if entry.is_of_entra() {
                continue;
            }
            let name = entry.name.value.trim().to_owned();
            found.expected.push(Expected {
                sid: entry.sid,
                of: format!("administrative user {}", name.to_lowercase()),
                why: Step::read(text!("`{}` is an administrative user", principal(&name)), entry.name.span),
                name,
                required: true,
            });
        }
        let mut seen = BTreeSet::new();
        // Sites that this provider serves first: what is required there stays required.
        let mut sites: Vec<_> = inventory.sites().collect();
        sites.sort_by_key(|site| !provides(&site.code));
        for site in sites {
            for (server, active) in self.site_servers(&site.code) {
                if !seen.insert(server.clone()) {
                    continue;
                }
                let own = provides(&site.code);
                let why = serves(&server, site, active);
                let why = if own { why } else { why.confidence(Confidence::Medium) };
                self.computer(&server, own, why, found);
            }
        }
    }

    /// Computers with a role at a site that connect to its server; it needs no group to reach itself.
    pub(super) fn connecting(&self, host: &str, site: &str, role: &str, found: &mut Found) {
        let inventory = self.inventory();
        let servers = self.site_servers(site);
        let is_server = servers.iter().any(|(server, _)| server == host);
        let is_provider = inventory.hosts_with(site, "SMS Provider").iter().any(|(key, _)| *key == host);
        // The page puts the group of management points on SMS Providers; its purpose on the site server.
        if !is_server && !is_provider {
            return;
        }
        for (key, role_at) in inventory.hosts_with(site, role) {
            if key == host {
                continue;
            }
            let why = has_role(key, role_at);
            // The other server of a pair reaches what is its own while it is the active one.
            let other = servers.iter().any(|(server, _)| server == key);
            if other && !is_server {
                continue;
            }
            let required = is_server && !other;
            let why = if required { why } else { why.confidence(Confidence::Medium) };
            if role.eq_ignore_ascii_case("SMS Management Point") {
                self.computer(key, required, why, found);
            } else {
                self.system(site, key, required, why, found);
            }
        }
    }

    /// `SMS_SiteToSiteConnection_<site>` of a site server: the servers of the parent and of the children, and
    /// the account of a route that leads here. The group is on the destination.
    pub(super) fn site_to_site(&self, host: &str, code: &str, found: &mut Found) {
        let inventory = self.inventory();
        let Some(site) = inventory.site(code) else { return };
        if !self.site_servers(code).iter().any(|(server, _)| server == host) {
            return;
        }
        merge(&mut found.holes, self.route_holes.iter().cloned());
        let parent = |code: &Option<String>| code.as_deref().unwrap_or_default().to_ascii_uppercase();
        for other in inventory.sites().filter(|other| other.code != site.code) {
            let related = parent(&other.parent) == site.code || parent(&site.parent) == other.code;
            let mut routes =
                self.routes.iter().filter(|r| r.from == other.code && r.to == site.code).peekable();
            if !related && routes.peek().is_none() {
                continue;
            }
            let mut typed_account = false;
            for account in routes.filter_map(|route| route.account.as_ref()) {
                typed_account = true;
                let what = text!(
                    "the file replication account from {} to {}",
                    site_name(&other.code),
                    site_name(&site.code)
                );
                let why = typed_for(account, what, &serves(host, site, true));
                found.expected.push(Expected {
                    sid: account.sid,
                    name: account.name.clone(),
                    of: format!("route {} to {}", other.code, site.code),
                    required: true,
                    why,
                });
            }
            for (server, active) in self.site_servers(&other.code) {
                // Setup puts the servers of related sites in, also where a route has an account of its own.
                let required = related && active && !typed_account;
                let why = serves(&server, other, active);
                let why = if required { why } else { why.confidence(Confidence::Medium) };
                self.computer(&server, required, why, found);
            }
        }
    }

    /// `ConfigMgr_DViewAccess` on the database server, or a replica's, of a primary site under a central one:
    /// the central site's server and database server. They are needed only where distributed views are on,
    /// which no dataset says.
    pub(super) fn distributed_views(&self, host: &str, found: &mut Found) {
        let inventory = self.inventory();
        merge(&mut found.holes, inventory.database_holes().iter().cloned());
        for site in inventory.sites().filter(|site| site.kind.is_none_or(|kind| kind == PRIMARY)) {
            let Some(parent) = site.parent.as_deref().and_then(|code| inventory.site(code)) else { continue };
            let own = matches!(&site.database, Some(Scope::Database { server, .. }) if server == host);
            if !own && !self.is_replica(host, &site.code, found) {
                continue;
            }
            for (server, active) in self.site_servers(&parent.code) {
                let why = serves(&server, parent, active).confidence(Confidence::Medium);
                self.computer(&server, false, why, found);
            }
            if let Some(Scope::Database { server, .. }) = &parent.database {
                let text = text!(
                    "{} holds the database of the site {}",
                    crate::words::host(server),
                    site_name(&parent.code)
                );
                let why = Step::read(text, parent.span).confidence(Confidence::Medium);
                self.computer(server, false, why, found);
            }
        }
    }

    /// Whether a management point of a site reads a replica of the database on this computer.
    fn is_replica(&self, host: &str, site: &str, found: &mut Found) -> bool {
        let scope = Scope::site(site);
        let rows: &[Row<SiteSystemRole<'_>>] = self.snapshot.site_system_roles.part(&scope);
        let mut replica = false;
        for row in rows {
            let is =
                row.role_name.get().is_some_and(|r| r.trim().eq_ignore_ascii_case("SMS Management Point"));
            if is && !row.collected("Props") {
                merge(&mut found.holes, [row.gap(&scope, "Props")]);
            }
            let own = prop(&row.data.props, "UseSiteDatabase").and_then(|p| p.value.get());
            let server = prop(&row.data.props, "SQLServerName").and_then(|p| p.text());
            let same = server.is_some_and(|name| self.inventory().host_key(name.value) == host);
            replica |= is && same && own.is_some_and(|own| own.0 == 0);
        }
        replica
    }

    /// `ConfigMgr_CollectedFilesAccess` on the server of a primary site: administrative users who may view
    /// collected files.
    pub(super) fn collected_files(&self, host: &str, found: &mut Found) {
        let primary = self.inventory().sites().filter(|site| site.kind.is_none_or(|kind| kind == PRIMARY));
        let mut servers = primary.flat_map(|site| self.site_servers(&site.code));
        if !servers.any(|(server, _)| server == host) {
            return;
        }
        self.administrators_who(COLLECTION, VIEW_COLLECTED_FILE, true, found);
    }

    /// `ConfigMgr Remote Control Users` of a client: the permitted viewers of its client settings.
    pub(super) fn remote_control(&self, found: &mut Found) {
        // Clients are no site systems: holes in the roles hide none of the viewers.
        found.holes.clear();
        match &self.viewers {
            Ok(viewers) => {
                for viewer in viewers {
                    let Some(at) = viewer.at else { continue };
                    found.expected.push(Expected {
                        sid: viewer.sid,
                        name: viewer.name.clone(),
                        of: format!("permitted viewer {}", viewer.name.to_lowercase()),
                        required: true,
                        why: Step::read(text!("`{}` is a permitted viewer", principal(&viewer.name)), at),
                    });
                }
            }
            Err(holes) => merge(&mut found.holes, holes.iter().cloned()),
        }
    }

    /// The account of a computer.
    pub(super) fn computer(&self, host: &str, required: bool, why: Step, found: &mut Found) {
        let of = format!("computer {host}");
        if found.expected.iter().any(|e| e.of == of) {
            return;
        }
        let known = self.computers.get(host);
        let (sid, name) = known.map_or((None, format!("{host}$")), |a: &Account| (a.sid, a.name.clone()));
        found.expected.push(Expected { sid, name, of, required, why });
    }

    /// The account of a site system, or the one that was typed for it. Which of the two connects, no page
    /// says; one of them does.
    fn system(&self, site: &str, host: &str, required: bool, why: Step, found: &mut Found) {
        let key = (site.to_owned(), host.to_owned());
        merge(&mut found.holes, self.unknown_systems.get(&key).cloned());
        self.computer(host, required, why.clone(), found);
        if let Some(account) = self.systems.get(&key) {
            let what = text!("the installation account of {}", crate::words::host(host));
            found.expected.push(Expected {
                sid: account.sid,
                name: account.name.clone(),
                of: format!("computer {host}"),
                required,
                why: typed_for(account, what, &why).confidence(why.confidence),
            });
        }
    }
}

/// The permitted viewers of the client settings, where all clients have the same.
pub(super) fn viewers<'s>(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> Judged<Vec<Account>> {
    let mut holes = snapshot.silence(Dataset::ClientSettings);
    let mut viewers = Vec::new();
    for (scope, row) in snapshot.client_settings.rows() {
        if !row.collected("AgentConfigurations") {
            merge(&mut holes, [row.gap(scope, "AgentConfigurations")]);
        }
        for agent in row.data.agent_configurations.get().into_iter().flat_map(|a| a.iter()) {
            let listed = agent.value.permitted_viewers.get();
            // Settings beside the default ones reach the members of a collection, which are not collected.
            if listed.is_some() && row.r#type.get().is_none_or(|kind| kind.0 != 0) {
                let why = "which client settings a computer has depends on the collections it is in";
                merge(&mut holes, [Gap::new(Dataset::ClientSettings, scope.clone(), Status::Partial, why)]);
            }
            for viewer in listed.into_iter().flat_map(|v| v.iter()) {
                viewers.push(typed(Spanned::new(&*viewer.value, viewer.span), None, principals));
            }
        }
    }
    if holes.is_empty() { Ok(viewers) } else { Err(holes) }
}
