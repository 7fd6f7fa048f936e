//! Where Active Directory discovery searches, and as whom.

use cmlint_source::Spanned;
use cmlint_winsec::Sid;

use super::principals::{Home, Principal, Principals, domain_of_dn};
use crate::need::Each;
use crate::proof::merge;
use crate::rows::{Component, SiteSystemRole, prop, prop_list};
use crate::table::Row;
use crate::words::{Name, principal};
use crate::{Gap, Judged, Key, Purpose, Scope, Status};

/// The components of the discovery methods that search containers.
const METHODS: [(&str, Purpose); 3] = [
    ("SMS_AD_SECURITY_GROUP_DISCOVERY_AGENT", Purpose::GroupDiscovery),
    ("SMS_AD_SYSTEM_DISCOVERY_AGENT", Purpose::SystemDiscovery),
    ("SMS_AD_USER_DISCOVERY_AGENT", Purpose::UserDiscovery),
];

/// A container that a discovery method of a site searches.
#[derive(Clone, Debug)]
pub struct SearchBase<'s> {
    /// Group, system or user discovery.
    pub purpose: Purpose,
    /// The site that searches.
    pub scope: Scope,
    /// The container as it is stored: `LDAP://OU=Staff,DC=contoso,DC=com`.
    pub path: Spanned<&'s str>,
    /// Its distinguished name.
    pub dn: &'s str,
    /// The account; `None` stands for the computer account of the site server.
    pub account: Option<Spanned<&'s str>>,
    /// Whether the method is on.
    pub active: bool,
}

impl<'s> SearchBase<'s> {
    /// All containers that are searched, by site and method, and the holes that could hide more or their
    /// accounts.
    pub fn all(components: &Each<'s, Component<'s>>) -> (Vec<SearchBase<'s>>, Vec<Gap>) {
        let mut bases = Vec::new();
        let mut holes = Vec::new();
        for (scope, row) in components.iter() {
            let item = &row.data.0;
            let method = METHODS.iter().find(|(name, _)| item.component().eq_ignore_ascii_case(name));
            let Some((_, purpose)) = method else { continue };
            if item.file_type.get().is_some_and(|kind| kind.0 == 1) {
                continue;
            }
            for property in ["Props", "PropLists"].into_iter().filter(|p| !row.collected(p)) {
                merge(&mut holes, [row.gap(scope, property)]);
            }
            of_method(row, *purpose, scope, &mut bases);
        }
        bases.sort_by(|a, b| {
            let key = |base: &SearchBase<'_>| (base.scope.clone(), base.purpose, base.path.span);
            key(a).cmp(&key(b))
        });
        (bases, holes)
    }

    /// The DNS name of its domain.
    pub fn domain(&self) -> String {
        domain_of_dn(self.dn)
    }

    /// The accounts that search it, each with its name: one, or the computer accounts of the site servers.
    /// None where the name stands for nobody.
    ///
    /// # Errors
    /// The holes, when it is not known whom the name stands for or which computers are the site servers.
    pub fn searchers(
        &self,
        roles: &Each<'s, SiteSystemRole<'s>>,
        principals: &Principals<'s>,
    ) -> Judged<Vec<(Name, Sid)>> {
        let Some(account) = self.account else {
            let computer = |server: &Spanned<&str>| {
                let name = principals.computer_name(server.value);
                match principals.computer(server.value) {
                    Some((sid, _)) => Ok((name, sid)),
                    None => Err(principals.unresolved(&name.text)),
                }
            };
            return site_servers(roles, &self.scope)?.iter().map(computer).collect();
        };
        let name = account.value.trim();
        match principals.resolve(account, &Home::default()) {
            Principal::Resolved { sid, .. } => Ok(vec![(principal(name), sid)]),
            Principal::NotFound(_) => Ok(Vec::new()),
            _ => Err(principals.unresolved(name)),
        }
    }

    /// `site:PS1/account:user-discovery/base:ou=staff,dc=contoso,dc=com`.
    pub fn key(&self) -> Key {
        Key::scope(&self.scope).then("account", self.purpose.info().word).name("base", self.dn)
    }
}

fn of_method<'s>(
    row: &'s Row<Component<'s>>,
    purpose: Purpose,
    scope: &Scope,
    bases: &mut Vec<SearchBase<'s>>,
) {
    let item = &row.data.0;
    let setting = prop(&item.props, "Settings").and_then(|p| p.text());
    let active = setting.is_none_or(|text| !text.value.trim().eq_ignore_ascii_case("inactive"));
    let mut seen: Vec<String> = Vec::new();
    for list in item.prop_lists.get().into_iter().flat_map(|lists| lists.iter()) {
        let Some(name) = list.property_list_name.get() else { continue };
        // The account belongs to what the list of containers names: the container, or for group discovery
        // the name of a search scope, whose containers have a list of their own.
        let of_scope =
            name.split_once(':').filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("search bases"));
        if of_scope.is_none() && !name.trim().eq_ignore_ascii_case("ad containers") {
            continue;
        }
        for value in list.values.get().into_iter().flat_map(|values| values.iter()) {
            let Some(dn) = dn_of_path(&value.value) else { continue };
            let owner = of_scope.map_or(&*value.value, |(_, scope)| scope);
            let account = prop_list(&item.prop_lists, &format!("AD Accounts:{}", owner.trim()))
                .and_then(|accounts| accounts.values.get()?.first())
                .filter(|account| !account.value.trim().is_empty())
                .map(|account| Spanned::new(&*account.value, account.span));
            let key = dn.to_lowercase();
            let path = Spanned::new(&*value.value, value.span);
            let base = SearchBase { purpose, scope: scope.clone(), path, dn, account, active };
            // Group discovery names a container in both lists.
            match seen.iter().position(|known| *known == key) {
                None => {
                    seen.push(key);
                    bases.push(base);
                }
                Some(index) => {
                    let first = bases.len() - seen.len() + index;
                    if bases[first].account.is_none() {
                        bases[first].account = base.account;
                    }
                }
            }
        }
    }
}

/// The distinguished name in a path of ADSI: `LDAP://dc01.contoso.com/OU=Staff,DC=contoso,DC=com`. The other
/// values of the lists are flags and names.
pub fn dn_of_path(path: &str) -> Option<&str> {
    let (scheme, rest) = path.trim().split_once("://")?;
    if !["ldap", "gc"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let dn = match rest.split_once('/') {
        Some((server, dn)) if !server.contains('=') => dn,
        _ => rest,
    };
    (!domain_of_dn(dn).is_empty()).then_some(dn)
}

/// The names of the site servers of a site, passive ones included.
///
/// # Errors
/// The hole, when none of them is known.
pub fn site_servers<'s>(roles: &Each<'s, SiteSystemRole<'s>>, site: &Scope) -> Judged<Vec<Spanned<&'s str>>> {
    let (rows, hole) = roles.at(site);
    let is_server = |row: &&'s Row<SiteSystemRole<'s>>| {
        row.data.role_name.get().is_some_and(|name| name.trim().eq_ignore_ascii_case("SMS Site Server"))
    };
    let mut servers: Vec<Spanned<&str>> =
        rows.iter().filter(is_server).filter_map(|row| row.data.network_os_path.filled()).collect();
    servers.sort_by_key(|name| name.span);
    match (servers.is_empty(), hole) {
        (false, None) => Ok(servers),
        (_, Some(gap)) => Err(vec![gap]),
        (true, None) => {
            let why = "nothing names the site server";
            Err(vec![Gap::new(crate::Dataset::SiteSystemRole, site.clone(), Status::Partial, why)])
        }
    }
}

#[cfg(test)]
mod tests;
