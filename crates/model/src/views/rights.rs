//! Effective user rights on computers: granted through any path and not denied through any path.

use std::collections::BTreeMap;

use cmlint_source::{Span, Spanned};
use cmlint_winsec::Sid;

use super::principals::{Holder, Home, Principals};
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
        let Scope::Host(key) = host else { return HostRight::Unknown(Vec::new()) };
        let (reached, graph_holes) = principals.reach(who, Some(key));
        self.judge(right, key, host, &reached, graph_holes, principals)
    }

    /// Whether a right is granted to anybody at all, with the places of its holders.
    pub fn holders(&self, right: &str, host: &Scope) -> Vec<(Option<Sid>, Span)> {
        let Scope::Host(key) = host else { return Vec::new() };
        let found = self.holders.get(&(key.as_str(), right.to_lowercase()));
        found.map_or_else(Vec::new, |all| all.iter().map(|h| (h.sid, h.span)).collect())
    }

    fn judge(
        &self,
        right: &'static str,
        key: &str,
        host: &Scope,
        reached: &[(Holder, Proof)],
        graph_holes: Vec<Gap>,
        principals: &Principals<'s>,
    ) -> HostRight {
        if let Some(gap) = self.snapshot.user_rights.hole(host, true) {
            return HostRight::Unknown(vec![gap]);
        }
        let deny = deny_of(right);
        let denied = deny.map(|deny| self.find(deny, key, reached, principals));
        if let Some(Found::Yes(_, proof)) = denied {
            return HostRight::Denied(proof);
        }
        match self.find(right, key, reached, principals) {
            Found::Yes(holder, proof) => {
                let mut doubts = match denied {
                    Some(Found::No { empty: false, unresolved }) => {
                        let mut doubts = graph_holes;
                        merge(&mut doubts, self.unresolved(host, unresolved));
                        doubts
                    }
                    _ => Vec::new(),
                };
                if doubts.is_empty() {
                    return HostRight::Granted { holder, proof };
                }
                doubts.iter_mut().for_each(|g| {
                    if g.why.is_empty() {
                        g.why = format!("a membership could bring {} with it", deny.unwrap_or(right));
                    }
                });
                HostRight::Unknown(doubts)
            }
            Found::No { empty: true, .. } => HostRight::NotGranted,
            Found::No { unresolved, .. } => {
                let mut holes = graph_holes;
                merge(&mut holes, self.unresolved(host, unresolved));
                if holes.is_empty() { HostRight::NotGranted } else { HostRight::Unknown(holes) }
            }
        }
    }

    fn find(
        &self,
        right: &'static str,
        key: &str,
        reached: &[(Holder, Proof)],
        principals: &Principals<'s>,
    ) -> Found {
        let Some(holders) = self.holders.get(&(key, right.to_lowercase())) else {
            return Found::No { empty: true, unresolved: Vec::new() };
        };
        for (holder, path) in reached {
            if let Some(entry) = holders.iter().find(|h| h.sid == Some(holder.sid)) {
                let label = principals.label(&holder.sid);
                let text = text!("`{}` holds {} on {}", label, term(right), host_name(key));
                return Found::Yes(holder.sid, path.clone().then(Step::read(text, entry.span)));
            }
        }
        let unresolved = holders.iter().filter(|h| h.sid.is_none()).map(|h| h.name.clone()).collect();
        Found::No { empty: holders.is_empty(), unresolved }
    }

    fn unresolved(&self, host: &Scope, names: Vec<String>) -> Option<Gap> {
        let name = names.first()?;
        let why = format!("the holder `{name}` of a right has no SID in the snapshot");
        Some(Gap::new(Dataset::UserRight, host.clone(), Status::Partial, why))
    }
}

enum Found {
    Yes(Sid, Proof),
    No { empty: bool, unresolved: Vec<String> },
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
