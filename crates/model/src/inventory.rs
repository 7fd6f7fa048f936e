use std::collections::{BTreeMap, BTreeSet};

use cmlint_source::Span;

use crate::rows::place_of;
use crate::{Dataset, Gap, Judged, Scope, ScopeKind, Snapshot, Status, host_key};

/// Which sites, computers, domains and databases belong to the hierarchy, as far as the snapshot says.
///
/// Expectation comes from here and not from the folder: a host that the site names and that nobody
/// collected is a hole.
#[derive(Debug, Default)]
pub struct Inventory {
    sites: BTreeMap<String, SiteEntry>,
    hosts: BTreeMap<String, HostEntry>,
    databases: BTreeSet<Scope>,
    domains: BTreeSet<Scope>,
    /// Why there may be more sites, hosts and databases.
    site_holes: Vec<Gap>,
    host_holes: Vec<Gap>,
    database_holes: Vec<Gap>,
    /// Short names that belong to exactly one fully qualified name.
    short_names: BTreeMap<String, Option<String>>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct SiteEntry {
    /// Code in upper case.
    pub code: String,
    /// 1 secondary, 2 primary, 4 central administration site; `None` when unknown.
    pub kind: Option<i64>,
    /// Build number; `None` when unknown.
    pub build: Option<i64>,
    /// Key of the active site server.
    pub server: Option<String>,
    /// Installation folder on the site server, without a trailing `\`.
    pub install_dir: Option<String>,
    /// Code of the parent site.
    pub parent: Option<String>,
    /// Scope of the site database.
    pub database: Option<Scope>,
    /// Where the site is named.
    pub span: Span,
}

/// A computer of the hierarchy.
#[derive(Debug, Clone, Default)]
pub struct HostEntry {
    /// Roles: site code, role name, and the place where it is named.
    pub roles: Vec<HostRole>,
}

/// A site system role on a computer.
#[derive(Debug, Clone)]
pub struct HostRole {
    /// Site code in upper case.
    pub site: String,
    /// `SMS Management Point` and so on.
    pub role: String,
    /// Where the role is named.
    pub span: Span,
}

impl Inventory {
    pub(crate) fn build(snapshot: &Snapshot<'_>) -> Inventory {
        let mut inventory = Inventory::default();
        inventory.learn_short_names(snapshot);
        inventory.add_sites(snapshot);
        inventory.add_hosts(snapshot);
        inventory.add_domains(snapshot);
        let hole = |gap: Option<Gap>| gap.into_iter().collect::<Vec<_>>();
        inventory.site_holes = hole(snapshot.sites.hole(&Scope::Hierarchy, false));
        inventory.host_holes = hole(snapshot.site_system_roles.hole(&Scope::Hierarchy, false));
        inventory.database_holes = hole(snapshot.site_definitions.hole(&Scope::Hierarchy, false));
        for code in inventory.sites.keys() {
            // Statements may also be made site by site.
            let scope = Scope::Site(code.clone());
            inventory.host_holes.extend(snapshot.site_system_roles.hole(&scope, false));
            inventory.database_holes.extend(snapshot.site_definitions.hole(&scope, false));
        }
        if !inventory.sites.is_empty() && inventory.site_by_site(snapshot) {
            inventory.host_holes.retain(|g| g.scope != Scope::Hierarchy);
            inventory.database_holes.retain(|g| g.scope != Scope::Hierarchy);
        }
        inventory.host_holes.dedup_by(|a, b| a.dataset == b.dataset && a.why == b.why);
        inventory.database_holes.dedup_by(|a, b| a.dataset == b.dataset && a.why == b.why);
        inventory
    }

    /// The sites, by code.
    pub fn sites(&self) -> impl Iterator<Item = &SiteEntry> {
        self.sites.values()
    }

    /// A site by its code, in any case.
    pub fn site(&self, code: &str) -> Option<&SiteEntry> {
        self.sites.get(&code.trim().to_ascii_uppercase())
    }

    /// Why there may be more sites than [`Self::sites`] gives; empty when the list is complete.
    pub fn site_holes(&self) -> &[Gap] {
        &self.site_holes
    }

    /// The computers with a site system role, by key.
    pub fn hosts(&self) -> impl Iterator<Item = (&str, &HostEntry)> {
        self.hosts.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// A computer of the hierarchy by its name in any form; `None` when it has no role.
    pub fn host(&self, name: &str) -> Option<&HostEntry> {
        self.hosts.get(&self.host_key(name))
    }

    /// Why there may be more hosts or roles; empty when the list is complete.
    pub fn host_holes(&self) -> &[Gap] {
        &self.host_holes
    }

    /// Keys of the computers that have a role at a site.
    pub fn hosts_with(&self, site: &str, role: &str) -> Vec<(&str, &HostRole)> {
        let mut found = Vec::new();
        for (key, host) in &self.hosts {
            let same = |r: &&HostRole| r.site.eq_ignore_ascii_case(site) && r.role.eq_ignore_ascii_case(role);
            if let Some(role) = host.roles.iter().find(same) {
                found.push((key.as_str(), role));
            }
        }
        found
    }

    /// Computers that consoles connect to: those with an SMS Provider and the servers of their sites, each
    /// with the place where it is named.
    pub fn consoles_connect_to(&self) -> BTreeMap<&str, Span> {
        let mut found = BTreeMap::new();
        for (key, host) in &self.hosts {
            for role in host.roles.iter().filter(|r| r.role.eq_ignore_ascii_case("SMS Provider")) {
                found.insert(key.as_str(), role.span);
                if let Some(site) = self.site(&role.site)
                    && let Some(server) = site.server.as_deref()
                {
                    found.entry(server).or_insert(site.span);
                }
            }
        }
        found
    }

    /// Whether a computer has a role at any site.
    pub fn has_role(&self, host: &str, role: &str) -> bool {
        self.host(host).is_some_and(|h| h.roles.iter().any(|r| r.role.eq_ignore_ascii_case(role)))
    }

    /// Why there may be more databases; empty when the list is complete.
    pub fn database_holes(&self) -> &[Gap] {
        &self.database_holes
    }

    /// The database of a site, by the scope of what belongs to the site.
    ///
    /// # Errors
    /// The holes, when the site or its database is not known.
    pub fn database_of(&self, scope: &Scope) -> Judged<&Scope> {
        let hole = |dataset, why: &str, known: &[Gap]| match known {
            [] => vec![Gap::new(dataset, scope.clone(), Status::Partial, why)],
            gaps => gaps.to_vec(),
        };
        let Scope::Site(code) = scope else {
            return Err(hole(Dataset::Site, "it belongs to no site", &self.site_holes));
        };
        let Some(site) = self.site(code) else {
            return Err(hole(Dataset::Site, "the site is not in the list", &self.site_holes));
        };
        let why = "nothing names the site's database";
        site.database.as_ref().ok_or_else(|| hole(Dataset::SiteDefinition, why, &self.database_holes))
    }

    /// The key of a computer: lower case, and a short name is completed when exactly one computer of the
    /// snapshot has it.
    pub fn host_key(&self, name: &str) -> String {
        let key = host_key(name);
        if key.contains('.') {
            return key;
        }
        match self.short_names.get(&key) {
            Some(Some(full)) => full.clone(),
            _ => key,
        }
    }

    /// Scopes of a dataset that must be there, and why more may be expected.
    pub fn expected(&self, dataset: Dataset, strict: bool) -> (Vec<Scope>, Vec<Gap>) {
        let hosts = || self.hosts.keys().map(|k| Scope::Host(k.clone())).collect::<Vec<_>>();
        // Without a manifest nobody claims completeness: only what the loose files name is expected.
        let holes = |gaps: &[Gap]| if strict { gaps.to_vec() } else { Vec::new() };
        match dataset.info().scope {
            ScopeKind::Hierarchy | ScopeKind::File => {
                (if strict { vec![Scope::Hierarchy] } else { Vec::new() }, Vec::new())
            }
            ScopeKind::Site => {
                (self.sites.keys().map(|c| Scope::Site(c.clone())).collect(), holes(&self.site_holes))
            }
            ScopeKind::Host => (hosts(), holes(&self.host_holes)),
            ScopeKind::Domain => (self.domains.iter().cloned().collect(), holes(&self.host_holes)),
            ScopeKind::Database => {
                let server_wide = dataset.info().pattern.contains("/master.");
                let scopes = self.databases.iter().map(|scope| match scope {
                    Scope::Database { server, .. } if server_wide => Scope::database(server, "master"),
                    other => other.clone(),
                });
                (scopes.collect(), holes(&self.database_holes))
            }
        }
    }

    fn learn_short_names(&mut self, snapshot: &Snapshot<'_>) {
        let mut full = BTreeSet::new();
        for (_, role) in snapshot.site_system_roles.rows() {
            full.extend(role.network_os_path.get().map(|p| host_key(p)));
        }
        for (_, site) in snapshot.sites.rows() {
            full.extend(site.server_name.get().map(|p| host_key(p)));
        }
        for (_, definition) in snapshot.site_definitions.rows() {
            full.extend(definition.sql_server_name.get().map(|p| host_key(p)));
        }
        for (_, scope, _) in snapshot.statements() {
            if let Scope::Host(key) = scope {
                full.insert(key.clone());
            }
        }
        for (_, object) in snapshot.directory.rows() {
            full.extend(object.dns_host_name.as_ref().map(|n| host_key(n)));
        }
        for name in full.into_iter().filter(|n| n.contains('.')) {
            let short = name.split('.').next().unwrap_or_default().to_owned();
            let entry = self.short_names.entry(short).or_insert_with(|| Some(name.clone()));
            if entry.as_deref() != Some(&name) {
                *entry = None;
            }
        }
    }

    fn add_sites(&mut self, snapshot: &Snapshot<'_>) {
        for (scope, site) in snapshot.sites.rows() {
            let Scope::Site(code) = scope else { continue };
            let text =
                |f: &cmlint_source::Field<cmlint_source::Str<'_>>| f.filled().map(|s| s.value.to_owned());
            let entry = SiteEntry {
                code: code.clone(),
                kind: site.r#type.get().map(|t| t.0),
                build: site.build_number.get().map(|b| b.0),
                server: text(&site.server_name).map(|s| self.host_key(&s)),
                install_dir: text(&site.install_dir).map(|d| d.trim_end_matches('\\').to_owned()),
                parent: text(&site.reporting_site_code),
                database: None,
                span: place_of(&site.site_code, site.span),
            };
            self.sites.insert(code.clone(), entry);
        }
        for (scope, definition) in snapshot.site_definitions.rows() {
            let Scope::Site(code) = scope else { continue };
            let server = definition.sql_server_name.filled();
            let name = definition.sql_database_name.filled();
            let database = server.zip(name).map(|(server, name)| {
                // A named instance stands before the database: `CONFIGMGRSEC\CM_SEC`.
                let name = name.value.rsplit('\\').next().unwrap_or(name.value);
                Scope::database(&self.host_key(server.value), name)
            });
            self.databases.extend(database.clone());
            if let Some(site) = self.sites.get_mut(code) {
                site.database = database;
                site.kind = site.kind.or(definition.site_type.get().map(|t| t.0));
            }
        }
    }

    fn add_hosts(&mut self, snapshot: &Snapshot<'_>) {
        for (scope, row) in snapshot.site_system_roles.rows() {
            let Scope::Site(site) = scope else { continue };
            let Some(path) = row.network_os_path.filled() else { continue };
            let role = row.role_name.filled().map_or("", |r| r.value).trim().to_owned();
            let key = self.host_key(path.value);
            let role = HostRole { site: site.clone(), role, span: path.span };
            self.hosts.entry(key).or_default().roles.push(role);
        }
        let servers: Vec<String> = self.sites.values().filter_map(|s| s.server.clone()).collect();
        for server in servers {
            self.hosts.entry(server).or_default();
        }
        let sql: Vec<String> = self
            .databases
            .iter()
            .filter_map(|s| match s {
                Scope::Database { server, .. } => Some(server.clone()),
                _ => None,
            })
            .collect();
        for server in sql {
            self.hosts.entry(server).or_default();
        }
        for host in self.hosts.values_mut() {
            host.roles.sort_by(|a, b| (&a.site, &a.role, a.span).cmp(&(&b.site, &b.role, b.span)));
        }
    }

    fn add_domains(&mut self, snapshot: &Snapshot<'_>) {
        for host in self.hosts.keys() {
            if let Some((_, domain)) = host.split_once('.') {
                self.domains.insert(Scope::domain(domain));
            }
        }
        // Domains of stored accounts, as far as their names can be told from those of computers.
        let known: Vec<(String, String)> = snapshot
            .domains
            .rows()
            .filter_map(|(_, d)| {
                Some((d.netbios.filled()?.value.to_lowercase(), d.dns.filled()?.value.to_lowercase()))
            })
            .collect();
        for (_, account) in snapshot.stored_accounts.rows() {
            let Some(name) = account.user_name.filled() else { continue };
            let Some((domain, _)) = name.value.split_once('\\') else { continue };
            let domain = domain.to_lowercase();
            let dns = known.iter().find(|(netbios, dns)| *netbios == domain || *dns == domain);
            if let Some((_, dns)) = dns {
                self.domains.insert(Scope::domain(dns));
            }
        }
    }

    fn site_by_site(&self, snapshot: &Snapshot<'_>) -> bool {
        self.sites.keys().all(|code| {
            let scope = Scope::Site(code.clone());
            snapshot.site_system_roles.statement(&scope).status == Status::Complete
                && snapshot.site_definitions.statement(&scope).status == Status::Complete
        })
    }
}
