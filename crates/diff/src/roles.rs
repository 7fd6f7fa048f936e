//! Security roles: bits gained and lost, by name.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_model::catalogue;
use cmlint_model::views::{Administrators, Permissions, RoleEntry, RoleOrigin, Roles};
use cmlint_model::words::{role, term};
use cmlint_model::{Dataset, Gap, Scope, Text, text};
use cmlint_source::Span;

use crate::pair::{Found, Pair, Sight};
use crate::{Area, Change, Sign};

/// Roles that came and went, and bits gained and lost on each type of object.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Found {
    let mut found = Found::default();
    let [old, new] = [pair.old, pair.new].map(|sight| sight.view::<Roles<'s>>());
    let twins = twins(pair, old, new);
    let mut seen = BTreeSet::new();
    for (index, entry) in new.iter().enumerate() {
        match twins.get(&index) {
            Some(earlier) => {
                seen.insert(earlier.span);
                compare(pair, earlier, entry, &mut found);
            }
            None if pair.old_is_whole(dataset(entry), &Scope::Hierarchy) => {
                let text = text!("the security role `{}` is new", role(entry.name.value));
                push(&mut found, Sign::Added, text, None, Some(entry.name.span));
                for (kind, (mask, span)) in masks(entry).unwrap_or_default() {
                    if mask != 0 {
                        let text = gains(pair.new, entry, kind, mask);
                        push(&mut found, Sign::Added, text, None, Some(span));
                    }
                }
                holders(pair, entry, &mut found);
            }
            None => {}
        }
    }
    for entry in old.iter().filter(|entry| !seen.contains(&entry.span)) {
        if pair.new_is_whole(dataset(entry), &Scope::Hierarchy) {
            let text = text!("the security role `{}` is gone", role(entry.name.value));
            push(&mut found, Sign::Removed, text, Some(entry.name.span), None);
            holders(pair, entry, &mut found);
        }
    }
    found
}

fn compare<'s>(pair: &Pair<'_, 's>, old: &RoleEntry<'s>, new: &RoleEntry<'s>, found: &mut Found) {
    if old.name.value != new.name.value {
        let text =
            text!("the security role `{}` is now called `{}`", role(old.name.value), role(new.name.value));
        push(found, Sign::Changed, text, Some(old.name.span), Some(new.name.span));
    }
    let (before, after) = match (masks(old), masks(new)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(gaps), _) | (_, Err(gaps)) => {
            let why = gaps.first().map_or_else(String::new, |gap| gap.why.clone());
            pair.doubt(
                dataset(new),
                &Scope::Hierarchy,
                format!("what `{}` grants: {why}", cmlint_name(new.name.value)),
            );
            return;
        }
    };
    let kinds: BTreeSet<i64> = before.keys().chain(after.keys()).copied().collect();
    let mut differs = false;
    for kind in kinds {
        let (was, at) = before.get(&kind).map_or((0, None), |(mask, span)| (*mask, Some(*span)));
        let (is, here) = after.get(&kind).map_or((0, None), |(mask, span)| (*mask, Some(*span)));
        let (gained, lost) = (is & !was, was & !is);
        differs |= gained | lost != 0;
        if gained != 0 {
            push(found, Sign::Added, gains(pair.new, new, kind, gained), at, here);
        }
        if lost != 0 {
            let text = text!(
                "the security role `{}` no longer grants on {} ({}): {}",
                role(new.name.value),
                type_name(pair.old, kind),
                kind,
                bits(pair.old, kind, lost)
            );
            push(found, Sign::Removed, text, at, here);
        }
    }
    if differs {
        holders(pair, new, found);
    }
}

/// The names may hold anything that a role is called; only their beginning is told.
fn cmlint_name(name: &str) -> String {
    name.chars().take(80).collect()
}

fn gains(sight: &Sight<'_>, entry: &RoleEntry<'_>, kind: i64, mask: i64) -> Text {
    text!(
        "the security role `{}` now grants on {} ({}): {}",
        role(entry.name.value),
        type_name(sight, kind),
        kind,
        bits(sight, kind, mask)
    )
}

/// The administrative users that hold a role have other rights now.
fn holders<'s>(pair: &Pair<'_, 's>, entry: &RoleEntry<'s>, found: &mut Found) {
    for sight in [pair.old, pair.new] {
        for admin in sight.view::<Administrators<'s>>().iter() {
            let names = admin.row.role_names.get().into_iter().flat_map(|names| names.iter());
            let by_name = names.into_iter().any(|name| name.value.eq_ignore_ascii_case(entry.name.value));
            let ids = admin.row.roles.get().into_iter().flat_map(|ids| ids.iter());
            let by_id =
                entry.id.is_some_and(|id| ids.into_iter().any(|i| i.value.eq_ignore_ascii_case(id.value)));
            if by_name || by_id {
                found.seeds.extend(admin.sid);
            }
        }
    }
}

/// For each new role by its index the old one that it is.
fn twins<'o, 's>(
    pair: &Pair<'_, 's>,
    old: &'o Roles<'s>,
    new: &Roles<'s>,
) -> BTreeMap<usize, &'o RoleEntry<'s>> {
    let mut taken: BTreeSet<Span> = BTreeSet::new();
    let mut found = BTreeMap::new();
    for (index, entry) in new.iter().enumerate() {
        let same_id = |e: &&RoleEntry<'_>| match (e.id, entry.id) {
            (Some(a), Some(b)) => a.value.eq_ignore_ascii_case(b.value),
            _ => false,
        };
        let same_name = |e: &&RoleEntry<'_>| e.name.value.eq_ignore_ascii_case(entry.name.value);
        let free = |e: &&RoleEntry<'_>| !taken.contains(&e.span);
        // A role that was exported with other bits than the site has stands beside it under one name.
        let twin = old
            .iter()
            .filter(free)
            .find(|e| same_id(e) && e.origin == entry.origin)
            .or_else(|| old.iter().filter(free).find(|e| same_name(e) && e.origin == entry.origin))
            .or_else(|| old.iter().filter(free).find(same_id))
            .or_else(|| old.iter().filter(free).find(same_name));
        if let Some(twin) = twin {
            taken.insert(twin.span);
            found.insert(index, twin);
        }
    }
    let loose = !pair.old.snapshot.about.has_manifest && !pair.new.snapshot.about.has_manifest;
    // Of one role in each of two loose files the second is the first under another name.
    if loose && old.iter().count() == 1 && new.iter().count() == 1 && found.is_empty() {
        found.extend(old.iter().next().map(|only| (0, only)));
    }
    found
}

type Masks = BTreeMap<i64, (i64, Span)>;

fn masks(entry: &RoleEntry<'_>) -> Result<Masks, Vec<Gap>> {
    let mut masks = Masks::new();
    for granted in entry.granted()? {
        let mask = &mut masks.entry(granted.object_type).or_insert((0, granted.mask_span)).0;
        *mask |= granted.mask;
    }
    Ok(masks)
}

fn dataset(entry: &RoleEntry<'_>) -> Dataset {
    match entry.origin {
        RoleOrigin::Provider => Dataset::Role,
        RoleOrigin::File => Dataset::RoleXml,
    }
}

/// The name of a type of object, by the site's own table, else by the catalogue.
pub(crate) fn type_name(sight: &Sight<'_>, kind: i64) -> cmlint_model::words::Name {
    let own = sight.view::<Permissions<'_>>().object_types().remove(&kind);
    let known = || catalogue::object_type(kind).map(|kind| kind.name.to_owned());
    term(own.or_else(known).unwrap_or_else(|| "objects of an unknown type".to_owned()))
}

/// The bits of a mask by name.
pub(crate) fn bits(sight: &Sight<'_>, kind: i64, mask: i64) -> Text {
    let mut names = sight.view::<Permissions<'_>>().names_of(kind, mask);
    if names.is_empty() {
        names = catalogue::bits(kind, mask)
            .map(|(bit, operation)| operation.map_or_else(|| format!("bit {bit}"), |o| o.name.to_owned()))
            .collect();
    }
    Text::join(names.into_iter().map(|name| text!("{}", term(name))), ", ")
}

fn push(found: &mut Found, sign: Sign, text: Text, old: Option<Span>, new: Option<Span>) {
    found.changes.push(Change { area: Area::Roles, sign, text, old, new });
}
