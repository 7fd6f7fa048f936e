//! Who belongs in the roles of a site database.

use std::collections::BTreeSet;

use super::{Expected, ExpectedMembers, Found, has_role, serves, typed_for};
use crate::proof::{Confidence, merge};
use crate::purpose::Purpose;
use crate::views::{ProductRole, RoleMember};
use crate::words::term;
use crate::{Judged, text};

/// `Type` of a secondary site.
const SECONDARY: i64 = 1;

/// Roles of the database in which servers of secondary sites are seen too: each has a management point.
const OF_MANAGEMENT_POINTS: [&str; 2] = ["smsdbrole_MP", "smsdbrole_MPUserSvc"];

impl ExpectedMembers<'_> {
    /// Who belongs in a role that the product makes in the database of a site; `None` where no page says.
    /// Roles and users of the product itself are not listed.
    ///
    /// # Errors
    /// The holes that could hide more members.
    pub fn for_database_role(&self, site: &str, role: &ProductRole) -> Option<Judged<Vec<Expected>>> {
        let inventory = self.inventory();
        let mut found = Found { expected: Vec::new(), holes: inventory.host_holes().to_vec() };
        merge(&mut found.holes, inventory.site_holes().iter().cloned());
        let site = site.trim().to_ascii_uppercase();
        match role.member {
            RoleMember::Hosts(roles) => self.computers_with(&site, role.name, roles, &mut found),
            RoleMember::Account(Purpose::ReportingServices) => {
                self.accounts_of(&site, "SMS SRS Reporting Point", &mut found);
            }
            RoleMember::Administrators(object_type, mask) => {
                self.administrators_who(object_type, mask, false, &mut found);
            }
            RoleMember::Product => {}
            RoleMember::Account(_) | RoleMember::Unsaid => return None,
        }
        let Found { mut expected, holes } = found;
        expected.sort_by(|a, b| (&a.of, !a.required, &a.name).cmp(&(&b.of, !b.required, &b.name)));
        Some(if holes.is_empty() { Ok(expected) } else { Err(holes) })
    }

    fn computers_with(&self, site: &str, database_role: &str, roles: &[&str], found: &mut Found) {
        let inventory = self.inventory();
        let is = |name: &str| database_role.eq_ignore_ascii_case(name);
        let servers = self.site_servers(site);
        for role in roles {
            for (host, at) in inventory.hosts_with(site, role) {
                let passive = servers.iter().any(|(server, active)| server == host && !active);
                // Only some management points serve what these two are for; distributed views may be off; and
                // whether a passive server is in the role of the active one, no page says.
                let server = role.eq_ignore_ascii_case("SMS Site Server");
                let some = ["smsdbrole_DMP", "smsdbrole_MPMBAM", "smsdbrole_DViewAccess"]
                    .iter()
                    .any(|name| is(name));
                let may = some || passive || server && is("smsdbrole_siteprovider");
                let required = !may;
                let why = has_role(host, at);
                let why = if required { why } else { why.confidence(Confidence::Medium) };
                self.computer(host, required, why.clone(), found);
                let key = (site.to_owned(), host.to_owned(), role.to_lowercase());
                merge(&mut found.holes, self.unknown_connections.get(&key).cloned());
                if let Some(account) = self.connections.get(&key) {
                    let what = text!("the connection account of {}", crate::words::host(host));
                    found.expected.push(Expected {
                        sid: account.sid,
                        name: account.name.clone(),
                        of: format!("computer {host}"),
                        required,
                        why: typed_for(account, what, &why).confidence(why.confidence),
                    });
                }
            }
        }
        if OF_MANAGEMENT_POINTS.iter().any(|name| is(name)) {
            let below = |parent: Option<&str>| parent.is_some_and(|code| code.eq_ignore_ascii_case(site));
            let children = inventory.sites().filter(|s| s.kind.is_none_or(|kind| kind == SECONDARY));
            for child in children.filter(|s| below(s.parent.as_deref())) {
                for (server, active) in self.site_servers(&child.code) {
                    let why = serves(&server, child, active).confidence(Confidence::Medium);
                    self.computer(&server, false, why, found);
                }
            }
        }
    }

    /// The accounts that were typed for a role; without one the computer's own.
    fn accounts_of(&self, site: &str, role: &str, found: &mut Found) {
        for (host, at) in self.inventory().hosts_with(site, role) {
            let key = (site.to_owned(), host.to_owned(), role.to_lowercase());
            merge(&mut found.holes, self.unknown_connections.get(&key).cloned());
            let why = has_role(host, at);
            match self.connections.get(&key) {
                Some(account) => found.expected.push(Expected {
                    sid: account.sid,
                    name: account.name.clone(),
                    of: format!("computer {host}"),
                    required: true,
                    why: typed_for(account, text!("the account of `{}`", term(role)), &why),
                }),
                None => self.computer(host, true, why, found),
            }
        }
    }

    /// Administrative users who hold an operation.
    pub(super) fn administrators_who(&self, object_type: i64, mask: i64, required: bool, found: &mut Found) {
        let (holders, holes) = self.permissions.holders(object_type, mask);
        merge(&mut found.holes, holes);
        let mut seen = BTreeSet::new();
        for (entry, grant) in holders {
            let name = entry.name.value.trim().to_owned();
            if !seen.insert(name.to_lowercase()) {
                continue;
            }
            let weakest = grant.proof.confidence();
            let Some(why) = grant.proof.steps.last().cloned() else { continue };
            found.expected.push(Expected {
                sid: entry.sid,
                of: format!("administrative user {}", name.to_lowercase()),
                name,
                required,
                why: why.confidence(weakest),
            });
        }
    }
}
