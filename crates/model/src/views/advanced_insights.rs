//! Application pools of Patch My PC Advanced Insights, and who each of them is on the network.

use std::collections::BTreeMap;

use cmlint_source::{Span, Spanned};
use cmlint_winsec::{Sid, well_known};

use super::principals::{Home, Principal, Principals};
use crate::rows::{AppPool, PoolIdentity};
use crate::words::{host as host_name, object};
use crate::{Dataset, Gap, Inventory, Judged, Key, Row, Scope, Snapshot, Text, text};

/// The pools of all computers whose IIS was collected, in the order of computers and files.
#[derive(Debug)]
pub struct AdvancedInsights<'s> {
    pools: Vec<InsightsPool<'s>>,
    holes: Vec<Gap>,
}

/// One pool.
#[derive(Debug)]
pub struct InsightsPool<'s> {
    /// The computer that it is on: its scope and its key.
    pub scope: &'s Scope,
    /// The key of the computer.
    pub host: &'s str,
    /// The pool.
    pub row: &'s Row<AppPool<'s>>,
    /// Who it is on the network.
    pub identity: OnNetwork,
}

/// An account that pools of Advanced Insights are on the network.
#[derive(Debug)]
pub struct InsightsIdentity<'v, 's> {
    /// Its name for a reader.
    pub name: &'v str,
    /// What the name stands for.
    pub principal: &'v Principal,
    /// The pools that run as it, at least one.
    pub pools: Vec<&'v InsightsPool<'s>>,
}

/// Who an application pool is for other computers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OnNetwork {
    /// An account.
    Account {
        /// Its name for a reader, and for a comparison where nothing resolves it.
        name: String,
        /// What the name stands for.
        principal: Principal,
        /// How the pool names it where that is not the account itself: `ApplicationPoolIdentity` is the account of
        /// the computer.
        written: Option<&'static str>,
    },
    /// LocalService: nobody.
    Anonymous,
    /// A type that IIS does not know, or one without a user name; where it stands.
    Unclear(Span),
}

impl InsightsIdentity<'_, '_> {
    /// `admin:<SID>`, or by the name where it has no SID.
    pub fn key(&self) -> Key {
        self.principal.sid().map_or_else(|| self.key_by_name(), |sid| Key::new("admin", &sid.to_string()))
    }

    /// `admin:<name>`, by which it can be named too.
    pub fn key_by_name(&self) -> Key {
        Key::new("admin", &self.name.to_lowercase())
    }

    /// Where its first pool says who it is.
    pub fn at(&self) -> Span {
        self.pools[0].row.at
    }

    /// "identity of application pool `Advanced Insights Api` on web01.contoso.com".
    pub fn pool(&self) -> Text {
        let pool = self.pools[0];
        text!("identity of application pool `{}` on {}", object(&*pool.row.name.value), host_name(pool.host))
    }
}

impl<'s> AdvancedInsights<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> Self {
        let mut pools = Vec::new();
        for (scope, row) in snapshot.app_pools.rows() {
            let Scope::Host(host) = scope else { continue };
            if is_insights(&row.name.value) || row.applications.iter().any(|path| is_insights(&path.value)) {
                pools.push(InsightsPool { scope, host, row, identity: identity(row, host, principals) });
            }
        }
        pools.sort_by_key(|pool| (pool.host, pool.row.span));
        AdvancedInsights { pools, holes: snapshot.holes(Dataset::Iis, true) }
    }

    /// The pools.
    pub fn pools(&self) -> impl Iterator<Item = &InsightsPool<'s>> {
        self.pools.iter()
    }

    /// The pools on computers without an SMS Provider, which reach the provider over the network.
    ///
    /// # Errors
    /// The holes, when another computer may hold a provider.
    pub fn remote(&self, providers: &SmsProviders<'_>) -> Judged<Vec<&InsightsPool<'s>>> {
        let remote: Vec<_> = self.pools().filter(|pool| providers.at(pool.host).is_none()).collect();
        if remote.is_empty() || providers.holes().is_empty() {
            Ok(remote)
        } else {
            Err(providers.holes().to_vec())
        }
    }

    /// The accounts of the pools, in the order of the pools. Pools of which nobody knows the account have none.
    pub fn identities(&self) -> Vec<InsightsIdentity<'_, 's>> {
        let mut found: Vec<InsightsIdentity<'_, 's>> = Vec::new();
        for pool in &self.pools {
            let OnNetwork::Account { name, principal, .. } = &pool.identity else { continue };
            let same = |other: &&mut InsightsIdentity<'_, '_>| match (other.principal.sid(), principal.sid())
            {
                (Some(one), Some(other)) => one == other,
                (None, None) => other.name.eq_ignore_ascii_case(name),
                _ => false,
            };
            match found.iter_mut().find(same) {
                Some(identity) => identity.pools.push(pool),
                None => found.push(InsightsIdentity { name, principal, pools: vec![pool] }),
            }
        }
        found
    }

    /// Why there may be more pools; empty when all are known.
    pub fn holes(&self) -> &[Gap] {
        &self.holes
    }
}

/// Computers with an SMS Provider.
#[derive(Debug)]
pub struct SmsProviders<'s> {
    inventory: &'s Inventory,
}

impl<'s> SmsProviders<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        SmsProviders { inventory: snapshot.inventory() }
    }

    /// Their keys, each with the place where it is named.
    pub fn hosts(&self) -> BTreeMap<&'s str, Span> {
        let mut found = BTreeMap::new();
        for (key, host) in self.inventory.hosts() {
            let mut roles = host.roles.iter();
            if let Some(role) = roles.find(|role| role.role.eq_ignore_ascii_case("SMS Provider")) {
                found.insert(key, role.span);
            }
        }
        found
    }

    /// Where a computer is named as one of them, by its key.
    pub fn at(&self, host: &str) -> Option<Span> {
        self.hosts().get(self.inventory.host_key(host).as_str()).copied()
    }

    /// Why there may be more; empty when all are known.
    pub fn holes(&self) -> &'s [Gap] {
        self.inventory.host_holes()
    }
}

/// `Advanced Insights Api`, `/AdvancedInsights`.
fn is_insights(name: &str) -> bool {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.to_lowercase().contains("advancedinsights")
}

fn identity<'s>(pool: &AppPool<'s>, host: &str, principals: &Principals<'s>) -> OnNetwork {
    let computer = |written| OnNetwork::Account {
        name: principals.computer_name(host).text,
        principal: principals.account_of(host),
        written: Some(written),
    };
    match &pool.identity {
        PoolIdentity::Computer(written) => computer(written),
        PoolIdentity::LocalService => OnNetwork::Anonymous,
        PoolIdentity::Unknown(kind) => OnNetwork::Unclear(kind.span),
        PoolIdentity::User { name, .. } => {
            let principal =
                principals.resolve(Spanned::new(&*name.value, name.span), &Home { host: Some(host) });
            match principal.sid() {
                Some(sid) if sid == well_known::LOCAL_SERVICE => OnNetwork::Anonymous,
                Some(sid) if is_computer_itself(&sid) => computer("an account of the computer itself"),
                _ => OnNetwork::Account { name: name.value.trim().to_owned(), principal, written: None },
            }
        }
    }
}

/// Accounts that are the computer account outside of the computer.
fn is_computer_itself(sid: &Sid) -> bool {
    let virtual_account = sid.authority() == 5 && matches!(sid.sub_authorities().first(), Some(80 | 82));
    [well_known::SYSTEM, well_known::NETWORK_SERVICE].contains(sid) || virtual_account
}

#[cfg(test)]
mod tests;
