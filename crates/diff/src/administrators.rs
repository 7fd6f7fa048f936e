//! Administrative users: who came and went, and which roles they hold within which bounds.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_model::rows::Admin;
use cmlint_model::views::{AdminEntry, Administrators};
use cmlint_model::words::{principal, role};
use cmlint_model::{Dataset, Row, Scope, Text, text};
use cmlint_source::Span;

use crate::pair::{Found, Pair};
use crate::{Area, Change, Sign};

const SCOPE: Scope = Scope::Hierarchy;

/// Administrative users and their assignments that came and went.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Found {
    let mut found = Found::default();
    let [old, new] = [pair.old, pair.new].map(|sight| by_identity(sight.view::<Administrators<'s>>()));
    for (key, entry) in &new {
        match old.get(key) {
            Some(earlier) => compare(pair, earlier, entry, &mut found),
            None if pair.old_is_whole(Dataset::Admin, &SCOPE) => {
                let text = text!("`{}` is now an administrative user", principal(entry.name.value));
                push(&mut found, Sign::Added, text, None, Some(entry.name.span));
                for (words, span) in assignments(entry.row).1 {
                    let text = text!("`{}` now holds {}", principal(entry.name.value), words);
                    push(&mut found, Sign::Added, text, None, Some(span));
                }
                found.seeds.extend(entry.sid);
            }
            None => {}
        }
    }
    for (_, entry) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        if pair.new_is_whole(Dataset::Admin, &SCOPE) {
            let text = text!("`{}` is no longer an administrative user", principal(entry.name.value));
            push(&mut found, Sign::Removed, text, Some(entry.name.span), None);
            found.seeds.extend(entry.sid);
        }
    }
    found
}

fn compare(pair: &Pair<'_, '_>, old: &AdminEntry<'_>, new: &AdminEntry<'_>, found: &mut Found) {
    let ((exact, before), (as_exact, after)) = (assignments(old.row), assignments(new.row));
    if exact != as_exact {
        let why = "a list query leaves Permissions out, so that roles and bounds are known on one side only";
        pair.doubt(Dataset::Admin, &SCOPE, why.to_owned());
        return;
    }
    let name = || principal(new.name.value);
    for (words, span) in after.iter().filter(|(words, _)| !before.contains_key(*words)) {
        push(found, Sign::Added, text!("`{}` now holds {}", name(), words), None, Some(*span));
        found.seeds.extend(new.sid);
    }
    for (words, span) in before.iter().filter(|(words, _)| !after.contains_key(*words)) {
        push(found, Sign::Removed, text!("`{}` no longer holds {}", name(), words), Some(*span), None);
        found.seeds.extend(new.sid);
    }
}

/// What an administrative user holds, in words, with the place; and whether roles and bounds are paired.
fn assignments(row: &Row<Admin<'_>>) -> (bool, BTreeMap<Text, Span>) {
    let mut all = BTreeMap::new();
    let exact = row.collected("Permissions") && row.permissions.get().is_some();
    if exact {
        for permission in row.permissions.get().into_iter().flat_map(|list| list.iter()) {
            let name = |name: &cmlint_source::Field<cmlint_source::Str<'_>>,
                        id: &cmlint_source::Field<cmlint_source::Str<'_>>| {
                let text = name.filled().or(id.filled()).map_or("", |text| text.value).to_owned();
                role(text)
            };
            let what = name(&permission.role_name, &permission.role_id);
            let within = name(&permission.category_name, &permission.category_id);
            let kind = match permission.category_type_id.get().map(|kind| kind.0) {
                Some(1) => "the collection",
                _ => "the security scope",
            };
            all.entry(text!("the role `{}` within {} `{}`", what, kind, within)).or_insert(permission.span);
        }
        return (true, all);
    }
    let lists = [
        ("the role", &row.role_names),
        ("the security scope", &row.category_names),
        ("the collection", &row.collection_names),
    ];
    for (kind, list) in lists {
        for name in list.get().into_iter().flat_map(|list| list.iter()) {
            all.entry(text!("{} `{}`", kind, role(&*name.value))).or_insert(name.span);
        }
    }
    (false, all)
}

/// By SID, else by name.
fn by_identity<'v, 's>(all: &'v Administrators<'s>) -> BTreeMap<String, &'v AdminEntry<'s>> {
    let key = |entry: &AdminEntry<'_>| match entry.sid {
        Some(sid) => sid.to_string(),
        None => entry.name.value.to_lowercase(),
    };
    let mut seen = BTreeSet::new();
    all.iter().map(|entry| (key(entry), entry)).filter(|(key, _)| seen.insert(key.clone())).collect()
}

fn push(found: &mut Found, sign: Sign, text: Text, old: Option<Span>, new: Option<Span>) {
    found.changes.push(Change { area: Area::Administrators, sign, text, old, new });
}
