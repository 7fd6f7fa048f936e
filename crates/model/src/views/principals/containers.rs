//! The containers of a domain, in which objects can be made.

use super::Principals;
use crate::proof::merge;
use crate::rows::DirectoryObject;
use crate::table::Row;
use crate::{Cover, Dataset, Gap, Scope, Status};

/// Classes below which computer objects may lie (MS-ADSC: `possSuperiors` of `computer`).
const CONTAINERS: [&str; 3] = ["organizationalUnit", "container", "domainDNS"];

impl<'s> Principals<'s> {
    /// The organizational units and containers of a domain, its head among them, by distinguished name; and why there
    /// may be more.
    pub fn containers(&self, dns: &str) -> (Vec<&'s Row<DirectoryObject<'s>>>, Vec<Gap>) {
        let scope = Scope::domain(dns);
        let of_domain = self.snapshot.directory.part(&scope).iter();
        let mut found: Vec<_> =
            of_domain.filter(|row| CONTAINERS.iter().any(|class| row.is(class))).collect();
        found.sort_by_cached_key(|row| row.dn.value.to_lowercase());
        let mut holes: Vec<Gap> = self.snapshot.directory.hole(&scope, true).into_iter().collect();
        if holes.is_empty() {
            let hole = |why: String| Gap::new(Dataset::Directory, scope.clone(), Status::Partial, why);
            for dn in [domain_dn(dns), format!("CN=Computers,{}", domain_dn(dns))] {
                if self.by_dn(&dn).is_none() {
                    merge(&mut holes, [hole(format!("the directory file does not hold {dn}"))]);
                }
            }
            let all = |cover: &Cover| {
                matches!(cover, Cover::Question { question, of }
                    if question == "permissions-of" && of == "organizational-units")
            };
            let covers = &self.snapshot.directory.statement(&scope).covers;
            if !covers.is_empty() && !covers.iter().any(all) {
                merge(&mut holes, [hole("not all organizational units were asked for".to_owned())]);
            }
        }
        (found, holes)
    }

    /// The number of computers that every account may join to a domain (`ms-DS-MachineAccountQuota`), with its place.
    ///
    /// # Errors
    /// The hole, when the head of the domain or the attribute was not collected.
    pub fn machine_account_quota(&self, dns: &str) -> crate::Judged<(i64, cmlint_source::Span)> {
        let (_, head) = self.at_dn(&domain_dn(dns))?;
        let quota = head.attribute("ms-ds-machineaccountquota");
        match quota.and_then(|value| Some((value.value.trim().parse().ok()?, value.span))) {
            Some(quota) => Ok(quota),
            None => {
                let why = "the head of the domain has no ms-DS-MachineAccountQuota";
                Err(vec![Gap::new(Dataset::Directory, Scope::domain(dns), Status::Partial, why)])
            }
        }
    }

    /// The domains that the snapshot holds objects of, by DNS name.
    pub fn collected_domains(&self) -> Vec<&'s str> {
        let mut domains: Vec<&str> = self.objects().map(|(domain, _)| domain).collect();
        domains.sort_unstable();
        domains.dedup();
        domains
    }
}

/// The distinguished name of the head of a domain: `DC=contoso,DC=com`.
pub fn domain_dn(dns: &str) -> String {
    dns.split('.').map(|part| format!("DC={part}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::domain_of_dn;

    #[test]
    fn a_domain_has_one_name_in_both_forms() {
        assert_eq!(domain_dn("eu.corp.example"), "DC=eu,DC=corp,DC=example");
        assert_eq!(domain_of_dn(&domain_dn("eu.corp.example")), "eu.corp.example");
    }
}
