//! Who is who, and who is in which group.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use cmlint_source::{Span, Spanned};
use cmlint_winsec::{Sid, well_known};

use crate::proof::{Answer, Confidence, Proof, Step, merge};
use crate::rows::{DirectoryObject, LookupAnswer};
use crate::table::Row;
use crate::words::{Name, principal};
use crate::{Cover, Dataset, Gap, Scope, Snapshot, Status, text};

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

/// The principal graph: names, SIDs and memberships of all sources together.
#[derive(Debug)]
pub struct Principals<'s> {
    snapshot: &'s Snapshot<'s>,
    by_sid: BTreeMap<Sid, &'s Row<DirectoryObject<'s>>>,
    /// (DNS domain, lower-case account name).
    by_sam: BTreeMap<(&'s str, String), Vec<&'s Row<DirectoryObject<'s>>>>,
    by_upn: BTreeMap<String, Vec<&'s Row<DirectoryObject<'s>>>>,
    /// Computers by `dNSHostName`, lower case.
    by_host_name: BTreeMap<String, Vec<&'s Row<DirectoryObject<'s>>>>,
    by_dn: BTreeMap<String, (&'s str, &'s Row<DirectoryObject<'s>>)>,
    /// Groups that list a distinguished name as member: (group, place of the value).
    groups_of_dn: BTreeMap<String, Vec<(&'s Row<DirectoryObject<'s>>, Span)>>,
    domains: Vec<DomainNames>,
    machines: BTreeMap<Sid, String>,
    /// Names beside SIDs anywhere: members of local groups, administrative users, logins.
    paired: BTreeMap<String, BTreeMap<Sid, Span>>,
    labels: BTreeMap<Sid, String>,
    lookups: BTreeMap<(&'s str, String), (LookupAnswer, Span)>,
    closures: Mutex<BTreeMap<Sid, Arc<Closure>>>,
}

#[derive(Debug, Clone)]
struct DomainNames {
    dns: String,
    netbios: Option<String>,
    sid: Option<Sid>,
}

/// Everything a principal is in, apart from the local groups of computers.
#[derive(Debug, Default)]
struct Closure {
    /// Group → how it was reached: the member before it and the step.
    reached: BTreeMap<Holder, Option<(Holder, Step)>>,
    holes: Vec<Gap>,
}

impl Closure {
    fn proof(&self, holder: &Holder) -> Proof {
        let mut steps = Vec::new();
        let mut at = holder;
        while let Some(Some((before, step))) = self.reached.get(at) {
            steps.push(step.clone());
            at = before;
        }
        steps.reverse();
        Proof { steps }
    }
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
            by_sid: BTreeMap::new(),
            by_sam: BTreeMap::new(),
            by_upn: BTreeMap::new(),
            by_host_name: BTreeMap::new(),
            by_dn: BTreeMap::new(),
            groups_of_dn: BTreeMap::new(),
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
        self.by_sid.get(sid).copied()
    }

    /// The SID of a computer's account, by the computer's name in any form.
    pub fn computer(&self, host: &str) -> Option<(Sid, Span)> {
        let key = self.snapshot.inventory().host_key(host);
        let (short, domain) = key.split_once('.')?;
        let sam = format!("{short}$");
        let found = self.by_sam.get(&(domain, sam.clone())).map_or(&[][..], Vec::as_slice);
        // A computer's DNS suffix need not be its domain's name; its object then says where it belongs.
        let found = if found.is_empty() { self.by_host_name.get(&key)?.as_slice() } else { found };
        let [row] = found else { return None };
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
            (Some((domain, _)), _) | (None, Some((_, domain))) => domain.to_lowercase(),
            (None, None) => {
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

    /// The computer whose account database a SID belongs to, by its key.
    pub fn machine_of(&self, sid: &Sid) -> Option<&str> {
        self.machines.get(&sid.domain()?).map(String::as_str)
    }

    /// Whether `who` is in `group`, nested memberships included.
    ///
    /// `on` is the computer whose local groups count: `S-1-5-32-544` there is its local Administrators.
    /// Without it only domain groups and well-known ones count.
    pub fn membership(&self, who: &Sid, group: &Sid, on: Option<&str>) -> Answer {
        self.any_membership(who, std::slice::from_ref(group), on)
    }

    /// Whether `who` is in any of several groups; the proof is the path to the first that holds.
    pub fn any_membership(&self, who: &Sid, groups: &[Sid], on: Option<&str>) -> Answer {
        let (reached, holes) = self.reach(who, on);
        for group in groups {
            if let Some((_, proof)) = reached.iter().find(|(holder, _)| holder.sid == *group) {
                return Answer::Yes(proof.clone());
            }
        }
        Answer::no_unless(holes)
    }

    /// Everything `who` is in, itself first, each with the path that proves it, and the holes that could
    /// hide more. `on` as in [`Self::membership`].
    pub fn reach(&self, who: &Sid, on: Option<&str>) -> (Vec<(Holder, Proof)>, Vec<Gap>) {
        let base = self.closure(who);
        let mut holes = base.holes.clone();
        let mut local: BTreeMap<Holder, Option<(Holder, Step)>> = BTreeMap::new();
        let keep = |holder: &Holder| match (&holder.place, on) {
            (GroupPlace::Domain(domain), Some(host)) => self.is_controller_of(host, domain),
            _ => true,
        };
        for (holder, how) in base.reached.iter().filter(|(h, _)| keep(h)) {
            local.insert(holder.clone(), how.clone());
        }
        if let Some(host) = on {
            merge(&mut holes, self.add_local_groups(host, &mut local));
        }
        let all = Closure { reached: local, holes: Vec::new() };
        let start = anywhere(*who);
        let mut reached: Vec<(Holder, Proof)> =
            all.reached.keys().map(|holder| (holder.clone(), all.proof(holder))).collect();
        reached.sort_by_key(|(holder, proof)| (*holder != start, proof.steps.len(), holder.clone()));
        (reached, holes)
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
        let sam = account.to_lowercase();
        match self.by_sam.get(&(names.dns.as_str(), sam)).map(Vec::as_slice) {
            Some([row]) => self.resolved(row, full),
            Some(rows @ [_, _, ..]) => {
                Principal::Ambiguous(rows.iter().filter_map(|r| r.sid.as_ref().map(|s| s.value)).collect())
            }
            _ => self.not_in_directory(&names.dns, full),
        }
    }

    fn resolve_upn(&self, account: &str, suffix: &str, full: &str) -> Principal {
        match self.by_upn.get(&full.to_lowercase()).map(Vec::as_slice) {
            Some([row]) => return self.resolved(row, full),
            Some(rows) if rows.len() > 1 => {
                return Principal::Ambiguous(
                    rows.iter().filter_map(|r| r.sid.as_ref().map(|s| s.value)).collect(),
                );
            }
            _ => {}
        }
        // Every account also answers to the implicit name `sAMAccountName@domain` (MS-ADTS 5.1.1.1.1).
        self.resolve_in(suffix, account, full, &Home::default())
    }

    fn resolve_local(&self, host: &str, account: &str) -> Principal {
        let short = host.split('.').next().unwrap_or(host);
        self.resolve_paired(&format!("{short}\\{account}"))
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

    fn is_controller_of(&self, host: &str, domain: &str) -> bool {
        let in_domain = host.split_once('.').is_some_and(|(_, d)| d == domain);
        let scope = Scope::host(host);
        let role = self.snapshot.computers.part(&scope).iter().find_map(|c| c.domain_role.get().map(|r| r.0));
        in_domain && matches!(role, Some(4 | 5))
    }

    /// Adds the local groups of a computer to what is reached; returns the holes.
    fn add_local_groups(
        &self,
        host: &str,
        reached: &mut BTreeMap<Holder, Option<(Holder, Step)>>,
    ) -> Vec<Gap> {
        let scope = Scope::host(host);
        let mut holes: Vec<Gap> = self.snapshot.local_groups.hole(&scope, true).into_iter().collect();
        let groups = self.snapshot.local_groups.part(&scope);
        let mut grew = true;
        while grew {
            grew = false;
            for group in groups {
                let Some(sid) = group.sid.get().and_then(|s| s.parse::<Sid>().ok()) else { continue };
                let place =
                    if is_builtin(&sid) { GroupPlace::Host(host.to_owned()) } else { GroupPlace::Anywhere };
                let holder = Holder { sid, place };
                if reached.contains_key(&holder) {
                    continue;
                }
                // The shortest way in; the first in the file of several.
                let ways = group.members.get().into_iter().flat_map(|m| m.iter()).filter_map(|member| {
                    let member_sid = member.sid.get().and_then(|s| s.parse::<Sid>().ok())?;
                    let before = reached.keys().find(|h| h.sid == member_sid)?;
                    Some((steps_to(reached, before), member.span, member_sid, before.clone()))
                });
                if let Some((_, span, member_sid, before)) = ways.min() {
                    let group_name = group.name.get().map_or_else(|| sid.to_string(), |n| n.to_string());
                    let short = host.split('.').next().unwrap_or(host).to_uppercase();
                    let text = text!(
                        "`{}` is a member of the local group `{}` on {}",
                        self.label(&member_sid),
                        principal(format!("{short}\\{group_name}")),
                        crate::words::host(host)
                    );
                    reached.insert(holder.clone(), Some((before, Step::read(text, span))));
                    grew = true;
                }
            }
        }
        for group in groups {
            holes.extend(group.listed(&scope).err().into_iter().flatten());
        }
        holes
    }

    fn closure(&self, who: &Sid) -> Arc<Closure> {
        if let Some(known) = self.closures.lock().ok().and_then(|c| c.get(who).cloned()) {
            return known;
        }
        let made = Arc::new(self.compute_closure(who));
        if let Ok(mut closures) = self.closures.lock() {
            closures.insert(*who, made.clone());
        }
        made
    }

    fn compute_closure(&self, who: &Sid) -> Closure {
        let mut closure = Closure::default();
        let mut queue = VecDeque::new();
        closure.reached.insert(anywhere(*who), None);
        queue.push_back(anywhere(*who));
        self.add_implicit(who, &mut closure, &mut queue);
        while let Some(holder) = queue.pop_front() {
            let Some(object) = self.by_sid.get(&holder.sid).copied() else {
                // A domain principal that the directory file does not hold: its groups are unknown.
                merge(&mut closure.holes, self.unknown_groups(&holder.sid));
                continue;
            };
            merge(&mut closure.holes, self.directory_holes(&holder.sid));
            for (group, step) in self.parents(object, &holder) {
                if !closure.reached.contains_key(&group) {
                    closure.reached.insert(group.clone(), Some((holder.clone(), step)));
                    queue.push_back(group);
                }
            }
        }
        closure
    }

    /// Memberships that hold without being written anywhere.
    fn add_implicit(&self, who: &Sid, closure: &mut Closure, queue: &mut VecDeque<Holder>) {
        if *who == well_known::ANONYMOUS {
            return;
        }
        let mut add = |group: Sid, text| {
            let holder = anywhere(group);
            if group != *who && !closure.reached.contains_key(&holder) {
                closure.reached.insert(holder.clone(), Some((anywhere(*who), Step::rule(text))));
                queue.push_back(holder);
            }
        };
        let label = self.label(who);
        add(well_known::EVERYONE, text!("every account is in {}, `{}` too", principal("Everyone"), label));
        let guest = who.domain().is_some() && matches!(who.rid(), Some(501));
        let is_account = who.domain().is_some() && self.is_group(who) != Some(true);
        let service =
            [well_known::SYSTEM, well_known::LOCAL_SERVICE, well_known::NETWORK_SERVICE].contains(who);
        if (is_account && !guest) || service {
            let text =
                text!("every signed-in account is in {}, `{}` too", principal("Authenticated Users"), label);
            add(well_known::AUTHENTICATED_USERS, text);
        }
    }

    /// The groups that an object is directly in.
    fn parents(&self, object: &'s Row<DirectoryObject<'s>>, from: &Holder) -> Vec<(Holder, Step)> {
        let mut found = Vec::new();
        let member = self.label(&from.sid);
        let mut push = |group: &'s Row<DirectoryObject<'s>>, dns: &str, span: Span| {
            let Some(sid) = &group.sid else { return };
            let place = if is_builtin(&sid.value) {
                GroupPlace::Domain(dns.to_owned())
            } else {
                GroupPlace::Anywhere
            };
            let text = text!("`{}` is a member of `{}`", member, self.label(&sid.value));
            found.push((Holder { sid: sid.value, place }, Step::read(text, span)));
        };
        for dn in &object.member_of {
            if let Some((dns, group)) = self.by_dn.get(&dn_key(&dn.value)) {
                push(group, dns, dn.span);
            }
        }
        for (group, span) in self.groups_of_dn.get(&dn_key(&object.dn.value)).into_iter().flatten() {
            if let Some((dns, _)) = self.by_dn.get(&dn_key(&group.dn.value)) {
                push(group, dns, *span);
            }
        }
        // A principal of another domain is a member through its stand-in object, whose name is the SID.
        let stand_in = format!("cn={},", from.sid.to_string().to_lowercase());
        for (dn, groups) in
            self.groups_of_dn.range(stand_in.clone()..).take_while(|(dn, _)| dn.starts_with(&stand_in))
        {
            let _ = dn;
            for (group, span) in groups {
                if let Some((dns, _)) = self.by_dn.get(&dn_key(&group.dn.value)) {
                    push(group, dns, *span);
                }
            }
        }
        if let (Some(rid), Some(domain)) = (&object.primary_group, from.sid.domain())
            && let Some(sid) = domain.child(rid.value)
        {
            let text = text!("`{}` is the primary group of `{}`", self.label(&sid), member);
            found.push((anywhere(sid), Step::read(text, rid.span)));
        }
        // One order whatever the order of the rows.
        found.sort_by(|a, b| (&a.0, a.1.span).cmp(&(&b.0, b.1.span)));
        found
    }

    fn unknown_groups(&self, sid: &Sid) -> Vec<Gap> {
        if sid.domain().is_none() || self.machine_of(sid).is_some() || self.is_gone(sid) {
            return Vec::new();
        }
        match self.domain_of(sid) {
            Some(dns) => {
                let scope = Scope::domain(dns);
                // Groups that every domain has are in no others unless somebody put them there; an extract
                // that holds the upward closure would have them.
                let mut gap = self
                    .snapshot
                    .directory
                    .hole(&scope, true)
                    .unwrap_or_else(|| Gap::new(Dataset::Directory, scope.clone(), Status::Partial, ""));
                gap.why = format!("the directory file holds no object for {}", self.label(sid).text);
                vec![gap]
            }
            None => {
                // Nobody says whose SID this is: a domain, or a computer whose groups were not collected.
                let why = format!("no domain or computer of the snapshot has issued {sid}");
                vec![Gap::new(Dataset::Domain, Scope::Hierarchy, Status::Partial, why)]
            }
        }
    }

    /// Whether the directory is known to hold no such object: an account that was deleted is in no group.
    fn is_gone(&self, sid: &Sid) -> bool {
        let Some(dns) = self.domain_of(sid) else { return false };
        let asked = self.lookups.get(&(dns, sid.to_string().to_lowercase()));
        let directory = self.snapshot.directory.statement(&Scope::domain(dns));
        matches!(asked, Some((LookupAnswer::NotFound, _)))
            || directory.status == Status::Complete && directory.covers.is_empty()
    }

    fn directory_holes(&self, sid: &Sid) -> Vec<Gap> {
        let Some(dns) = self.domain_of(sid) else { return Vec::new() };
        let scope = Scope::domain(dns);
        let mut holes: Vec<Gap> = self.snapshot.directory.hole(&scope, true).into_iter().collect();
        let statement = self.snapshot.directory.statement(&scope);
        let upward = statement
            .covers
            .iter()
            .any(|c| matches!(c, Cover::Question { question, .. } if question == "groups-of"));
        if statement.status == Status::Complete && !statement.covers.is_empty() && !upward {
            let why = "the collection did not ask for the groups of its principals";
            holes.push(Gap::new(Dataset::Directory, scope, Status::Partial, why));
        }
        holes
    }

    fn add_domains(&mut self) {
        for (_, domain) in self.snapshot.domains.rows() {
            let Some(dns) = domain.dns.filled() else { continue };
            self.domains.push(DomainNames {
                dns: dns.value.to_lowercase(),
                netbios: domain.netbios.filled().map(|n| n.value.to_owned()),
                sid: domain.sid.filled().and_then(|s| s.value.parse().ok()),
            });
        }
        for (scope, object) in self.snapshot.directory.rows() {
            let Scope::Domain(dns) = scope else { continue };
            if object.is("domainDNS")
                && let Some(sid) = &object.sid
                && !self.domains.iter().any(|d| d.dns == *dns)
            {
                self.domains.push(DomainNames { dns: dns.clone(), netbios: None, sid: Some(sid.value) });
            }
        }
    }

    fn add_directory(&mut self) {
        for (scope, row) in self.snapshot.directory.rows() {
            let Scope::Domain(dns) = scope else { continue };
            self.by_dn.insert(dn_key(&row.dn.value), (dns, row));
            for member in &row.members {
                self.groups_of_dn.entry(dn_key(&member.value)).or_default().push((row, member.span));
            }
            if let Some(upn) = &row.upn {
                self.by_upn.entry(upn.to_lowercase()).or_default().push(row);
            }
            if let Some(name) = &row.dns_host_name {
                self.by_host_name.entry(crate::host_key(name)).or_default().push(row);
            }
            let Some(sid) = &row.sid else { continue };
            // Built-in groups of several domains share one SID; they are reached by their names.
            if !is_builtin(&sid.value) {
                let held = self.by_sid.entry(sid.value).or_insert(row);
                if row.span < held.span {
                    *held = row;
                }
            }
            if let Some(sam) = &row.sam {
                self.by_sam.entry((dns, sam.to_lowercase())).or_default().push(row);
                let netbios = self.domains.iter().find(|d| d.dns == *dns).and_then(|d| d.netbios.clone());
                let domain = netbios.unwrap_or_else(|| dns.clone());
                if !is_builtin(&sid.value) {
                    self.labels.insert(sid.value, format!("{domain}\\{}", &*sam.value));
                }
            }
        }
        for (scope, lookup) in self.snapshot.lookups.rows() {
            let Scope::Domain(dns) = scope else { continue };
            self.lookups.insert((dns, lookup.asked.to_lowercase()), (lookup.answer, lookup.span));
        }
    }

    fn add_hosts(&mut self) {
        for (scope, computer) in self.snapshot.computers.rows() {
            let Scope::Host(key) = scope else { continue };
            // A domain controller has no accounts of its own: its SID is the domain's.
            let controller = matches!(computer.domain_role.get().map(|r| r.0), Some(4 | 5));
            if let Some(sid) = computer.machine_sid.get().and_then(|s| s.parse::<Sid>().ok())
                && !controller
            {
                self.machines.insert(sid, key.clone());
            }
        }
        for (scope, group) in self.snapshot.local_groups.rows() {
            let Scope::Host(key) = scope else { continue };
            let Some(sid) = group.sid.get().and_then(|s| s.parse::<Sid>().ok()) else { continue };
            if let Some(machine) = sid.domain()
                && !self.domains.iter().any(|d| d.sid == Some(machine))
            {
                self.machines.entry(machine).or_insert_with(|| key.clone());
                if let Some(name) = group.name.get() {
                    let short = key.split('.').next().unwrap_or(key).to_uppercase();
                    self.labels.entry(sid).or_insert_with(|| format!("{short}\\{}", &**name));
                }
            }
        }
    }

    fn add_pairs(&mut self) {
        let mut pairs: Vec<(String, Sid, Span)> = Vec::new();
        let mut pair = |name: Option<Spanned<&str>>, sid: Option<Sid>| {
            if let (Some(name), Some(sid)) = (name, sid) {
                pairs.push((name.value.to_owned(), sid, name.span));
            }
        };
        for (_, group) in self.snapshot.local_groups.rows() {
            for member in group.members.get().into_iter().flat_map(|m| m.iter()) {
                pair(member.name.filled(), member.sid.get().and_then(|s| s.parse().ok()));
            }
        }
        for (_, admin) in self.snapshot.admins.rows() {
            pair(admin.logon_name.filled(), admin.admin_sid.get().and_then(|s| s.parse().ok()));
        }
        for (_, login) in self.snapshot.sql_server_principals.rows() {
            let name = Spanned::new(&*login.0.name.value, login.0.name.span);
            pair(Some(name), login.0.sid.as_ref().map(|s| s.value));
        }
        for (_, user) in self.snapshot.sql_database_principals.rows() {
            let name = Spanned::new(&*user.0.name.value, user.0.name.span);
            pair(Some(name), user.0.sid.as_ref().map(|s| s.value));
        }
        let known: BTreeSet<Sid> = self.labels.keys().copied().collect();
        // The first in this order names the SID, whatever the order of the rows.
        pairs.sort();
        for (name, sid, span) in pairs {
            // `dbo` and other names that belong to no domain or computer name nobody.
            if name.contains('\\') {
                self.paired.entry(name.to_lowercase()).or_default().entry(sid).or_insert(span);
                if !known.contains(&sid) && well_known::well_known_name(&sid).is_none() {
                    self.labels.entry(sid).or_insert(name);
                }
            }
        }
    }
}

/// Number of steps by which a group was reached.
fn steps_to(reached: &BTreeMap<Holder, Option<(Holder, Step)>>, holder: &Holder) -> usize {
    let mut steps = 0;
    let mut at = holder;
    while let Some(Some((before, _))) = reached.get(at) {
        steps += 1;
        at = before;
    }
    steps
}

/// A distinguished name as a key: names are compared without case, and without blanks after commas.
fn dn_key(dn: &str) -> String {
    let mut key = String::with_capacity(dn.len());
    let mut after_comma = false;
    for c in dn.trim().chars() {
        if after_comma && c == ' ' {
            continue;
        }
        after_comma = c == ',';
        key.extend(c.to_lowercase());
    }
    key
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
    fn distinguished_names_compare_without_case_and_blanks() {
        assert_eq!(dn_key("CN=A B, OU=X,DC=Contoso"), dn_key("cn=a b,ou=x,dc=contoso"));
    }

    #[test]
    fn variables_are_recognised() {
        assert_eq!(variable_in(r"%Domain%\join"), Some("Domain".to_owned()));
        assert_eq!(variable_in("100%"), None);
    }
}
