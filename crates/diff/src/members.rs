//! Users, groups and computers of the directory, and who is a member of which group.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_model::rows::DirectoryObject;
use cmlint_model::views::Principals;
use cmlint_model::words::{Name, domain, principal};
use cmlint_model::{Dataset, Row, Scope, text};
use cmlint_source::Span;
use cmlint_winsec::Sid;

use crate::pair::{Found, Pair, Sight};
use crate::{Area, Change, Sign};

/// Who a distinguished name stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Id {
    Sid(Sid),
    /// Nothing says whose it is.
    Name(String),
}

struct Edge {
    scope: Scope,
    member: Name,
    group: Name,
    span: Span,
}

/// Objects that appeared and disappeared, and accounts that were disabled and enabled.
pub(crate) fn principals(pair: &Pair<'_, '_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let [old, new] = [pair.old, pair.new].map(objects);
    for (sid, (scope, row)) in &new {
        let Some((_, before)) = old.get(sid) else {
            if pair.old_is_whole(Dataset::Directory, scope) {
                let text = text!("`{}` is new: {}", label(pair.new, sid), class(row));
                let text = text.and(text!(" of {}", domain(scope.key())));
                changes.push(change(Sign::Added, text, None, Some(row.span)));
            }
            continue;
        };
        let disabled = |row: &Row<DirectoryObject<'_>>| {
            row.user_account_control.as_ref().map(|u| (u.value & DISABLED != 0, u.span))
        };
        if let (Some((was, at)), Some((is, here))) = (disabled(before), disabled(row))
            && was != is
        {
            let verb = if is { "was disabled" } else { "was enabled" };
            let text = text!("`{}` {}", label(pair.new, sid), verb);
            changes.push(change(Sign::Changed, text, Some(at), Some(here)));
        }
    }
    for (sid, (scope, row)) in old.iter().filter(|(sid, _)| !new.contains_key(*sid)) {
        if pair.new_is_whole(Dataset::Directory, scope) {
            let text = text!("`{}` is gone: {}", label(pair.old, sid), class(row));
            let text = text.and(text!(" of {}", domain(scope.key())));
            changes.push(change(Sign::Removed, text, Some(row.span), None));
        }
    }
    changes
}

/// `ACCOUNTDISABLE` of `userAccountControl`.
const DISABLED: u32 = 2;

/// Memberships in groups of the directory.
pub(crate) fn edges(pair: &Pair<'_, '_>) -> Found {
    let mut found = Found::default();
    let [old, new] = [pair.old, pair.new].map(memberships);
    for (key, edge) in &new {
        if old.contains_key(key) || !pair.old_is_whole(Dataset::Directory, &edge.scope) {
            continue;
        }
        let text = text!("`{}` is now a member of `{}`", edge.member, edge.group);
        found.changes.push(Change {
            area: Area::Members,
            sign: Sign::Added,
            text,
            old: None,
            new: Some(edge.span),
        });
        found.seeds.extend(seed(&key.1));
    }
    for (key, edge) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        if !pair.new_is_whole(Dataset::Directory, &edge.scope) {
            continue;
        }
        let text = text!("`{}` is no longer a member of `{}`", edge.member, edge.group);
        found.changes.push(Change {
            area: Area::Members,
            sign: Sign::Removed,
            text,
            old: Some(edge.span),
            new: None,
        });
        found.seeds.extend(seed(&key.1));
    }
    found
}

/// The direct members of each group of the directory, on either side.
pub(crate) fn members(pair: &Pair<'_, '_>) -> BTreeMap<Sid, BTreeSet<Sid>> {
    let mut members: BTreeMap<Sid, BTreeSet<Sid>> = BTreeMap::new();
    for sight in [pair.old, pair.new] {
        for (group, member) in memberships(sight).into_keys() {
            if let (Id::Sid(group), Id::Sid(member)) = (group, member) {
                members.entry(group).or_default().insert(member);
            }
        }
    }
    members
}

type Objects<'s> = BTreeMap<Sid, (Scope, &'s Row<DirectoryObject<'s>>)>;

fn objects<'s>(sight: &Sight<'s>) -> Objects<'s> {
    let rows = sight.rows::<DirectoryObject<'s>>();
    let with_sid = rows.filter_map(|(scope, row)| Some((row.sid.as_ref()?.value, (scope.clone(), row))));
    with_sid.filter(|(_, (_, row))| !row.is("domainDNS") && !row.is("trustedDomain")).collect()
}

/// (group, member) → where it stands; what the group says comes before what the member says.
fn memberships(sight: &Sight<'_>) -> BTreeMap<(Id, Id), Edge> {
    let principals = sight.view::<Principals<'_>>();
    let mut edges = BTreeMap::new();
    let mut put = |scope: &Scope, group: Id, member: Id, span: Span| {
        let name = |id: &Id| match id {
            Id::Sid(sid) => principals.label(sid),
            Id::Name(name) => principal(name),
        };
        let edge = Edge { scope: scope.clone(), member: name(&member), group: name(&group), span };
        edges.entry((group, member)).or_insert(edge);
    };
    let id = |dn: &str| {
        let known = principals.by_dn(dn).and_then(|(_, row)| row.sid.as_ref().map(|sid| sid.value));
        // A principal of elsewhere is a member through an object that is named by its SID.
        let named = || dn.split(',').next()?.split_once('=')?.1.trim().parse().ok();
        known.or_else(named).map_or_else(|| Id::Name(dn.to_lowercase()), Id::Sid)
    };
    for (scope, row) in sight.rows::<DirectoryObject<'_>>() {
        let Some(own) = row.sid.as_ref().map(|sid| sid.value) else { continue };
        for member in &row.members {
            put(scope, Id::Sid(own), id(&member.value), member.span);
        }
    }
    for (scope, row) in sight.rows::<DirectoryObject<'_>>() {
        let Some(own) = row.sid.as_ref().map(|sid| sid.value) else { continue };
        for group in &row.member_of {
            put(scope, id(&group.value), Id::Sid(own), group.span);
        }
        if let (Some(rid), Some(domain)) = (&row.primary_group, own.domain())
            && let Some(group) = domain.child(rid.value)
        {
            put(scope, Id::Sid(group), Id::Sid(own), rid.span);
        }
    }
    edges
}

fn seed(id: &Id) -> Option<Sid> {
    match id {
        Id::Sid(sid) => Some(*sid),
        Id::Name(_) => None,
    }
}

fn label(sight: &Sight<'_>, sid: &Sid) -> Name {
    sight.view::<Principals<'_>>().label(sid)
}

fn class(row: &DirectoryObject<'_>) -> &'static str {
    match () {
        () if row.is("msDS-GroupManagedServiceAccount") => "a group managed service account",
        () if row.is("computer") => "a computer",
        () if row.is("group") => "a group",
        () if row.is("foreignSecurityPrincipal") => "a principal of elsewhere",
        () if row.is("user") => "a user",
        () => "an object",
    }
}

fn change(sign: Sign, text: cmlint_model::Text, old: Option<Span>, new: Option<Span>) -> Change {
    Change { area: Area::Principals, sign, text, old, new }
}
