//! Effective user rights on computers: granted through any path and not denied through any path.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_source::{Span, Spanned};
use cmlint_winsec::{Sid, well_known};

use super::principals::{Home, Principals, Reached};
use crate::proof::{Proof, Step, merge};
use crate::words::{host as host_name, term};
use crate::{Dataset, Gap, Scope, Snapshot, Status, text};

/// Who holds which right on which computer.
#[derive(Debug)]
pub struct Rights<'s> {
    snapshot: &'s Snapshot<'s>,
    /// (host, lower-case right) → holders.
    holders: BTreeMap<(&'s str, String), Vec<RightHolder>>,
}

#[derive(Debug, Clone)]
struct RightHolder {
    /// `None` when the name could not be resolved.
    sid: Option<Sid>,
    name: String,
    span: Span,
}

/// Whether an account holds a right on a computer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostRight {
    /// Granted, and not denied.
    Granted {
        /// The account or group that the right names.
        holder: Sid,
        /// The path from the account to it.
        proof: Proof,
    },
    /// Denied, whether or not it is granted too: deny wins.
    Denied(Proof),
    /// Neither granted nor denied.
    NotGranted,
    /// It cannot be told.
    Unknown(Vec<Gap>),
}

/// All that is known of one right of one account on one computer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Every holder through which the account has the right, those that somebody chose for it first.
    pub grants: Vec<Grant>,
    /// The path to a deny entry, which wins over every grant.
    pub denied: Option<Proof>,
    /// Holes that could hide a deny entry; they leave every grant in doubt.
    pub perhaps_denied: Vec<Gap>,
    /// Holes that could hide another grant.
    pub perhaps_granted: Vec<Gap>,
}

/// One way in which an account has a right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The account or group that the right names.
    pub holder: Sid,
    /// Where the right names it.
    pub span: Span,
    /// The path from the account to it.
    pub proof: Proof,
    /// Whether every account has it in this way: see [`Reached::by_default`].
    pub by_default: bool,
}

impl<'s> Rights<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> Self {
        let mut holders: BTreeMap<(&str, String), Vec<RightHolder>> = BTreeMap::new();
        for (scope, row) in snapshot.user_rights.rows() {
            let Scope::Host(host) = scope else { continue };
            let entry = holders.entry((host, row.name.to_lowercase())).or_default();
            for holder in &row.holders {
                let home = Home { host: Some(host) };
                let principal = principals.resolve(Spanned::new(holder.value, holder.span), &home);
                entry.push(RightHolder {
                    sid: principal.sid(),
                    name: holder.value.to_owned(),
                    span: holder.span,
                });
            }
        }
        for entry in holders.values_mut() {
            entry.sort_by_key(|holder| holder.span);
        }
        Rights { snapshot, holders }
    }

    /// Whether `who` holds a right (`SeInteractiveLogonRight`) on a computer. The deny right of the same
    /// kind (`SeDenyInteractiveLogonRight`) wins over any grant.
    pub fn right_on_host(
        &self,
        who: &Sid,
        right: &'static str,
        host: &Scope,
        principals: &Principals<'s>,
    ) -> HostRight {
        let held = self.held(who, right, host, principals);
        if let Some(proof) = held.denied {
            return HostRight::Denied(proof);
        }
        match held.grants.into_iter().next() {
            Some(grant) if held.perhaps_denied.is_empty() => {
                HostRight::Granted { holder: grant.holder, proof: grant.proof }
            }
            Some(_) => HostRight::Unknown(held.perhaps_denied),
            None if held.perhaps_granted.is_empty() => HostRight::NotGranted,
            None => HostRight::Unknown(held.perhaps_granted),
        }
    }

    /// Every way in which `who` holds a right on a computer, and whether it is denied there.
    pub fn held(&self, who: &Sid, right: &'static str, host: &Scope, principals: &Principals<'s>) -> Held {
        let Scope::Host(key) = host else { return Held::default() };
        if let Some(gap) = self.snapshot.user_rights.hole(host, true) {
            return Held { perhaps_denied: vec![gap.clone()], perhaps_granted: vec![gap], ..Held::default() };
        }
        let (reached, holes) = principals.reach_as(who, Some(key), kinds_of(right));
        let doubts = |right: &str| {
            // The SID of an account that only the computer knows is not needed: it is not the one in question.
            let foreign = principals.machine_of(who) != Some(key);
            let holders: Vec<&RightHolder> = self
                .named(right, key)
                .iter()
                .filter(|h| h.sid.is_some() || !foreign || !principals.is_local_account(key, &h.name))
                .collect();
            // A hidden membership changes nothing where the right names accounts only.
            let groups = holders.iter().any(|h| h.sid.is_none_or(|sid| !is_account(&sid, principals)));
            let mut doubts = if groups { holes.clone() } else { Vec::new() };
            merge(&mut doubts, self.unresolved(host, &holders));
            doubts
        };
        let deny = deny_of(right);
        Held {
            grants: self.grants(right, key, &reached, principals),
            denied: deny.and_then(|deny| {
                self.grants(deny, key, &reached, principals).into_iter().next().map(|grant| grant.proof)
            }),
            perhaps_denied: deny.map_or_else(Vec::new, doubts),
            perhaps_granted: doubts(right),
        }
    }

    /// Computers whose rights can matter: those that the hierarchy expects, and any other that was collected.
    pub fn hosts(&self) -> Vec<Scope> {
        let (expected, _) =
            self.snapshot.inventory().expected(Dataset::UserRight, self.snapshot.about.has_manifest);
        let mut hosts: BTreeSet<Scope> = expected.into_iter().collect();
        hosts.extend(self.snapshot.user_rights.statements().map(|(scope, _)| scope.clone()));
        hosts.into_iter().filter(|scope| matches!(scope, Scope::Host(_))).collect()
    }

    /// Why rights may be missing: computers that were not collected, or that are not known at all.
    pub fn holes(&self) -> Vec<Gap> {
        self.snapshot.silence(Dataset::UserRight)
    }

    /// Whether a right is granted to anybody at all, with the places of its holders.
    pub fn holders(&self, right: &str, host: &Scope) -> Vec<(Option<Sid>, Span)> {
        let Scope::Host(key) = host else { return Vec::new() };
        let found = self.holders.get(&(key.as_str(), right.to_lowercase()));
        found.map_or_else(Vec::new, |all| all.iter().map(|h| (h.sid, h.span)).collect())
    }

    fn named<'a>(&'a self, right: &str, key: &'a str) -> &'a [RightHolder] {
        self.holders.get(&(key, right.to_lowercase())).map_or(&[], Vec::as_slice)
    }

    fn grants(
        &self,
        right: &'static str,
        key: &str,
        reached: &[Reached],
        principals: &Principals<'s>,
    ) -> Vec<Grant> {
        let named = self.named(right, key);
        let mut grants = Vec::new();
        for Reached { holder, proof, by_default } in reached {
            let Some(entry) = named.iter().find(|h| h.sid == Some(holder.sid)) else { continue };
            let label = principals.label(&holder.sid);
            let text = text!("`{}` holds {} on {}", label, term(right), host_name(key));
            grants.push(Grant {
                holder: holder.sid,
                span: entry.span,
                proof: proof.clone().then(Step::read(text, entry.span)),
                by_default: *by_default,
            });
        }
        grants
    }

    fn unresolved(&self, host: &Scope, holders: &[&RightHolder]) -> Option<Gap> {
        let holder = holders.iter().find(|h| h.sid.is_none())?;
        let why = format!("the holder `{}` of a right has no SID in the snapshot", holder.name);
        Some(Gap::new(Dataset::UserRight, host.clone(), Status::Partial, why))
    }
}

/// Whether a SID is known to be an account and no group.
fn is_account(sid: &Sid, principals: &Principals<'_>) -> bool {
    let built_in = sid.domain().is_some() && matches!(sid.rid(), Some(500..=504));
    built_in || principals.is_group(sid) == Some(false)
}

/// The groups that a sign-in has by being of the kind that a right allows.
fn kinds_of(right: &str) -> &'static [Sid] {
    match right {
        "SeInteractiveLogonRight" => &[well_known::INTERACTIVE],
        "SeRemoteInteractiveLogonRight" => &[well_known::INTERACTIVE, well_known::REMOTE_INTERACTIVE_LOGON],
        "SeNetworkLogonRight" => &[well_known::NETWORK],
        "SeBatchLogonRight" => &[well_known::BATCH],
        "SeServiceLogonRight" => &[well_known::SERVICE],
        _ => &[],
    }
}

/// The right that denies another: `SeNetworkLogonRight` → `SeDenyNetworkLogonRight`.
fn deny_of(right: &str) -> Option<&'static str> {
    Some(match right {
        "SeInteractiveLogonRight" => "SeDenyInteractiveLogonRight",
        "SeRemoteInteractiveLogonRight" => "SeDenyRemoteInteractiveLogonRight",
        "SeNetworkLogonRight" => "SeDenyNetworkLogonRight",
        "SeBatchLogonRight" => "SeDenyBatchLogonRight",
        "SeServiceLogonRight" => "SeDenyServiceLogonRight",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
