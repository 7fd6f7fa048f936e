//! Principals that stand for everybody, or for everybody of a domain, and the groups that hold one of them.

use std::collections::BTreeSet;

use cmlint_winsec::{Sid, well_known};

use super::{Principals, domain_of_dn, sid_of, stranger};
use crate::proof::{Proof, merge};
use crate::{Dataset, Gap, Scope, Status};

/// Everybody, whoever signs in in some way, and the groups that every account of a computer is in.
const EVERYBODY: [Sid; 8] = [
    well_known::EVERYONE,
    well_known::AUTHENTICATED_USERS,
    well_known::ANONYMOUS,
    well_known::USERS,
    well_known::GUESTS,
    well_known::INTERACTIVE,
    well_known::NETWORK,
    well_known::THIS_ORGANIZATION,
];
/// Domain Users, Domain Computers, Domain Guests.
const EVERYBODY_OF_A_DOMAIN: [u32; 3] = [513, 515, 514];

impl<'s> Principals<'s> {
    /// Whether a SID stands for everybody, for all accounts of a domain or a computer, or for guests.
    pub fn is_crowd(sid: &Sid) -> bool {
        EVERYBODY.contains(sid)
            || sid.domain().is_some() && sid.rid().is_some_and(|rid| EVERYBODY_OF_A_DOMAIN.contains(&rid))
    }

    /// The crowd that is in a group, nested or being the group itself, with the path that proves it, and the
    /// holes that could hide one. Only domain groups nest; a local group is asked member by member.
    pub fn crowd_in(&self, group: &Sid) -> (Option<(Sid, Proof)>, Vec<Gap>) {
        if Self::is_crowd(group) {
            return (Some((*group, Proof::default())), Vec::new());
        }
        let Some(home) = group.domain() else { return (None, Vec::new()) };
        if self.is_group(group) == Some(false) || self.machine_of(group).is_some() {
            return (None, Vec::new());
        }
        if self.domain_of(group).is_none() {
            return (None, self.unknown_groups(group));
        }
        let everybody = EVERYBODY.into_iter().map(|sid| (sid, false));
        let of_domains = self.domains.iter().filter_map(|d| d.sid).flat_map(|domain| {
            EVERYBODY_OF_A_DOMAIN.iter().filter_map(move |rid| Some((domain.child(*rid)?, domain == home)))
        });
        let mut best: Option<(Sid, Proof)> = None;
        let mut holes = self.strangers(group);
        for (crowd, of_home) in everybody.chain(of_domains) {
            let (reached, doubts) = self.reach(&crowd, None);
            if let Some((_, path)) = reached.into_iter().find(|(holder, _)| holder.sid == *group)
                && best.as_ref().is_none_or(|(_, known)| path.steps.len() < known.steps.len())
            {
                best = Some((crowd, path));
            }
            // What other domains put into the group is told by its own members.
            if of_home {
                merge(&mut holes, doubts);
            }
        }
        (best, holes)
    }

    /// Groups of other domains in a group, whose own members the snapshot does not hold.
    fn strangers(&self, group: &Sid) -> Vec<Gap> {
        let mut holes = Vec::new();
        let mut seen = BTreeSet::from([*group]);
        let mut queue = vec![*group];
        while let Some(object) = queue.pop().and_then(|sid| self.object(&sid)) {
            for dn in &object.members {
                let sid = match (self.by_dn(&dn.value), stranger(&dn.value)) {
                    (_, Some(sid)) => sid,
                    (Some((_, member)), None) => match member.is("group").then(|| sid_of(member)).flatten() {
                        Some(sid) => sid,
                        None => continue,
                    },
                    (None, None) => {
                        merge(&mut holes, self.stranger(&dn.value));
                        continue;
                    }
                };
                if !seen.insert(sid) || Self::is_crowd(&sid) {
                    continue;
                }
                match self.object(&sid) {
                    Some(member) if member.is("group") => queue.push(sid),
                    // A stand-in does not tell what it stands for.
                    Some(member) if !member.is("foreignSecurityPrincipal") => {}
                    _ => merge(&mut holes, self.unknown_groups(&sid)),
                }
            }
        }
        holes
    }

    /// A member that no file holds: one of another domain may be a group. Those of the same domain are known
    /// from the other side, because everybody's groups are in the file.
    fn stranger(&self, dn: &str) -> Option<Gap> {
        let scope = Scope::domain(&domain_of_dn(dn));
        let status = self.snapshot.directory.statement(&scope).status;
        matches!(status, Status::NotCollected | Status::Failed).then(|| {
            let why = format!("the members of {dn} are not known");
            Gap::new(Dataset::Directory, scope, status, why)
        })
    }
}
