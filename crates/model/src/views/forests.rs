//! Into which forests the sites publish, and into which container.

use super::principals::{Principals, domain_dn};
use crate::need::{Each, Subjects};
use crate::rows::{Forest, ForestStatus};
use crate::{Dataset, Gap, Judged, Scope, Status};

/// The sites that publish to a forest, and the holes that could hide more.
pub fn publishing_sites<'s>(
    forest: &Forest<'s>,
    statuses: &Each<'s, ForestStatus<'s>>,
) -> (Vec<&'s Scope>, Vec<Gap>) {
    let id = forest.forest_id.get().map(|id| id.0);
    let of_forest = |status: &ForestStatus<'_>| match (id, status.forest_id.get()) {
        (Some(id), Some(other)) => id == other.0,
        _ => false,
    };
    let mut holes = statuses.holes();
    if id.is_none() {
        let why = "a forest has no identifier, by which sites name it";
        holes.push(Gap::new(Dataset::Forest, Scope::Hierarchy, Status::Partial, why));
    }
    let mut sites = Vec::new();
    for (scope, row) in statuses.iter().filter(|(_, row)| of_forest(&row.data)) {
        match row.data.publishing_enabled.get() {
            Some(on) if on.0 => sites.push(scope),
            Some(_) => {}
            None => {
                let why = "nothing says whether the site publishes to a forest";
                holes.push(Gap::new(Dataset::ForestStatus, scope.clone(), Status::Partial, why));
            }
        }
    }
    sites.sort();
    sites.dedup();
    (sites, holes)
}

/// The domain of a forest into which a site publishes whose server is in `home`: the site server's own, where that is
/// in the forest, else the root. A path of its own may name another one.
///
/// # Errors
/// The hole, when the path names no domain that is known, or nothing says in which forest the site server is.
pub fn publishing_domain(forest: &Forest<'_>, home: &str, principals: &Principals<'_>) -> Judged<String> {
    let doubt = |dataset, why: String| Err(vec![Gap::new(dataset, Scope::Hierarchy, Status::Partial, why)]);
    let root = forest.forest_fqdn.filled().map_or(String::new(), |name| name.value.trim().to_lowercase());
    if let Some(path) = forest.publishing_path.filled() {
        return match principals.dns_name_of(path.value) {
            Some(domain) => Ok(domain.to_owned()),
            None => doubt(Dataset::Forest, format!("{} is no domain that is known", path.value.trim())),
        };
    }
    match principals.forest_of(home) {
        Some(forest) if forest == root => Ok(home.to_owned()),
        Some(_) => Ok(root),
        None if home == root => Ok(root),
        None => doubt(Dataset::Domain, format!("nothing says in which forest {home} is")),
    }
}

/// The distinguished name of the container into which sites publish in a domain.
pub fn system_management(domain: &str) -> String {
    format!("CN=System Management,CN=System,{}", domain_dn(domain))
}

#[cfg(test)]
mod tests;
