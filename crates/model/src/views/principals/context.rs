//! What an access check must know about a computer or domain, and all principals that are known.

use std::collections::BTreeSet;

use cmlint_winsec::{Context, Sid};

use super::Principals;
use super::index::AnyCase;
use crate::rows::DirectoryObject;
use crate::table::Row;
use crate::{Dataset, Gap, Judged, Scope, Status};

impl<'s> Principals<'s> {
    /// The SIDs that domain-relative aliases (`DA`, `LA`) stand for on a computer.
    pub fn context_of_host(&self, host: &str) -> Context {
        let dns = host.split_once('.').map_or("", |(_, domain)| domain);
        let machine = self.machines.iter().find(|(_, key)| *key == host).map(|(sid, _)| *sid);
        Context { machine, ..self.context_of_domain(dns) }
    }

    /// The SIDs that domain-relative aliases stand for in a domain.
    pub fn context_of_domain(&self, dns: &str) -> Context {
        let domain = self.domains.iter().find(|d| d.dns == dns);
        let forest = self.snapshot.domains.rows().find_map(|(_, d)| {
            let same = d.dns.filled().is_some_and(|name| name.value.eq_ignore_ascii_case(dns));
            if same { d.forest.filled().map(|f| f.value.to_lowercase()) } else { None }
        });
        let root = forest.and_then(|forest| self.domains.iter().find(|d| d.dns == forest));
        Context { domain: domain.and_then(|d| d.sid), root_domain: root.and_then(|d| d.sid), machine: None }
    }

    /// The directory object of a distinguished name in any case, with the DNS name of its domain.
    pub fn by_dn(&self, dn: &str) -> Option<(&'s str, &'s Row<DirectoryObject<'s>>)> {
        self.by_dn.get(&AnyCase::dn(dn)).copied()
    }

    /// The directory object of a distinguished name, for a question that cannot be answered without it.
    ///
    /// # Errors
    /// The hole: its domain was not collected, or the file does not hold it.
    pub fn at_dn(&self, dn: &str) -> Judged<(&'s str, &'s Row<DirectoryObject<'s>>)> {
        self.by_dn(dn).ok_or_else(|| {
            let scope = Scope::domain(&domain_of_dn(dn));
            let hole = self.snapshot.directory.hole(&scope, true);
            let mut gap = hole.unwrap_or_else(|| Gap::new(Dataset::Directory, scope, Status::Partial, ""));
            gap.why = format!("the directory file does not hold {dn}");
            vec![gap]
        })
    }

    /// All directory objects with the DNS names of their domains, as they stand in the files.
    pub fn objects(&self) -> impl Iterator<Item = (&'s str, &'s Row<DirectoryObject<'s>>)> {
        self.snapshot.directory.rows().filter_map(|(scope, row)| match scope {
            Scope::Domain(dns) => Some((dns.as_str(), row)),
            _ => None,
        })
    }

    /// Every SID that the snapshot knows a principal for: users, groups and computers of the directory,
    /// and accounts and groups that other files name.
    pub fn known(&self) -> BTreeSet<Sid> {
        self.by_sid.keys().chain(self.labels.keys()).copied().collect()
    }
}

/// The DNS name of the domain of a distinguished name: its `DC` parts. Empty where it has none.
pub fn domain_of_dn(dn: &str) -> String {
    let part = |part: &str| {
        let (kind, value) = part.split_once('=')?;
        kind.trim().eq_ignore_ascii_case("dc").then(|| value.trim().to_lowercase())
    };
    dn.split(',').filter_map(part).collect::<Vec<_>>().join(".")
}
