//! Findings under headings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use cmlint_lint::Finding;
use cmlint_model::{Scope, Snapshot};

use super::Item;
use crate::escape;

/// What findings stand under.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupBy {
    /// The lint.
    Lint,
    /// The object.
    Object,
    /// The computer.
    Host,
    /// The site.
    Site,
}

/// How many findings a report for people shows, and in which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shown {
    /// What they stand under; without it the worst come first.
    pub group_by: Option<GroupBy>,
    /// At most so many, the worst.
    pub most: Option<usize>,
}

/// Findings under one heading.
pub(crate) struct Group<'a> {
    /// What they have in common, as one line for any target that shows characters beyond ASCII.
    pub(crate) heading: String,
    pub(crate) items: Vec<Item<'a>>,
}

/// Whether a finding is about a site: about the site itself, one of its computers or its database.
pub fn is_of_site(finding: &Finding, code: &str, snapshot: &Snapshot<'_>) -> bool {
    let same = |site: &str| site.eq_ignore_ascii_case(code);
    if site(finding, snapshot).is_some_and(|site| same(&site)) {
        return true;
    }
    let host = host(finding).and_then(|host| snapshot.inventory().host(&host));
    host.is_some_and(|host| host.roles.iter().any(|role| same(&role.site)))
}

/// Whether a finding is about a computer or a database on it.
pub fn is_of_host(finding: &Finding, key: &str) -> bool {
    host(finding).is_some_and(|host| host.eq_ignore_ascii_case(key))
}

/// Groups, the one with the worst finding first; those of one group stay in their order.
pub(crate) fn grouped<'a>(
    items: impl IntoIterator<Item = Item<'a>>,
    by: GroupBy,
    snapshot: &Snapshot<'_>,
) -> Vec<Group<'a>> {
    // Without a heading of its own comes last.
    let mut groups: BTreeMap<(bool, String), Group<'a>> = BTreeMap::new();
    for item in items {
        let (known, key, heading) = of(&item, by, snapshot);
        let group = groups.entry((!known, key)).or_insert_with(|| Group { heading, items: Vec::new() });
        group.items.push(item);
    }
    let mut groups: Vec<((bool, String), Group<'a>)> = groups.into_iter().collect();
    groups.sort_by_key(|((unknown, _), group)| {
        let worst = group.items.iter().map(|item| item.finding().severity).max();
        (*unknown, Reverse(worst))
    });
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Whether it belongs anywhere, what identifies that, and the heading.
fn of(item: &Item<'_>, by: GroupBy, snapshot: &Snapshot<'_>) -> (bool, String, String) {
    let finding = item.finding();
    let named = |kind: &str, name: Option<String>| match name {
        Some(name) => (true, name.clone(), format!("{kind} {}", escape::line(&name, true))),
        None => (false, String::new(), format!("no {kind}")),
    };
    match by {
        GroupBy::Lint => (true, item.lint.def.id.to_owned(), item.lint.def.id.to_owned()),
        GroupBy::Object => {
            let key = finding.object.key.to_string();
            (true, key, escape::words(&finding.object.label, true))
        }
        GroupBy::Host => named("host", host(finding)),
        GroupBy::Site => named("site", site(finding, snapshot)),
    }
}

fn host(finding: &Finding) -> Option<String> {
    match &finding.object.scope {
        Scope::Host(host) => Some(host.clone()),
        Scope::Database { server, .. } => Some(server.clone()),
        _ => segment(finding, "host"),
    }
}

/// The site that the object names, or the only one that its computer has a role in.
fn site(finding: &Finding, snapshot: &Snapshot<'_>) -> Option<String> {
    if let Scope::Site(site) = &finding.object.scope {
        return Some(site.clone());
    }
    segment(finding, "site").or_else(|| {
        let host = host(finding)?;
        let mut sites: Vec<&str> =
            snapshot.inventory().host(&host)?.roles.iter().map(|role| role.site.as_str()).collect();
        sites.sort_unstable();
        sites.dedup();
        match sites.as_slice() {
            [only] => Some((*only).to_owned()),
            _ => None,
        }
    })
}

/// The value of a segment of the object's key.
fn segment(finding: &Finding, kind: &str) -> Option<String> {
    let segments = finding.object.key.as_str().split('/');
    segments.filter_map(|s| s.split_once(':')).find(|(k, _)| *k == kind).map(|(_, value)| value.to_owned())
}
