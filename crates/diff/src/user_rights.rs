//! User rights on computers: holders that came and went.

use std::collections::BTreeMap;

use cmlint_model::rows::UserRight;
use cmlint_model::views::{Home, Principals};
use cmlint_model::words::{Name, principal, term};
use cmlint_model::{Dataset, Row, Scope, text};
use cmlint_source::Span;
use cmlint_winsec::Sid;

use crate::groups::on;
use crate::pair::{Found, Pair, Sight};
use crate::{Area, Change, Sign};

struct Holder {
    right: String,
    name: Name,
    sid: Option<Sid>,
    span: Span,
}

/// Holders of user rights that came and went.
pub(crate) fn changes<'s>(pair: &Pair<'_, 's>) -> Found {
    let mut found = Found::default();
    for (scope, [old, new]) in pair.rows::<UserRight<'s>>() {
        let (before, after) = (holders(pair.old, &scope, &old), holders(pair.new, &scope, &new));
        if pair.old_is_whole(Dataset::UserRight, &scope) {
            for (_, holder) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
                let text = text!("`{}` is now assigned {}{}", holder.name, term(&holder.right), on(&scope));
                let new = Some(holder.span);
                found.changes.push(Change {
                    area: Area::UserRights,
                    sign: Sign::Added,
                    text,
                    old: None,
                    new,
                });
                found.seeds.extend(holder.sid);
            }
        }
        if pair.new_is_whole(Dataset::UserRight, &scope) {
            for (_, holder) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
                let text =
                    text!("`{}` is no longer assigned {}{}", holder.name, term(&holder.right), on(&scope));
                let old = Some(holder.span);
                found.changes.push(Change {
                    area: Area::UserRights,
                    sign: Sign::Removed,
                    text,
                    old,
                    new: None,
                });
                found.seeds.extend(holder.sid);
            }
        }
    }
    found
}

fn holders(
    sight: &Sight<'_>,
    scope: &Scope,
    rows: &[&Row<UserRight<'_>>],
) -> BTreeMap<(String, String), Holder> {
    let principals = sight.view::<Principals<'_>>();
    let host = scope.key();
    let mut all = BTreeMap::new();
    for row in rows {
        for holder in &row.holders {
            let sid = principals.resolve(*holder, &Home { host: Some(&host) }).sid();
            let name = sid.map_or_else(|| principal(holder.value), |sid| principals.label(&sid));
            let who = sid.map_or_else(|| holder.value.to_lowercase(), |sid| sid.to_string());
            let right = row.name.value.to_owned();
            let key = (right.to_lowercase(), who);
            all.entry(key).or_insert(Holder { right, name, sid, span: holder.span });
        }
    }
    all
}
