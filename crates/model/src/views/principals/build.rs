//! The graph from its sources: domains, directory objects, computers, names beside SIDs.

use std::collections::BTreeSet;

use cmlint_source::{Span, Spanned};
use cmlint_winsec::{Sid, well_known};

use super::index::AnyCase;
use super::{DomainNames, Principals, is_builtin, stranger};
use crate::Scope;

impl<'s> Principals<'s> {
    pub(super) fn add_domains(&mut self) {
        for (_, domain) in self.snapshot.domains.rows() {
            let Some(dns) = domain.dns.filled() else { continue };
            self.domains.push(DomainNames {
                dns: dns.value.to_lowercase(),
                netbios: domain.netbios.filled().map(|n| n.value.to_owned()),
                sid: domain.sid.filled().and_then(|s| s.value.parse().ok()),
            });
        }
        for (scope, object) in self.snapshot.directory.rows() {
            let Scope::Domain(dns) = scope else { continue };
            if object.is("domainDNS")
                && let Some(sid) = &object.sid
                && !self.domains.iter().any(|d| d.dns == *dns)
            {
                self.domains.push(DomainNames { dns: dns.clone(), netbios: None, sid: Some(sid.value) });
            }
        }
    }

    pub(super) fn add_directory(&mut self) {
        for (scope, row) in self.snapshot.directory.rows() {
            let Scope::Domain(dns) = scope else { continue };
            let dns = dns.as_str();
            self.by_dn.insert(AnyCase::dn(&row.dn.value), (dns, row));
            for member in &row.members {
                match stranger(&member.value) {
                    Some(sid) => self.groups_of_stranger.push(sid, (row, member.span)),
                    None => self.groups_of_dn.push(AnyCase::dn(&member.value), (row, member.span)),
                }
            }
            if let Some(upn) = &row.upn {
                self.by_upn.push(AnyCase::new(upn), row);
            }
            if let Some(name) = &row.dns_host_name {
                self.by_host_name.push(crate::host_key(name), row);
            }
            let Some(sid) = &row.sid else { continue };
            // Built-in groups of several domains share one SID; they are reached by their names.
            if !is_builtin(&sid.value) {
                let held = self.by_sid.entry(sid.value).or_insert((dns, row));
                if row.span < held.1.span {
                    *held = (dns, row);
                }
            }
            if let Some(sam) = &row.sam {
                self.by_sam.push((dns, AnyCase::new(sam)), row);
            }
        }
        for (scope, lookup) in self.snapshot.lookups.rows() {
            let Scope::Domain(dns) = scope else { continue };
            self.lookups.insert((dns, lookup.asked.to_lowercase()), (lookup.answer, lookup.span));
        }
    }

    pub(super) fn add_hosts(&mut self) {
        for (scope, computer) in self.snapshot.computers.rows() {
            let Scope::Host(key) = scope else { continue };
            // A domain controller has no accounts of its own: its SID is the domain's.
            let controller = matches!(computer.domain_role.get().map(|r| r.0), Some(4 | 5));
            if let Some(sid) = computer.machine_sid.get().and_then(|s| s.parse::<Sid>().ok())
                && !controller
            {
                self.machines.insert(sid, key.clone());
            }
        }
        for (scope, group) in self.snapshot.local_groups.rows() {
            let Scope::Host(key) = scope else { continue };
            let Some(sid) = group.sid.get().and_then(|s| s.parse::<Sid>().ok()) else { continue };
            if let Some(machine) = sid.domain()
                && !self.domains.iter().any(|d| d.sid == Some(machine))
            {
                self.machines.entry(machine).or_insert_with(|| key.clone());
                if let Some(name) = group.name.get() {
                    let short = key.split('.').next().unwrap_or(key).to_uppercase();
                    self.labels.entry(sid).or_insert_with(|| format!("{short}\\{}", &**name));
                }
            }
        }
    }

    pub(super) fn add_pairs(&mut self) {
        let mut pairs: Vec<(String, Sid, Span)> = Vec::new();
        let mut pair = |name: Option<Spanned<&str>>, sid: Option<Sid>| {
            if let (Some(name), Some(sid)) = (name, sid) {
                pairs.push((name.value.to_owned(), sid, name.span));
            }
        };
        for (_, group) in self.snapshot.local_groups.rows() {
            for member in group.members.get().into_iter().flat_map(|m| m.iter()) {
                pair(member.name.filled(), member.sid.get().and_then(|s| s.parse().ok()));
            }
        }
        for (_, admin) in self.snapshot.admins.rows() {
            pair(admin.logon_name.filled(), admin.admin_sid.get().and_then(|s| s.parse().ok()));
        }
        for (_, login) in self.snapshot.sql_server_principals.rows() {
            let name = Spanned::new(&*login.0.name.value, login.0.name.span);
            pair(Some(name), login.0.sid.as_ref().map(|s| s.value));
        }
        for (_, user) in self.snapshot.sql_database_principals.rows() {
            let name = Spanned::new(&*user.0.name.value, user.0.name.span);
            pair(Some(name), user.0.sid.as_ref().map(|s| s.value));
        }
        let known: BTreeSet<Sid> = self.labels.keys().copied().collect();
        let known =
            |sid: &Sid| known.contains(sid) || self.by_sid.get(sid).is_some_and(|(_, o)| o.sam.is_some());
        // The first in this order names the SID, whatever the order of the rows.
        pairs.sort();
        for (name, sid, span) in pairs {
            // `dbo` and other names that belong to no domain or computer name nobody.
            if name.contains('\\') {
                self.paired.entry(name.to_lowercase()).or_default().entry(sid).or_insert(span);
                if !known(&sid) && well_known::well_known_name(&sid).is_none() {
                    self.labels.entry(sid).or_insert(name);
                }
            }
        }
    }
}
