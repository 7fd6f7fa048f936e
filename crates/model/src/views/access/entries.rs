//! The entries of a descriptor that allow somebody something, on the object itself and below it.

use std::collections::BTreeMap;

use cmlint_source::Span;
use cmlint_winsec::{Ace, Effect, Reach, Sid, reach};

use super::Guarded;
use crate::proof::{Proof, Step, merge};
use crate::views::{Principals, Reached};
use crate::words::term;
use crate::{Dataset, Gap, Scope, Status, text};

/// An entry that allows somebody something.
#[derive(Clone, Debug)]
pub struct EntryFor {
    /// Where it stands.
    pub span: Span,
    /// The entry; its mask without what entries before it deny, generic rights mapped.
    pub ace: Ace,
    /// The account or group that it names.
    pub holder: Sid,
    /// The path from the account to it, and the entry.
    pub proof: Proof,
    /// Whether it names a group that every account is in: see [`Reached::by_default`].
    pub by_default: bool,
}

impl EntryFor {
    /// The objects that it has an effect on.
    pub fn reach(&self) -> Reach {
        reach(&self.ace)
    }
}

impl Guarded {
    /// The entries that allow `who` what `counts` looks for, those for groups that it is in included, also
    /// those that only objects below inherit; and the holes that could hide more. An entry with a condition
    /// allows nothing that is sure. Of what denies only entries without a narrower type are taken off.
    pub fn entries_for(
        &self,
        who: &Sid,
        principals: &Principals<'_>,
        counts: impl Fn(&Ace) -> bool,
    ) -> (Vec<EntryFor>, Vec<Gap>) {
        let (reached, memberships) = principals.reach_as(who, self.host.as_deref(), &[]);
        let reached: BTreeMap<Sid, Reached> = reached.into_iter().rev().map(|r| (r.holder.sid, r)).collect();
        let mut found = Vec::new();
        let mut holes = Vec::new();
        if !self.has_list() {
            merge(&mut holes, [self.doubt("has no list of permissions")]);
        }
        let mut denied: Vec<&Ace> = Vec::new();
        for (span, entry) in self.entries() {
            let sid = entry.trustee.resolve(&self.context);
            let held = sid.and_then(|sid| reached.get(&sid));
            if entry.kind.effect() == Some(Effect::Deny) {
                if held.is_some() && !entry.kind.is_callback() {
                    denied.push(entry);
                }
                continue;
            }
            let mut ace = entry.clone();
            ace.mask = denied
                .iter()
                .filter(|deny| covers(deny, entry))
                .fold(self.kind.map_ace(entry.mask), |mask, deny| mask.without(self.kind.map_ace(deny.mask)));
            if entry.kind.effect() != Some(Effect::Allow) || !counts(&ace) {
                continue;
            }
            let (Some(sid), Some(held)) = (sid, held) else {
                match sid {
                    None => merge(&mut holes, [self.doubt("names a group of a domain that is not known")]),
                    // A hidden membership changes nothing where the entry names an account.
                    Some(sid) if principals.is_group(&sid) != Some(false) => {
                        merge(&mut holes, memberships.iter().cloned());
                    }
                    Some(_) => {}
                }
                continue;
            };
            if entry.kind.is_callback() {
                merge(&mut holes, [self.doubt("has an entry that depends on a condition")]);
                continue;
            }
            let (label, what) = (principals.label(&sid), term(self.kind.describe_ace(&ace)));
            let step = text!("an entry of {} grants `{}` {}", self.place(), label, what);
            let proof = held.proof.clone().then(Step::read(step, span));
            found.push(EntryFor { span, ace, holder: sid, proof, by_default: held.by_default });
        }
        (found, holes)
    }

    /// Whether there is a list of entries; without one everybody may do everything.
    pub fn has_list(&self) -> bool {
        matches!(self.descriptor.dacl, cmlint_winsec::Acl::Entries(_))
    }

    /// The place of the whole descriptor.
    pub fn span(&self) -> Span {
        self.whole
    }

    fn doubt(&self, why: &str) -> Gap {
        let why = format!("{} {why}", self.label);
        match &self.host {
            Some(host) => Gap::new(Dataset::Acl, Scope::host(host), Status::Partial, why),
            None => {
                let dns = crate::views::domain_of_dn(&self.label);
                Gap::new(Dataset::Directory, Scope::domain(&dns), Status::Partial, why)
            }
        }
    }
}

/// Whether an entry that denies takes from another all that its mask names.
fn covers(deny: &Ace, allow: &Ace) -> bool {
    let (deny_at, allow_at) = (reach(deny), reach(allow));
    (deny.object_type.is_none() || deny.object_type == allow.object_type)
        && (deny_at.this_object || !allow_at.this_object)
        && (deny_at.child_containers && deny_at.deeper || !allow_at.child_containers)
        && (deny_at.descendant_class.is_none() || deny_at.descendant_class == allow_at.descendant_class)
}

#[cfg(test)]
mod tests;
