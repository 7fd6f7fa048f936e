//! Local groups of computers and their members.

use std::collections::BTreeMap;

use cmlint_model::rows::LocalGroup;
use cmlint_model::views::{Home, Principals};
use cmlint_model::words::{Name, principal};
use cmlint_model::{Dataset, Row, Scope, Text, text};
use cmlint_source::Span;
use cmlint_winsec::Sid;

use crate::pair::{Found, Pair, Sight};
use crate::{Area, Change, Sign};

struct Member {
    name: Name,
    sid: Option<Sid>,
    span: Span,
}

/// Groups and members that came and went.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Found {
    let mut found = Found::default();
    for (scope, [old, new]) in pair.rows::<LocalGroup<'s>>() {
        let (before, after) = (by_sid(&old), by_sid(&new));
        let whole =
            (pair.old_is_whole(Dataset::LocalGroup, &scope), pair.new_is_whole(Dataset::LocalGroup, &scope));
        for (key, group) in &after {
            match before.get(key) {
                Some(earlier) => compare(pair, &scope, earlier, group, &mut found),
                None if whole.0 => {
                    let text = text!("the local group `{}`{} is new", name(group), on(&scope));
                    found.changes.push(change(Sign::Added, text, None, Some(group.span)));
                    for member in members(pair.new, &scope, group).unwrap_or_default().into_values() {
                        added(&mut found, &member, group, &scope);
                    }
                }
                None => {}
            }
        }
        for (_, group) in before.iter().filter(|(key, _)| whole.1 && !after.contains_key(*key)) {
            let text = text!("the local group `{}`{} is gone", name(group), on(&scope));
            found.changes.push(change(Sign::Removed, text, Some(group.span), None));
            for member in members(pair.old, &scope, group).unwrap_or_default().into_values() {
                removed(&mut found, &member, group, &scope);
            }
        }
    }
    found
}

fn compare(
    pair: &Pair<'_, '_>,
    scope: &Scope,
    old: &Row<LocalGroup<'_>>,
    new: &Row<LocalGroup<'_>>,
    found: &mut Found,
) {
    let (Some(before), Some(after)) = (members(pair.old, scope, old), members(pair.new, scope, new)) else {
        let group = new.name.get().map_or("a group", |n| &**n);
        pair.doubt(
            Dataset::LocalGroup,
            scope,
            format!("the members of `{group}` could not be read on both sides"),
        );
        return;
    };
    for (_, member) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        added(found, member, new, scope);
    }
    for (_, member) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        removed(found, member, old, scope);
    }
}

fn added(found: &mut Found, member: &Member, group: &Row<LocalGroup<'_>>, scope: &Scope) {
    let text = text!("`{}` is now a member of the local group `{}`{}", member.name, name(group), on(scope));
    found.changes.push(change(Sign::Added, text, None, Some(member.span)));
    found.seeds.extend(member.sid);
}

fn removed(found: &mut Found, member: &Member, group: &Row<LocalGroup<'_>>, scope: &Scope) {
    let text =
        text!("`{}` is no longer a member of the local group `{}`{}", member.name, name(group), on(scope));
    found.changes.push(change(Sign::Removed, text, Some(member.span), None));
    found.seeds.extend(member.sid);
}

/// The groups by SID, else by name.
fn by_sid<'r, 's>(rows: &[&'r Row<LocalGroup<'s>>]) -> BTreeMap<String, &'r Row<LocalGroup<'s>>> {
    let key = |row: &Row<LocalGroup<'_>>| {
        row.group_sid().map_or_else(|| name(row).text.to_lowercase(), |sid| sid.to_string())
    };
    rows.iter().map(|row| (key(row), *row)).collect()
}

/// The members by SID, else by name; `None` when they could not be read.
fn members(
    sight: &Sight<'_>,
    scope: &Scope,
    group: &Row<LocalGroup<'_>>,
) -> Option<BTreeMap<String, Member>> {
    let principals = sight.view::<Principals<'_>>();
    let listed = group.listed(scope).ok()?;
    let one = |member: &cmlint_source::Spanned<cmlint_model::rows::Member<'_>>| {
        let host = scope.key();
        let own = member.member_sid();
        let named = || principals.resolve(member.name.filled()?, &Home { host: Some(&host) }).sid();
        let sid = own.or_else(named);
        let name = match (sid, member.name.filled()) {
            (Some(sid), Some(name)) => match principals.label(&sid) {
                label if label.text.starts_with("S-1-") => principal(name.value),
                label => label,
            },
            (Some(sid), None) => principals.label(&sid),
            (None, name) => principal(name.map_or("", |n| n.value)),
        };
        let key = sid.map_or_else(|| name.text.to_lowercase(), |sid| sid.to_string());
        (key, Member { name, sid, span: member.span })
    };
    Some(listed.iter().map(one).collect())
}

fn name(group: &LocalGroup<'_>) -> Name {
    let sid = || group.sid.get().map_or_else(String::new, |sid| sid.to_string());
    principal(group.name.filled().map_or_else(sid, |name| name.value.to_owned()))
}

/// `on cm01.contoso.com`, where the computer is known.
pub(crate) fn on(scope: &Scope) -> Text {
    match scope {
        Scope::Host(key) => text!(" on {}", cmlint_model::words::host(key)),
        _ => Text::default(),
    }
}

fn change(sign: Sign, text: Text, old: Option<Span>, new: Option<Span>) -> Change {
    Change { area: Area::Members, sign, text, old, new }
}
