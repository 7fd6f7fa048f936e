//! The accounts that the site stores, by purpose, resolved to principals.

mod names;
mod same;

use std::collections::{BTreeMap, BTreeSet};

use cmlint_source::{Span, Spanned};
use cmlint_winsec::Sid;

pub(super) use self::names::nal_name;
use self::names::{starts_with, step_account};
use super::principals::{Home, Principal, Principals};
use crate::proof::{Proof, merge};
use crate::purpose::{Place, Purpose};
use crate::rows::{ComponentItem, prop, prop_list};
use crate::table::{Fact, Table};
use crate::{Dataset, Gap, Judged, Key, Scope, Snapshot, Status};

/// Every account of every purpose.
#[derive(Debug)]
pub struct Accounts<'s> {
    accounts: Vec<Account<'s>>,
    holes: BTreeMap<Purpose, Vec<Gap>>,
    silence: BTreeMap<Purpose, Vec<Gap>>,
}

/// What an account entry stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccountKind {
    /// A name was typed.
    Named,
    /// The field is empty and the product uses the computer account of this computer.
    ComputerAccountOf(String),
}

/// An account with its purpose.
#[derive(Debug, Clone)]
pub struct Account<'s> {
    /// What it is for.
    pub purpose: Purpose,
    /// Site, or hierarchy for what belongs to no site.
    pub scope: Scope,
    /// The name as it was typed, and where.
    pub name: Spanned<&'s str>,
    /// Whether it is a name or a computer account.
    pub kind: AccountKind,
    /// What the name stands for.
    pub principal: Principal,
    /// The computer whose role uses the account, for accounts of site system roles.
    pub host: Option<String>,
    /// Task sequence and step, for accounts of task sequences: package identifier and step path.
    pub step: Option<(String, String)>,
}

impl Account<'_> {
    /// Where the account is named.
    pub fn span(&self) -> Span {
        self.name.span
    }

    /// The SID of the account; `None` when the name was looked up and does not exist.
    ///
    /// # Errors
    /// The holes, when it is not known whom the name stands for.
    pub fn sid(&self, principals: &Principals<'_>) -> Judged<Option<Sid>> {
        let name = self.name.value.trim();
        let dataset = || self.purpose.datasets().first().copied().unwrap_or(Dataset::Directory);
        match &self.principal {
            Principal::Resolved { sid, .. } => Ok(Some(*sid)),
            Principal::NotFound(_) => Ok(None),
            Principal::NameOnly => Err(principals.unresolved(name)),
            Principal::Ambiguous(sids) => {
                let why = format!("`{name}` stands for {} principals", sids.len());
                Err(vec![Gap::new(Dataset::Directory, Scope::Hierarchy, Status::Partial, why)])
            }
            Principal::SetByVariable(variable) => {
                let why = format!("`{name}` is set by the variable {variable} when it is used");
                Err(vec![Gap::new(dataset(), self.scope.clone(), Status::Partial, why)])
            }
        }
    }

    /// What led from the name to its SID, as the first step of a proof.
    pub fn via(&self) -> Proof {
        match &self.principal {
            Principal::Resolved { via: Some(step), .. } => Proof::of(step.clone()),
            _ => Proof::default(),
        }
    }

    /// The key of the account: `site:PS1/account:network-access/name:contoso\svc-naa`, or
    /// `ts:PS100123/step:Group/Join#1/account:domain-join` for the account of a step, which has one only.
    pub fn key(&self) -> Key {
        match self.step {
            Some(_) => self.place(),
            None => self.place().name("name", self.name.value.trim()),
        }
    }

    /// The same account by its SID, once that is known: `site:PS1/account:network-access/sid:S-1-5-…`. A
    /// site's accounts of a purpose are one on all its computers; the account of a step stays that step's.
    pub fn sid_key(&self) -> Option<Key> {
        let place = if self.step.is_some() { self.place() } else { self.purpose_at(Key::scope(&self.scope)) };
        self.principal.sid().map(|sid| place.then("sid", &sid.to_string()))
    }

    /// Where the account is stored, and for what.
    fn place(&self) -> Key {
        self.purpose_at(match (&self.step, &self.host) {
            (Some((package, path)), _) => Key::new("ts", package).then("step", path),
            (None, Some(host)) => Key::scope(&self.scope).then("host", host),
            (None, None) => Key::scope(&self.scope),
        })
    }

    fn purpose_at(&self, place: Key) -> Key {
        place.then("account", self.purpose.info().word)
    }
}

impl<'s> Accounts<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>, principals: &Principals<'s>) -> Self {
        let mut accounts = Vec::new();
        let mut holes = BTreeMap::new();
        let mut silence = BTreeMap::new();
        for purpose in Purpose::all() {
            let mut finder =
                Finder { snapshot, principals, purpose, found: Vec::new(), seen: BTreeSet::new() };
            let mut gaps: Option<Vec<Gap>> = None;
            for alternative in purpose.info().sources {
                let mut missing = Vec::new();
                for place in *alternative {
                    merge(&mut missing, finder.collect(*place));
                }
                // The alternative with the fewest holes speaks for the purpose; the first wins a tie,
                // because its command is the better advice.
                if gaps.as_ref().is_none_or(|g| missing.is_empty() && !g.is_empty()) {
                    gaps = Some(missing);
                }
            }
            let gaps = gaps.unwrap_or_default();
            silence.insert(purpose, if gaps.is_empty() { finder.silence() } else { gaps.clone() });
            holes.insert(purpose, gaps);
            accounts.append(&mut finder.found);
        }
        accounts.sort_by(|a, b| {
            let key = |x: &Account<'_>| (x.purpose, x.scope.clone(), x.name.span);
            key(a).cmp(&key(b))
        });
        Accounts { accounts, holes, silence }
    }

    /// All accounts, by purpose, scope and place.
    pub fn iter(&self) -> impl Iterator<Item = &Account<'s>> {
        self.accounts.iter()
    }

    /// The accounts of a purpose.
    pub fn of(&self, purpose: Purpose) -> impl Iterator<Item = &Account<'s>> {
        self.accounts.iter().filter(move |a| a.purpose == purpose)
    }

    /// Why there may be more accounts of a purpose; empty when all of them are known.
    pub fn holes(&self, purpose: Purpose) -> &[Gap] {
        self.holes.get(&purpose).map_or(&[], Vec::as_slice)
    }

    /// Why an account that is not listed may be one of a purpose all the same; see [`Snapshot::silence`].
    pub fn silence(&self, purpose: Purpose) -> &[Gap] {
        self.silence.get(&purpose).map_or(&[], Vec::as_slice)
    }
}

/// Scope, host, step and lower-case name: an account named in two alternatives is one account.
type Identity = (Scope, Option<String>, Option<(String, String)>, String);

struct Finder<'f, 's> {
    snapshot: &'s Snapshot<'s>,
    principals: &'f Principals<'s>,
    purpose: Purpose,
    found: Vec<Account<'s>>,
    seen: BTreeSet<Identity>,
}

impl<'s> Finder<'_, 's> {
    /// Holes of the alternative that was given, else of the first.
    fn silence(&self) -> Vec<Gap> {
        let sources = self.purpose.info().sources;
        let stated = |place: &Place| self.snapshot.is_stated(place.dataset());
        let given = sources.iter().find(|alternative| alternative.iter().any(stated)).or(sources.first());
        let mut holes = Vec::new();
        for place in given.into_iter().copied().flatten() {
            merge(&mut holes, self.snapshot.silence(place.dataset()));
        }
        // With a manifest one complete alternative is enough, and it may be another one.
        if self.snapshot.about.has_manifest { Vec::new() } else { holes }
    }

    /// Collects the accounts of a place; returns its holes.
    fn collect(&mut self, place: Place) -> Vec<Gap> {
        let snapshot = self.snapshot;
        match place {
            Place::ClientList(item, list) => {
                self.component_list(&snapshot.client_components, |c| &c.0, item, list, false)
            }
            Place::ComponentList(item, list) => {
                self.component_list(&snapshot.components, |c| &c.0, item, list, false)
            }
            Place::ComponentLists(item, prefix) => {
                self.component_list(&snapshot.components, |c| &c.0, item, prefix, true)
            }
            Place::ComponentProp(item, name) => self.component_prop(item, name),
            Place::RoleProp(role, name) => self.role_prop(role, name),
            Place::Usage(usage) => self.usage(usage),
            Place::ForestAccount => self.forest(),
            Place::PackageAccess => self.package_access(),
            Place::PermittedViewers => self.permitted_viewers(),
            Place::Step(kinds, names) => self.steps(kinds, names),
        }
    }

    fn add(
        &mut self,
        scope: &Scope,
        name: Spanned<&'s str>,
        host: Option<String>,
        step: Option<(String, String)>,
    ) {
        let key = (scope.clone(), host.clone(), step.clone(), name.value.trim().to_lowercase());
        if name.value.trim().is_empty() || !self.seen.insert(key) {
            return;
        }
        let principal = self.principals.resolve(name, &Home { host: host.as_deref() });
        let kind = AccountKind::Named;
        self.found.push(Account {
            purpose: self.purpose,
            scope: scope.clone(),
            name,
            kind,
            principal,
            host,
            step,
        });
    }

    fn component_list<T: Fact<'s>>(
        &mut self,
        table: &'s Table<T>,
        item_of: impl Fn(&'s T) -> &'s ComponentItem<'s>,
        item: &str,
        list: &str,
        prefix: bool,
    ) -> Vec<Gap> {
        let mut holes = self.snapshot.holes(T::DATASET, true);
        for (scope, row) in table.rows() {
            let component = item_of(&row.data);
            if !component.component().eq_ignore_ascii_case(item)
                || component.file_type.get().is_some_and(|t| t.0 == 1)
            {
                continue;
            }
            if !row.collected("PropLists") {
                merge(&mut holes, [row.gap(scope, "PropLists")]);
            }
            if prefix {
                for lists in component.prop_lists.get().into_iter().flat_map(|l| l.iter()) {
                    let named = lists.property_list_name.get().is_some_and(|n| starts_with(n, list));
                    if let (true, Some(first)) = (named, lists.values.get().and_then(|v| v.first())) {
                        self.add(scope, Spanned::new(&*first.value, first.span), None, None);
                    }
                }
            } else if let Some(values) = prop_list(&component.prop_lists, list).and_then(|l| l.values.get()) {
                for value in values.iter() {
                    self.add(scope, Spanned::new(&*value.value, value.span), None, None);
                }
            }
        }
        holes
    }

    fn component_prop(&mut self, item: &str, name: &str) -> Vec<Gap> {
        let snapshot = self.snapshot;
        let mut holes = snapshot.holes(Dataset::Component, true);
        for (scope, row) in snapshot.components.rows() {
            if !row.0.component().eq_ignore_ascii_case(item) {
                continue;
            }
            if !row.collected("Props") {
                merge(&mut holes, [row.gap(scope, "Props")]);
            }
            if let Some(text) = prop(&row.data.0.props, name).and_then(|p| p.text()) {
                self.add(scope, text, None, None);
            }
        }
        holes
    }

    fn role_prop(&mut self, role: &str, name: &str) -> Vec<Gap> {
        let snapshot = self.snapshot;
        let mut holes = snapshot.holes(Dataset::SiteSystemRole, true);
        for (scope, row) in snapshot.site_system_roles.rows() {
            if !row.role_name.get().is_some_and(|r| r.trim().eq_ignore_ascii_case(role)) {
                continue;
            }
            if !row.collected("Props") {
                merge(&mut holes, [row.gap(scope, "Props")]);
            }
            // `UseMachineAccount` 1: the name that is stored is not in use.
            let machine = prop(&row.data.props, "UseMachineAccount").and_then(|p| p.value.get().copied());
            if name.eq_ignore_ascii_case("UserName")
                && role == "SMS Site System"
                && machine.is_some_and(|m| m.0 == 1)
            {
                continue;
            }
            if let Some(text) = prop(&row.data.props, name).and_then(|p| p.text()) {
                let host = row.data.network_os_path.filled().map(|p| snapshot.inventory().host_key(p.value));
                self.add(scope, text, host, None);
            }
        }
        holes
    }

    fn usage(&mut self, usage: &str) -> Vec<Gap> {
        let snapshot = self.snapshot;
        for (scope, row) in snapshot.stored_accounts.rows() {
            let uses = row
                .account_usage
                .get()
                .is_some_and(|u| u.iter().any(|u| u.trim().eq_ignore_ascii_case(usage)));
            if let (true, Some(name)) = (uses, row.data.user_name.filled()) {
                self.add(scope, name, None, None);
            }
        }
        snapshot.holes(Dataset::StoredAccount, true)
    }

    fn forest(&mut self) -> Vec<Gap> {
        let snapshot = self.snapshot;
        for (scope, row) in snapshot.forests.rows() {
            if let Some(name) = row.data.account.filled() {
                self.add(scope, name, None, None);
            }
        }
        snapshot.holes(Dataset::Forest, true)
    }

    fn package_access(&mut self) -> Vec<Gap> {
        let snapshot = self.snapshot;
        for (scope, row) in snapshot.package_access.rows() {
            if let Some(name) = row.data.user_name.filled() {
                self.add(scope, nal_name(name), None, None);
            }
        }
        snapshot.holes(Dataset::PackageAccess, true)
    }

    fn permitted_viewers(&mut self) -> Vec<Gap> {
        let snapshot = self.snapshot;
        let mut holes = snapshot.holes(Dataset::ClientSettings, true);
        for (scope, row) in snapshot.client_settings.rows() {
            if !row.collected("AgentConfigurations") {
                merge(&mut holes, [row.gap(scope, "AgentConfigurations")]);
            }
            for agent in row.data.agent_configurations.get().into_iter().flat_map(|a| a.iter()) {
                for viewer in agent.value.permitted_viewers.get().into_iter().flat_map(|v| v.iter()) {
                    self.add(scope, Spanned::new(&*viewer.value, viewer.span), None, None);
                }
            }
        }
        holes
    }

    fn steps(&mut self, kinds: &[&str], names: &[&str]) -> Vec<Gap> {
        let snapshot = self.snapshot;
        let mut holes = snapshot.holes(Dataset::TaskSequence, true);
        for (scope, row) in snapshot.task_sequences.rows() {
            let package = row.data.package_id.as_ref().map_or("", |p| &*p.value).to_owned();
            for step in &row.data.steps {
                if !kinds.iter().any(|k| step.kind.eq_ignore_ascii_case(k)) {
                    continue;
                }
                if let Some(name) = step_account(step, names) {
                    self.add(scope, name, None, Some((package.clone(), step.path.clone())));
                }
            }
        }
        // Sequences also lie in the provider's rows; those that were listed without it are holes.
        let have: BTreeSet<String> = snapshot
            .task_sequences
            .rows()
            .filter_map(|(_, r)| r.package_id.as_ref().map(|p| p.to_uppercase()))
            .collect();
        for (scope, row) in snapshot.task_sequence_packages.rows() {
            let id = row.package_id.get().map_or("", |p| &**p).to_uppercase();
            if !row.collected("Sequence") && !have.contains(&id) {
                merge(&mut holes, [row.gap(scope, "Sequence")]);
            }
        }
        holes
    }
}

#[cfg(test)]
mod tests {
    use cmlint_source::{Encoding, Sources};

    use super::*;

    #[test]
    fn an_account_of_a_step_is_that_step_s_by_name_and_sid() {
        let mut sources = Sources::new();
        let file = sources.add("rows", String::new(), Encoding::Utf8);
        let sid = Sid::new(5, [21, 1, 2, 3, 1104]);
        let account = |host: Option<&str>, step: Option<&str>| Account {
            purpose: Purpose::NetworkAccess,
            scope: Scope::site("PS1"),
            name: Spanned::new("X\\a", file.span(0, 0)),
            kind: AccountKind::Named,
            principal: Principal::Resolved { sid, via: None },
            host: host.map(str::to_owned),
            step: step.map(|step| ("PS100001".to_owned(), step.to_owned())),
        };
        let keys: Vec<String> =
            [(None, None), (Some("cm01"), None), (None, Some("a/b#1")), (None, Some("a/c#1"))]
                .into_iter()
                .map(|(host, step)| account(host, step))
                .flat_map(|account| [account.key(), account.sid_key().unwrap()])
                .map(|key| key.to_string())
                .collect();
        let expected = [
            r"site:PS1/account:network-access/name:x\a",
            "site:PS1/account:network-access/sid:S-1-5-21-1-2-3-1104",
            r"site:PS1/host:cm01/account:network-access/name:x\a",
            "site:PS1/account:network-access/sid:S-1-5-21-1-2-3-1104",
            "ts:PS100001/step:a%2Fb#1/account:network-access",
            "ts:PS100001/step:a%2Fb#1/account:network-access/sid:S-1-5-21-1-2-3-1104",
            "ts:PS100001/step:a%2Fc#1/account:network-access",
            "ts:PS100001/step:a%2Fc#1/account:network-access/sid:S-1-5-21-1-2-3-1104",
        ];
        assert_eq!(keys, expected);
    }
}
