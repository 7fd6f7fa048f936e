//! Memberships: written in the directory and on computers, and those that hold without being written.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cmlint_source::Span;
use cmlint_winsec::{Sid, well_known};

use super::{GroupPlace, Holder, Principals, anywhere, dn_key, is_builtin};
use crate::proof::{Answer, Proof, Step, merge};
use crate::rows::{DirectoryObject, LookupAnswer};
use crate::table::Row;
use crate::words::principal;
use crate::{Cover, Dataset, Gap, Scope, Status, text};

/// Everything a principal is in, apart from the local groups of computers.
#[derive(Debug, Default)]
pub(super) struct Closure {
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
