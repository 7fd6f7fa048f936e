//! Groups that own a domain, a forest or its servers.

use cmlint_winsec::{Sid, well_known};

use super::{GroupPlace, Holder, Principals};
use crate::Gap;
use crate::proof::Proof;

/// Domain Admins, Domain Controllers, Schema Admins, Enterprise Admins, Group Policy Creator Owners, Key Admins,
/// Enterprise Key Admins (MS-DTYP 2.4.2.4).
const OF_A_DOMAIN: [u32; 7] = [512, 516, 518, 519, 520, 526, 527];
/// Account Operators, Server Operators, Print Operators, Backup Operators of a domain; Administrators come before.
const OPERATORS: std::ops::RangeInclusive<u32> = 548..=551;

impl Holder {
    /// Whether the group owns a domain or its servers, or can make itself the owner. Groups are told by SID, because
    /// their names differ with the language. The built-in groups of one computer own that computer only.
    pub fn is_privileged(&self) -> bool {
        if self.sid.domain().is_some() {
            return self.sid.rid().is_some_and(|rid| OF_A_DOMAIN.contains(&rid));
        }
        let operators =
            super::is_builtin(&self.sid) && self.sid.rid().is_some_and(|r| OPERATORS.contains(&r));
        matches!(self.place, GroupPlace::Domain(_)) && (self.sid == well_known::ADMINISTRATORS || operators)
    }

    /// Whether the group owns a whole domain: Domain Admins, Schema Admins and Enterprise Admins of any domain, and a
    /// domain's own Administrators.
    pub fn owns_a_domain(&self) -> bool {
        match self.sid.domain() {
            Some(_) => matches!(self.sid.rid(), Some(512 | 518 | 519)),
            None => matches!(self.place, GroupPlace::Domain(_)) && self.sid == well_known::ADMINISTRATORS,
        }
    }
}

impl Principals<'_> {
    /// The privileged groups of domains that somebody is in, each with the path to it, and the holes that could hide
    /// more. A group that is only reached through another of them is left out: Domain Admins is in Administrators of
    /// every domain.
    pub fn privileged(&self, who: &Sid) -> (Vec<(Holder, Proof)>, Vec<Gap>) {
        let (reached, holes) = self.reach(who, None);
        let all: Vec<(Holder, Proof)> =
            reached.into_iter().filter(|(group, _)| group.is_privileged()).collect();
        let implied = |group: &Holder, path: &Proof| {
            all.iter().any(|(other, way)| {
                other != group
                    && way.steps.len() < path.steps.len()
                    && self.reach(&other.sid, None).0.iter().any(|(above, _)| above == group)
            })
        };
        let own = all.iter().filter(|(group, path)| !implied(group, path)).cloned().collect();
        (own, holes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileged_groups_are_told_by_sid_and_place() {
        let group = |sid: &str, place| Holder { sid: sid.parse().unwrap(), place };
        let domain = || GroupPlace::Domain("x.com".to_owned());
        let computer = || GroupPlace::Host("a.x.com".to_owned());
        for rid in [512, 516, 518, 519, 520, 526, 527] {
            assert!(group(&format!("S-1-5-21-1-2-3-{rid}"), GroupPlace::Anywhere).is_privileged(), "{rid}");
        }
        for rid in [513, 515, 525, 1104] {
            assert!(!group(&format!("S-1-5-21-1-2-3-{rid}"), GroupPlace::Anywhere).is_privileged(), "{rid}");
        }
        for rid in [544, 548, 549, 550, 551] {
            assert!(group(&format!("S-1-5-32-{rid}"), domain()).is_privileged(), "{rid}");
            assert!(!group(&format!("S-1-5-32-{rid}"), computer()).is_privileged(), "{rid}");
        }
        assert!(!group("S-1-5-32-545", domain()).is_privileged());
        assert!(!group("S-1-5-32-555", domain()).is_privileged());
    }
}
