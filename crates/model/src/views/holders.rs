//! Everybody who has a right, and those of whom it cannot be told.

use cmlint_winsec::Sid;

use super::principals::Principals;
use crate::Gap;
use crate::proof::{Proof, merge};

/// Somebody who has a right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grantee {
    /// A Windows account or group.
    Windows(Sid),
    /// Somebody without a SID, by name: a login or user of SQL Server itself, a role that everybody is in, an
    /// administrative user of whom no file says which account it is.
    Named(String),
}

/// Everybody who has a right.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holders {
    /// Those who have it, with the way to it; direct ones before nested ones.
    pub granted: Vec<(Grantee, Proof)>,
    /// Those who may have it, with what keeps it from being known.
    pub unknown: Vec<(Grantee, Vec<Gap>)>,
    /// What could hide more than these.
    pub holes: Vec<Gap>,
}

impl Grantee {
    /// Its name for a reader.
    pub fn label(&self, principals: &Principals<'_>) -> crate::words::Name {
        match self {
            Grantee::Windows(sid) => principals.label(sid),
            Grantee::Named(name) => crate::words::principal(name),
        }
    }
}

impl Holders {
    /// In the order of outputs, and with the holes that hide members of the groups among them.
    pub(super) fn settle(mut self, principals: &Principals<'_>) -> Holders {
        for (who, _) in &self.granted {
            if let Grantee::Windows(sid) = who
                && !Principals::is_crowd(sid)
            {
                merge(&mut self.holes, principals.member_holes(sid));
            }
        }
        let label = |who: &Grantee| who.label(principals).text.to_lowercase();
        self.granted.sort_by_cached_key(|(who, proof)| (proof.steps.len(), label(who), who.clone()));
        self.unknown.sort_by_cached_key(|(who, _)| (label(who), who.clone()));
        self
    }
}
