//! Memberships: written in the directory and on computers, and those that hold without being written.

use std::collections::VecDeque;
use std::sync::Arc;

use cmlint_source::Span;
use cmlint_winsec::{Sid, well_known};

use super::index::AnyCase;
use super::ways::{Way, WayKind, Ways, length, path};
use super::{GroupPlace, Holder, Home, Principals, Reached, anywhere, is_builtin};
use crate::proof::{Answer, Proof, Step, merge};
use crate::rows::{DirectoryObject, LocalGroup, LookupAnswer, Member};
use crate::table::Row;
use crate::words::principal;
use crate::{Cover, Dataset, Gap, Scope, Status, Text, text};

/// Everything a principal is in, apart from the local groups of computers.
#[derive(Debug, Default)]
pub(super) struct Closure {
    reached: Ways,
    holes: Vec<Gap>,
}

impl<'s> Principals<'s> {
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
        let (reached, holes) = self.reach_as(who, on, &[]);
        (reached.into_iter().map(|r| (r.holder, r.proof)).collect(), holes)
    }

    /// As [`Self::reach`], for an account that has signed in: `kinds` are the groups that the kind of sign-in
    /// brings with it ([`well_known::INTERACTIVE`]).
    pub fn reach_as(&self, who: &Sid, on: Option<&str>, kinds: &[Sid]) -> (Vec<Reached>, Vec<Gap>) {
        let base = self.closure(who);
        let mut holes = base.holes.clone();
        let mut ways = base.reached.clone();
        for kind in kinds {
            let text = text!("a sign-in of this kind brings `{}` with it", self.label(kind));
            let step = Step::rule(text).through(text!("{}", self.label(kind)));
            let way = Way { from: Some((anywhere(*who), step)), kind: WayKind::SignIn };
            ways.entry(anywhere(*kind)).or_insert(way);
            for (holder, way) in self.closure(kind).reached.iter().filter(|(_, w)| w.from.is_some()) {
                ways.entry(holder.clone()).or_insert(Way { kind: WayKind::SignIn, ..way.clone() });
            }
        }
        if let Some(host) = on {
            ways.retain(|holder, _| match &holder.place {
                GroupPlace::Domain(domain) => match self.is_controller_of(host, domain) {
                    Some(controls) => controls,
                    None => {
                        merge(&mut holes, [self.perhaps_controller(host)]);
                        false
                    }
                },
                _ => true,
            });
            merge(&mut holes, self.add_local_groups(host, &mut ways));
        }
        let start = anywhere(*who);
        let mut reached: Vec<Reached> = ways
            .iter()
            .map(|(holder, way)| Reached {
                holder: holder.clone(),
                proof: path(&ways, holder),
                by_default: way.kind != WayKind::Made,
            })
            .collect();
        reached.sort_by_key(|r| (r.holder != start, r.by_default, r.proof.steps.len(), r.holder.clone()));
        (reached, holes)
    }

    /// Whether a computer is a domain controller of a domain; `None` when nothing says.
    pub(crate) fn is_controller_of(&self, host: &str, domain: &str) -> Option<bool> {
        let scope = Scope::host(host);
        let computer = self.snapshot.computers.part(&scope).first();
        let in_domain = host.split_once('.').is_some_and(|(_, d)| d == domain)
            || computer.is_some_and(|c| c.domain.get().is_some_and(|d| d.eq_ignore_ascii_case(domain)));
        if !in_domain {
            return Some(false);
        }
        if let Some(role) = computer.and_then(|c| c.domain_role.get()) {
            return Some(matches!(role.0, 4 | 5));
        }
        // A computer with accounts of its own is none.
        if self.machines.values().any(|machine| machine == host) {
            return Some(false);
        }
        const SERVER_TRUST: u32 = 0x2000;
        let (sid, _) = self.computer(host)?;
        Some(self.object(&sid)?.user_account_control.as_ref()?.value & SERVER_TRUST != 0)
    }

    pub(crate) fn perhaps_controller(&self, host: &str) -> Gap {
        let scope = Scope::host(host);
        let hole = self.snapshot.computers.hole(&scope, true);
        let mut gap = hole.unwrap_or_else(|| Gap::new(Dataset::Computer, scope, Status::Partial, ""));
        gap.why = "nothing says whether it is a domain controller".to_owned();
        gap
    }

    /// Adds the local groups of a computer to what is reached; returns the holes.
    fn add_local_groups(&self, host: &str, ways: &mut Ways) -> Vec<Gap> {
        let scope = Scope::host(host);
        let mut holes: Vec<Gap> = self.snapshot.local_groups.hole(&scope, true).into_iter().collect();
        let short = host.split('.').next().unwrap_or(host).to_uppercase();
        // (group, its name, its members)
        let mut groups = Vec::new();
        for group in self.snapshot.local_groups.part(&scope) {
            let Some(sid) = group.group_sid() else { continue };
            match group.listed(&scope) {
                Ok(listed) => {
                    let mut members = Vec::new();
                    for member in listed {
                        match self.member(member, host) {
                            Some(sid) => members.push((sid, member.span)),
                            None => merge(&mut holes, [nameless(group, member, &scope)]),
                        }
                    }
                    let name = group.name.get().map_or_else(|| sid.to_string(), |n| n.to_string());
                    groups.push((sid, format!("{short}\\{name}"), members));
                }
                Err(gaps) => merge(&mut holes, gaps),
            }
        }
        loop {
            let mut more = Vec::new();
            for (sid, name, members) in &groups {
                let place =
                    if is_builtin(sid) { GroupPlace::Host(host.to_owned()) } else { GroupPlace::Anywhere };
                let holder = Holder { sid: *sid, place };
                if ways.contains_key(&holder) {
                    continue;
                }
                // A way that somebody made rather than one that all have; of these the shortest, then the
                // first in the file.
                let known = &*ways;
                let best = members.iter().flat_map(|(member, span)| {
                    let same = known.range(anywhere(*member)..).take_while(move |(h, _)| h.sid == *member);
                    same.map(move |(h, way)| (way.kind, length(known, h), *span, h))
                });
                if let Some((kind, _, span, before)) = best.min() {
                    let text = text!(
                        "`{}` is a member of the local group `{}` on {}",
                        self.label(&before.sid),
                        principal(name),
                        crate::words::host(host)
                    );
                    let step = Step::read(text, span).through(text!("{}", principal(name)));
                    let way = Way { from: Some((before.clone(), step)), kind: kind.into(sid) };
                    more.push((holder, way));
                }
            }
            if more.is_empty() {
                return holes;
            }
            ways.extend(more);
        }
    }

    /// The SID of a member of a local group: its own, or that of its name.
    fn member(&self, member: &Member<'_>, host: &str) -> Option<Sid> {
        member.member_sid().or_else(|| {
            let name = member.name.filled()?;
            self.resolve(name, &Home { host: Some(host) }).sid()
        })
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
        let start = anywhere(*who);
        closure.reached.insert(start.clone(), Way { from: None, kind: WayKind::Made });
        let mut queue = VecDeque::from([start.clone()]);
        // What comes by default waits, so that a path that somebody made is found first.
        let mut waiting = VecDeque::new();
        for (sid, text) in self.implicit(who) {
            let step = Step::rule(text).through(text!("{}", self.label(&sid)));
            let way = Way { from: Some((start.clone(), step)), kind: WayKind::Default };
            closure.reached.insert(anywhere(sid), way);
            waiting.push_back(anywhere(sid));
        }
        while let Some(holder) = queue.pop_front().or_else(|| waiting.pop_front()) {
            let Some(object) = self.object(&holder.sid) else {
                // A domain principal that the directory file does not hold: its groups are unknown.
                merge(&mut closure.holes, self.unknown_groups(&holder.sid));
                continue;
            };
            merge(&mut closure.holes, self.directory_holes(&holder.sid));
            let inherited = closure.reached[&holder].kind;
            for (group, step) in self.parents(object, &holder) {
                if closure.reached.contains_key(&group) {
                    continue;
                }
                let kind = inherited.into(&group.sid);
                closure.reached.insert(group.clone(), Way { from: Some((holder.clone(), step)), kind });
                if kind == WayKind::Made { queue.push_back(group) } else { waiting.push_back(group) }
            }
        }
        closure
    }

    /// Memberships that hold without being written anywhere.
    fn implicit(&self, who: &Sid) -> Vec<(Sid, Text)> {
        if *who == well_known::ANONYMOUS {
            return Vec::new();
        }
        let label = self.label(who);
        let mut groups = Vec::new();
        groups.push((
            well_known::EVERYONE,
            text!("every account is in {}, `{}` too", principal("Everyone"), label),
        ));
        let guest = who.domain().is_some() && matches!(who.rid(), Some(501));
        let is_account = who.domain().is_some() && self.is_group(who) != Some(true);
        let service =
            [well_known::SYSTEM, well_known::LOCAL_SERVICE, well_known::NETWORK_SERVICE].contains(who);
        if (is_account && !guest) || service {
            let text =
                text!("every signed-in account is in {}, `{}` too", principal("Authenticated Users"), label);
            groups.push((well_known::AUTHENTICATED_USERS, text));
        }
        groups.retain(|(group, _)| group != who);
        groups
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
            let group = self.label(&sid.value);
            let step = Step::read(text!("`{}` is a member of `{}`", member, group), span);
            found.push((Holder { sid: sid.value, place }, step.through(text!("{}", group))));
        };
        for dn in &object.member_of {
            if let Some((dns, group)) = self.by_dn(&dn.value) {
                push(group, dns, dn.span);
            }
        }
        let listed = self.groups_of_dn.get(&AnyCase::dn(&object.dn.value));
        // A principal of another domain is a member through its stand-in object, whose name is the SID.
        for (group, span) in listed.chain(self.groups_of_stranger.get(&from.sid)) {
            if let Some((dns, _)) = self.by_dn(&group.dn.value) {
                push(group, dns, span);
            }
        }
        if let (Some(rid), Some(domain)) = (&object.primary_group, from.sid.domain())
            && let Some(sid) = domain.child(rid.value)
        {
            let group = self.label(&sid);
            let step = Step::read(text!("`{}` is the primary group of `{}`", group, member), rid.span);
            found.push((anywhere(sid), step.through(text!("{}", group))));
        }
        // One order whatever the order of the rows.
        found.sort_by(|a, b| (&a.0, a.1.span).cmp(&(&b.0, b.1.span)));
        found
    }

    pub(super) fn unknown_groups(&self, sid: &Sid) -> Vec<Gap> {
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

    /// Why a group may have more members than the snapshot knows; empty for accounts. The members of a
    /// built-in group (`S-1-5-32-…`) are those of one computer, who are asked about there.
    pub fn member_holes(&self, group: &Sid) -> Vec<Gap> {
        if group.domain().is_none() || self.is_group(group) == Some(false) || self.is_gone(group) {
            return Vec::new();
        }
        match (self.machine_of(group), self.domain_of(group)) {
            (Some(host), _) => {
                self.snapshot.local_groups.hole(&Scope::host(host), true).into_iter().collect()
            }
            (None, Some(_)) => self.directory_holes(group),
            (None, None) => self.unknown_groups(group),
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
}

fn nameless(group: &LocalGroup<'_>, member: &Member<'_>, scope: &Scope) -> Gap {
    let group = group.name.get().map_or("a group", |n| &**n);
    let member = member.name.get().map_or("without a name", |n| &**n);
    let why = format!("the member `{member}` of `{group}` has no SID");
    Gap::property(Dataset::LocalGroup, scope.clone(), "Members", why)
}
