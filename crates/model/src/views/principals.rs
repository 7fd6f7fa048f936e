//! Who is who, and who is in which group.

mod build;
mod containers;
mod context;
mod crowds;
mod existence;
pub(in crate::views) mod index;
mod memberships;
mod privileged;
mod trusts;
mod ways;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cmlint_source::{Span, Spanned, Str};
use cmlint_winsec::{Sid, well_known};

pub use self::containers::domain_dn;
pub use self::context::domain_of_dn;
use self::index::{AnyCase, Many, Table};
use self::memberships::Closure;
use crate::proof::{Confidence, Proof, Step};
use crate::rows::{DirectoryObject, LocalGroup, LookupAnswer};
use crate::table::Row;
use crate::words::{Name, principal};
use crate::{Dataset, Gap, Scope, Snapshot, Status, text};

/// What a name in the snapshot stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// One principal, with its SID.
    Resolved {
        /// Its SID.
        sid: Sid,
        /// What led from the name to the SID; `None` when the SID itself was given or is well known.
        via: Option<Step>,
    },
    /// A name that nothing in the snapshot resolves.
    NameOnly,
    /// A name that stands for several principals.
    Ambiguous(Vec<Sid>),
    /// A name that was looked up and does not exist; the place of the answer.
    NotFound(Option<Span>),
    /// A name that is only known when the task sequence runs; the variable.
    SetByVariable(String),
}

impl Principal {
    /// The SID, when there is exactly one.
    pub fn sid(&self) -> Option<Sid> {
        match self {
            Principal::Resolved { sid, .. } => Some(*sid),
            _ => None,
        }
    }
}

/// Where a name without a domain, or with `.`, is at home.
#[derive(Clone, Debug, Default)]
pub struct Home<'h> {
    /// Key of the computer on which `.\name` is looked up.
    pub host: Option<&'h str>,
}

/// Where a group lives, because `S-1-5-32-544` is another group on each computer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GroupPlace {
    /// The same everywhere, or its SID names its domain or computer.
    Anywhere,
    /// A built-in group of one computer, by the computer's key.
    Host(String),
    /// A built-in group of one domain, by its DNS name.
    Domain(String),
}

/// A group reached from a principal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Holder {
    /// Its SID.
    pub sid: Sid,
    /// Where it lives.
    pub place: GroupPlace,
}

/// A group that somebody is in, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    /// The group.
    pub holder: Holder,
    /// The path to it.
    pub proof: Proof,
    /// Whether the path leads through a group that every account is in without anybody having put it there
    /// (Everyone, Authenticated Users, Domain Users, Users). A path without one is given where there is one.
    pub by_default: bool,
}

/// The principal graph: names, SIDs and memberships of all sources together.
#[derive(Debug)]
pub struct Principals<'s> {
    snapshot: &'s Snapshot<'s>,
    /// Users, groups and computers by their SIDs, with the DNS names of their domains.
    by_sid: Table<Sid, Entry<'s>>,
    /// By the DNS name of the domain and the account name.
    by_sam: Many<(&'s str, AnyCase<'s>), Object<'s>>,
    by_upn: Many<AnyCase<'s>, Object<'s>>,
    /// Computers by `dNSHostName`, lower case.
    by_host_name: Many<String, Object<'s>>,
    by_dn: Table<AnyCase<'s>, Entry<'s>>,
    /// Groups that list a distinguished name as member, with the place of the value.
    groups_of_dn: Many<AnyCase<'s>, (Object<'s>, Span)>,
    /// Groups that list the stand-in of a principal of another domain.
    groups_of_stranger: Many<Sid, (Object<'s>, Span)>,
    domains: Vec<DomainNames>,
    machines: BTreeMap<Sid, String>,
    /// Names beside SIDs anywhere: members of local groups, administrative users, logins.
    paired: BTreeMap<String, BTreeMap<Sid, Span>>,
    /// Names of SIDs that the directory does not hold.
    labels: BTreeMap<Sid, String>,
    lookups: BTreeMap<(&'s str, String), (LookupAnswer, Span)>,
    closures: Mutex<BTreeMap<Sid, Arc<Closure>>>,
}

type Object<'s> = &'s Row<DirectoryObject<'s>>;

/// An object, and the DNS name of its domain.
type Entry<'s> = (&'s str, Object<'s>);

#[derive(Debug, Clone)]
struct DomainNames {
    dns: String,
    netbios: Option<String>,
    sid: Option<Sid>,
}

fn anywhere(sid: Sid) -> Holder {
    Holder { sid, place: GroupPlace::Anywhere }
}

/// `S-1-5-32-…`: a group that each computer and each domain has of its own.
fn is_builtin(sid: &Sid) -> bool {
    sid.authority() == 5 && sid.sub_authorities().first() == Some(&32)
}

impl<'s> Principals<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let mut graph = Principals {
            snapshot,
            by_sid: Table::default(),
            by_sam: Many::default(),
            by_upn: Many::default(),
            by_host_name: Many::default(),
            by_dn: Table::default(),
            groups_of_dn: Many::default(),
            groups_of_stranger: Many::default(),
            domains: Vec::new(),
            machines: BTreeMap::new(),
            paired: BTreeMap::new(),
            labels: BTreeMap::new(),
            lookups: BTreeMap::new(),
            closures: Mutex::new(BTreeMap::new()),
        };
        graph.add_domains();
        graph.add_directory();
        graph.add_hosts();
        graph.add_pairs();
        graph
    }

    /// Resolves a name as the product stores it: `DOMAIN\name`, `fqdn\name`, `name@suffix`, `.\name`, a
    /// bare name, a well-known name, or a SID.
    pub fn resolve(&self, name: Spanned<&str>, home: &Home<'_>) -> Principal {
        let text = name.value.trim();
        if let Some(variable) = variable_in(text) {
            return Principal::SetByVariable(variable);
        }
        if let Ok(sid) = text.trim_start_matches('*').parse::<Sid>() {
            return Principal::Resolved { sid, via: None };
        }
        if let Some(sid) = well_known::from_well_known_name(text) {
            return Principal::Resolved { sid, via: None };
        }
        if let Some((domain, account)) = text.split_once('\\') {
            return self.resolve_in(domain, account, text, home);
        }
        if let Some((account, suffix)) = text.split_once('@') {
            return self.resolve_upn(account, suffix, text);
        }
        match home.host {
            Some(host) => self.resolve_local(host, text),
            None => Principal::NameOnly,
        }
    }

    /// A name for a SID: `CONTOSO\svc-naa`, `BUILTIN\Users`, or the SID itself.
    pub fn label(&self, sid: &Sid) -> Name {
        if let Some((dns, row)) = self.by_sid.get(sid)
            && let Some(sam) = &row.sam
        {
            let netbios = self.domains.iter().find(|d| d.dns == *dns).and_then(|d| d.netbios.as_deref());
            return principal([netbios.unwrap_or(dns), "\\", &**sam].concat());
        }
        if let Some(label) = self.labels.get(sid) {
            return principal(label);
        }
        if let Some(known) = well_known::well_known_name(sid) {
            return principal(known);
        }
        if let (Some(domain), Some(rid)) = (sid.domain(), sid.rid()) {
            let netbios = self.domains.iter().find(|d| d.sid == Some(domain)).and_then(|d| d.netbios.clone());
            if let (Some(netbios), Some(name)) = (netbios, well_known::domain_rid_name(rid)) {
                return principal(format!("{netbios}\\{name}"));
            }
        }
        crate::words::sid(sid)
    }

    /// The directory object of a SID.
    pub fn object(&self, sid: &Sid) -> Option<&'s Row<DirectoryObject<'s>>> {
        self.by_sid.get(sid).map(|(_, object)| *object)
    }

    /// The SID of a computer's account, by the computer's name in any form.
    pub fn computer(&self, host: &str) -> Option<(Sid, Span)> {
        let key = self.snapshot.inventory().host_key(host);
        let (short, domain) = key.split_once('.')?;
        let sam = format!("{short}$");
        let account = (domain, AnyCase::new(&sam));
        // A computer's DNS suffix need not be its domain's name; its object then says where it belongs.
        let row = match self.by_sam.get(&account).next() {
            Some(_) => self.by_sam.only(&account)?,
            None => self.by_host_name.only(&key)?,
        };
        row.sid.as_ref().map(|sid| (sid.value, sid.span))
    }

    /// The account of a computer, by the computer's name in any form; from the directory, else from a name
    /// that stands beside a SID. That the directory has no such computer tells nothing: its DNS suffix need
    /// not be its domain's name.
    pub fn account_of(&self, host: &str) -> Principal {
        let name = self.computer_name(host);
        match self.computer(host) {
            Some((sid, span)) => {
                let text = text!(
                    "`{}` is the account of {}",
                    name,
                    crate::words::host(self.snapshot.inventory().host_key(host))
                );
                Principal::Resolved { sid, via: Some(Step::read(text, span)) }
            }
            None => self.resolve_paired(&name.text),
        }
    }

    /// Why a name could not be resolved: the directory in which it would have to be looked up.
    pub fn unresolved(&self, name: &str) -> Vec<Gap> {
        let name = name.trim();
        let domain = match (name.split_once('\\'), name.split_once('@')) {
            (Some((domain, _)), _) if !matches!(domain, "" | ".") => domain.to_lowercase(),
            (None, Some((_, domain))) => domain.to_lowercase(),
            _ => {
                let why = format!("`{name}` names no domain");
                return vec![Gap::new(Dataset::Directory, Scope::Hierarchy, Status::Partial, why)];
            }
        };
        let Some(names) = self.domain_named(&domain) else {
            let status = self.snapshot.domains.statement(&Scope::Hierarchy).status;
            let status = if status == Status::Complete { Status::Partial } else { status };
            let why = format!("nothing says which domain or computer `{domain}` is, in `{name}`");
            return vec![Gap::new(Dataset::Domain, Scope::Hierarchy, status, why)];
        };
        let scope = Scope::domain(&names.dns);
        let hole = self.snapshot.directory.hole(&scope, true);
        let mut gap = hole.unwrap_or_else(|| Gap::new(Dataset::Directory, scope, Status::Partial, ""));
        gap.why = format!("nothing says which account `{name}` is");
        vec![gap]
    }

    /// The key of a computer, by its name in any form; see [`crate::Inventory::host_key`].
    pub fn host_key(&self, name: &str) -> String {
        self.snapshot.inventory().host_key(name)
    }

    /// The name of a computer's account, by the computer's name in any form: `CONTOSO\CM01$`. Without the
    /// NetBIOS name of the domain, its DNS name.
    pub fn computer_name(&self, host: &str) -> Name {
        let key = self.snapshot.inventory().host_key(host);
        if let Some((sid, _)) = self.computer(&key) {
            return self.label(&sid);
        }
        let (short, domain) = key.split_once('.').unwrap_or((&key, ""));
        let netbios = self.domain_named(domain).and_then(|d| d.netbios.as_deref());
        match netbios.unwrap_or(domain) {
            "" => principal(format!("{}$", short.to_uppercase())),
            domain => principal(format!("{domain}\\{}$", short.to_uppercase())),
        }
    }

    /// Whether a SID belongs to a computer account; gMSAs end in `$` too and are told apart by their class.
    pub fn is_computer(&self, sid: &Sid) -> Option<bool> {
        let object = self.object(sid)?;
        Some(object.is("computer") && !object.is("msDS-GroupManagedServiceAccount"))
    }

    /// Whether a SID belongs to a group; `None` when the snapshot does not say.
    pub fn is_group(&self, sid: &Sid) -> Option<bool> {
        if is_builtin(sid) || matches!(sid.rid(), Some(512..=520)) && sid.domain().is_some() {
            return Some(true);
        }
        self.object(sid).map(|o| o.is("group"))
    }

    /// The domain of a SID, by DNS name.
    pub fn domain_of(&self, sid: &Sid) -> Option<&str> {
        let domain = sid.domain()?;
        self.domains.iter().find(|d| d.sid == Some(domain)).map(|d| d.dns.as_str())
    }

    /// The DNS name of a domain, by its DNS or NetBIOS name in any case.
    pub fn dns_name_of(&self, domain: &str) -> Option<&str> {
        self.domain_named(&domain.trim().to_lowercase()).map(|names| names.dns.as_str())
    }

    /// The computer whose account database a SID belongs to, by its key.
    pub fn machine_of(&self, sid: &Sid) -> Option<&str> {
        self.machines.get(&sid.domain()?).map(String::as_str)
    }

    /// Whether what stands before `\` in a name is known to be a domain.
    pub fn is_domain_name(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        let same = |text: &Str<'_>| text.trim().eq_ignore_ascii_case(&name);
        self.domain_named(&name).is_some()
            || self
                .snapshot
                .site_definitions
                .rows()
                .any(|(_, site)| site.site_server_domain.get().is_some_and(same))
            || self.hosts().any(|host| host.split_once('.').is_some_and(|(_, domain)| domain == name))
    }

    /// The key of the computer whose name, short or full, stands before `\` in a name.
    pub fn computer_named(&self, name: &str) -> Option<String> {
        let key = crate::host_key(name);
        let same = |host: &&str| *host == key || host.split('.').next() == Some(key.as_str());
        if let Some(host) = self.hosts().filter(same).min() {
            return Some(host.to_owned());
        }
        let short = format!("{}$", key.split('.').next().unwrap_or(&key));
        let account = |row: &Row<DirectoryObject<'_>>| {
            row.is("computer")
                && !row.is("msDS-GroupManagedServiceAccount")
                && (!key.contains('.')
                    || row.dns_host_name.as_ref().is_some_and(|n| crate::host_key(n) == key))
        };
        let named =
            |domain: &DomainNames| self.by_sam.get(&(&*domain.dns, AnyCase::new(&short))).any(account);
        self.domains.iter().any(named).then(|| key.clone())
    }

    /// Keys of the computers of the hierarchy and of those that were collected.
    fn hosts(&self) -> impl Iterator<Item = &str> {
        let inventory = self.snapshot.inventory().hosts().map(|(key, _)| key);
        inventory.chain(self.machines.values().map(String::as_str))
    }

    fn resolve_in(&self, domain: &str, account: &str, full: &str, home: &Home<'_>) -> Principal {
        let lower = domain.to_lowercase();
        if lower == "." {
            return match home.host {
                Some(host) => self.resolve_local(host, account),
                None => Principal::NameOnly,
            };
        }
        let Some(names) = self.domain_named(&lower) else {
            let host = self.snapshot.inventory().host_key(&lower);
            if self.machines.values().any(|m| *m == host || m.split('.').next() == Some(&lower)) {
                return self.resolve_local(&host, account);
            }
            return self.resolve_paired(full);
        };
        let named = (names.dns.as_str(), AnyCase::new(account));
        match self.by_sam.get(&named).collect::<Vec<_>>()[..] {
            [row] => self.resolved(row, full),
            [_, _, ..] => Principal::Ambiguous(self.by_sam.get(&named).filter_map(sid_of).collect()),
            _ => self.not_in_directory(&names.dns, full),
        }
    }

    fn resolve_upn(&self, account: &str, suffix: &str, full: &str) -> Principal {
        let named = AnyCase::new(full);
        match self.by_upn.get(&named).collect::<Vec<_>>()[..] {
            [] => {}
            [row] => return self.resolved(row, full),
            _ => return Principal::Ambiguous(self.by_upn.get(&named).filter_map(sid_of).collect()),
        }
        // Every account also answers to the implicit name `sAMAccountName@domain` (MS-ADTS 5.1.1.1.1).
        self.resolve_in(suffix, account, full, &Home::default())
    }

    fn resolve_local(&self, host: &str, account: &str) -> Principal {
        let short = host.split('.').next().unwrap_or(host);
        if let Some(group) = self.local_group(host, account)
            && let (Some(sid), Some(name)) = (group.group_sid(), group.name.filled())
        {
            let text = text!("`{}` is a local group on {}", principal(account), crate::words::host(host));
            return Principal::Resolved { sid, via: Some(Step::read(text, name.span)) };
        }
        self.resolve_paired(&format!("{short}\\{account}"))
    }

    fn local_group(&self, host: &str, name: &str) -> Option<&'s Row<LocalGroup<'s>>> {
        let groups = self.snapshot.local_groups.part(&Scope::host(host));
        groups.iter().find(|g| g.name.get().is_some_and(|n| n.trim().eq_ignore_ascii_case(name)))
    }

    /// Whether a name without a domain is an account of a computer and no group, although nothing gives its
    /// SID: all groups of the computer are known, and none is called so.
    pub(super) fn is_local_account(&self, host: &str, name: &str) -> bool {
        !name.contains(['\\', '@'])
            && self.snapshot.local_groups.hole(&Scope::host(host), true).is_none()
            && self.local_group(host, name).is_none()
    }

    fn resolve_paired(&self, full: &str) -> Principal {
        let Some(sids) = self.paired.get(&full.to_lowercase()) else { return Principal::NameOnly };
        let mut each = sids.iter();
        match (each.next(), each.next()) {
            (Some((sid, span)), None) => {
                let text = text!("`{}` stands beside the SID {}", principal(full), crate::words::sid(sid));
                let step = Step::read(text, *span).confidence(Confidence::Medium);
                Principal::Resolved { sid: *sid, via: Some(step) }
            }
            (Some(_), Some(_)) => Principal::Ambiguous(sids.keys().copied().collect()),
            _ => Principal::NameOnly,
        }
    }

    fn resolved(&self, row: &'s Row<DirectoryObject<'s>>, full: &str) -> Principal {
        let Some(sid) = &row.sid else { return Principal::NameOnly };
        let text = text!("`{}` is {}", principal(full), crate::words::path(&*row.dn.value));
        Principal::Resolved { sid: sid.value, via: Some(Step::read(text, sid.span)) }
    }

    fn not_in_directory(&self, dns: &str, full: &str) -> Principal {
        match self.lookups.get(&(dns, full.to_lowercase())) {
            Some((LookupAnswer::NotFound, span)) => Principal::NotFound(Some(*span)),
            Some(_) => self.resolve_paired(full),
            None => {
                let scope = Scope::domain(dns);
                let directory = self.snapshot.directory.statement(&scope);
                // A whole domain in which the name does not occur is an answer; an extract is none.
                if directory.status == Status::Complete && directory.covers.is_empty() {
                    Principal::NotFound(directory.at)
                } else {
                    self.resolve_paired(full)
                }
            }
        }
    }

    fn domain_named(&self, lower: &str) -> Option<&DomainNames> {
        self.domains
            .iter()
            .find(|d| d.dns == lower || d.netbios.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(lower)))
    }
}

/// The SID that the stand-in of a principal of another domain has for a name: `CN=S-1-5-21-…,CN=ForeignSecurityPrincipals,…`.
fn stranger(dn: &str) -> Option<Sid> {
    let (kind, rest) = dn.trim_start().split_at_checked(3)?;
    kind.eq_ignore_ascii_case("cn=").then(|| rest.split(',').next()?.parse().ok())?
}

fn sid_of(object: &Row<DirectoryObject<'_>>) -> Option<Sid> {
    object.sid.as_ref().map(|sid| sid.value)
}

/// The task sequence variable in a text: `%JoinUser%`.
fn variable_in(text: &str) -> Option<String> {
    let start = text.find('%')?;
    let end = text[start + 1..].find('%')?;
    (end > 0).then(|| text[start + 1..start + 1 + end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_managed_service_account_is_told_from_a_computer_by_its_class() {
        use crate::views::testing::{Made, sid};
        // The first two are of the class `computer`, and the names of all end in `$`.
        let mut made = Made::new()
            .object("computer", 1101, "CM01$", &[])
            .object("computer msDS-GroupManagedServiceAccount", 1102, "gmsa-sql$", &[])
            .user(1103, "odd$", &[]);
        made.close();
        let graph = Principals::build(&made.snapshot);
        assert_eq!(
            [1101, 1102, 1103, 1199].map(|rid| graph.is_computer(&sid(rid))),
            [Some(true), Some(false), Some(false), None]
        );
    }

    #[test]
    fn members_of_a_group_are_hidden_where_its_directory_was_not_collected() {
        use crate::views::testing::{Made, sid};
        let made = || Made::new().user(1101, "anna", &["Team"]).group(1201, "Team", &[]);
        let holes = |mut made: Made| {
            made.close();
            let graph = Principals::build(&made.snapshot);
            let datasets = |rid| crate::views::testing::datasets(&graph.member_holes(&sid(rid)));
            (datasets(1101), datasets(1201))
        };
        assert_eq!(holes(made()), ([].into(), [].into()));
        let hidden = [Dataset::Directory].into();
        assert_eq!(holes(made().without(Dataset::Directory)).1, hidden);
    }

    #[test]
    fn variables_are_recognised() {
        assert_eq!(variable_in(r"%Domain%\join"), Some("Domain".to_owned()));
        assert_eq!(variable_in("100%"), None);
    }
}
