//! Accounts of several purposes under one rule, and one account however many places name it.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::{Context, Declaration, Need, Subjects};
use crate::proof::merge;
use crate::purpose::Purpose;
use crate::views::{Account, Accounts, Principals, View, ViewId};
use crate::{Dataset, Gap, Judged, Key, Scope, Snapshot};

/// Purposes under one rule, as a type, so that a need can name them.
pub trait Purposes: Send + Sync + 'static {
    /// The purposes.
    const PURPOSES: &'static [Purpose];
}

/// The accounts of several purposes. As subjects of a lint one given dataset is enough: of a loose file, what it
/// holds is judged, and what other files would hold is not missed. A snapshot with a manifest misses it.
#[derive(Debug)]
pub struct Several<'s, P> {
    snapshot: &'s Snapshot<'s>,
    accounts: &'s Accounts<'s>,
    purposes: PhantomData<P>,
}

/// One account of one purpose in one scope, with every place that names it. It reads like the first of them.
#[derive(Clone, Debug)]
pub struct Use<'s> {
    places: Vec<&'s Account<'s>>,
}

impl<'s, P: Purposes> Several<'s, P> {
    /// Every entry, by purpose, scope and place.
    pub fn iter(&self) -> impl Iterator<Item = &'s Account<'s>> + use<'s, P> {
        let accounts = self.accounts;
        P::PURPOSES.iter().flat_map(move |purpose| accounts.of(*purpose))
    }

    /// Every account once for each purpose and scope.
    pub fn uses(&self) -> Vec<Use<'s>> {
        Use::group(self.iter())
    }

    /// Why there may be more accounts of a purpose.
    pub fn holes_of(&self, purpose: Purpose) -> &'s [Gap] {
        self.accounts.holes(purpose)
    }
}

impl<'s, P: Purposes> Need<'s> for Several<'s, P> {
    fn declare(declaration: &mut Declaration) {
        declaration.views.insert(ViewId::Accounts);
        let mut datasets: Vec<Dataset> = P::PURPOSES.iter().flat_map(|p| p.datasets()).collect();
        datasets.sort();
        datasets.dedup();
        declaration.group(datasets);
    }
    fn resolve(context: Context<'s>) -> Self {
        let accounts = Accounts::get(context.views);
        Several { snapshot: context.snapshot, accounts, purposes: PhantomData }
    }
}

impl<'s, P: Purposes> Subjects<'s> for Several<'s, P> {
    fn holes(&self) -> Vec<Gap> {
        let strict = self.snapshot.about.has_manifest;
        let given = |p: &&Purpose| strict || p.datasets().iter().any(|d| self.snapshot.is_stated(*d));
        let mut holes = Vec::new();
        for purpose in P::PURPOSES.iter().filter(given) {
            merge(&mut holes, self.accounts.holes(*purpose).iter().cloned());
        }
        holes
    }
}

impl<'s> Use<'s> {
    /// Puts entries of the same account together: by SID, else by name. A name without a domain is another account
    /// on each computer.
    pub fn group(accounts: impl Iterator<Item = &'s Account<'s>>) -> Vec<Use<'s>> {
        let mut groups: BTreeMap<(Purpose, &Scope, String), Vec<&'s Account<'s>>> = BTreeMap::new();
        for account in accounts {
            let identity = match account.principal.sid() {
                Some(sid) => sid.to_string(),
                None => {
                    let host = home(account).unwrap_or_default();
                    format!("{host}\n{}", account.name.value.trim().to_lowercase())
                }
            };
            groups.entry((account.purpose, &account.scope, identity)).or_default().push(account);
        }
        let mut uses: Vec<Use<'s>> = groups
            .into_values()
            .map(|mut places| {
                places.sort_by_key(|a| a.name.span);
                Use { places }
            })
            .collect();
        uses.sort_by_key(|u| (u.purpose, &u.places[0].scope, u.name.span));
        uses
    }

    /// Every place that names it, at least one.
    pub fn places(&self) -> &[&'s Account<'s>] {
        &self.places
    }

    /// Whether it is the account of a computer, which the product sets up and nobody signs in with.
    ///
    /// # Errors
    /// The holes, when the name could be that of a computer and nothing says so: it ends in `$`, as the names of
    /// group managed service accounts do.
    pub fn is_computer(&self, principals: &Principals<'_>) -> Judged<bool> {
        let name = self.name.value.trim();
        match self.principal.sid().and_then(|sid| principals.is_computer(&sid)) {
            Some(is) => Ok(is),
            None if name.ends_with('$') => Err(principals.unresolved(name)),
            None => Ok(false),
        }
    }

    /// The key of the account: `site:PS1/account:management-point/name:contoso\svc-mp`, whatever number of roles or
    /// steps has it.
    pub fn key(&self) -> Key {
        let mut key = Key::scope(&self.scope);
        if let Some(host) = home(self) {
            key = key.then("host", host);
        }
        key.then("account", self.purpose.info().word).name("name", self.name.value.trim())
    }
}

/// The computer on which a name without a domain is at home.
fn home<'a>(account: &'a Account<'_>) -> Option<&'a str> {
    let name = account.name.value.trim();
    let bare = name.starts_with(r".\") || !name.contains(['\\', '@']);
    account.host.as_deref().filter(|_| bare)
}

impl<'s> std::ops::Deref for Use<'s> {
    type Target = Account<'s>;
    fn deref(&self) -> &Account<'s> {
        self.places[0]
    }
}

#[cfg(test)]
mod tests {
    use cmlint_source::{Encoding, Sources, Spanned};

    use super::*;
    use crate::views::{AccountKind, Principal};

    #[test]
    fn one_account_is_one_use_for_each_purpose_and_scope() {
        let mut sources = Sources::new();
        let file = sources.add("rows", "0123456789".to_owned(), Encoding::Utf8);
        let account =
            |at: usize, purpose, scope: &str, name, host: Option<&str>, sid: Option<&str>| Account {
                purpose,
                scope: Scope::Site(scope.to_owned()),
                name: Spanned::new(name, file.span(at, 1)),
                kind: AccountKind::Named,
                principal: match sid {
                    Some(sid) => Principal::Resolved { sid: sid.parse().unwrap(), via: None },
                    None => Principal::NameOnly,
                },
                host: host.map(str::to_owned),
                step: None,
            };
        let (mp, push) = (Purpose::ManagementPoint, Purpose::ClientPush);
        let all = [
            account(5, mp, "P01", r"X\svc", Some("b.x.com"), Some("S-1-5-21-1-2-3-1201")),
            account(0, mp, "P01", r"x.com\svc", Some("a.x.com"), Some("S-1-5-21-1-2-3-1201")),
            account(1, mp, "P01", r".\svc", Some("a.x.com"), None),
            account(2, mp, "P01", r".\svc", Some("b.x.com"), None),
            account(3, push, "P01", r"Y\svc", None, None),
            account(4, push, "P01", r"y\SVC", None, None),
            account(6, push, "P02", r"Y\svc", None, None),
        ];
        let keys: Vec<(String, usize)> =
            Use::group(all.iter()).iter().map(|u| (u.key().as_str().to_owned(), u.places().len())).collect();
        let expected = [
            (r"site:P01/account:client-push/name:y\svc", 2),
            (r"site:P02/account:client-push/name:y\svc", 1),
            (r"site:P01/account:management-point/name:x.com\svc", 2),
            (r"site:P01/host:a.x.com/account:management-point/name:.\svc", 1),
            (r"site:P01/host:b.x.com/account:management-point/name:.\svc", 1),
        ];
        assert_eq!(keys, expected.map(|(key, places)| (key.to_owned(), places)));
    }
}
