//! Which role an administrative user holds where: from the exact triples, or at most from lists of names.

use std::collections::BTreeSet;

use cmlint_source::{Field, Many, Span, Spanned, Str};

use super::collections::Collections;
use super::powers::{Powers, RoleRef};
use super::scopes::Scopes;
use super::{Extent, Within};
use crate::proof::{Confidence, Step, merge};
use crate::rows::{Admin, Permission};
use crate::table::Row;
use crate::words::{principal, role as role_name};
use crate::{Dataset, Gap, Scope, text};

/// A role held within bounds.
#[derive(Debug)]
pub(super) struct Assignment {
    pub(super) role: RoleRef,
    pub(super) within: Within,
    pub(super) extent: Extent,
    /// Where it stands.
    span: Span,
    /// Whether the role is told by its identifier; by name it is less sure.
    by_id: bool,
}

/// What one administrative user holds, and what could not be told.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) assignments: Vec<Assignment>,
    pub(super) holes: Vec<Gap>,
}

/// `CategoryTypeID` of a collection.
const COLLECTION: i64 = 1;
/// `CategoryTypeID` of a security scope.
const SCOPE: i64 = 29;
/// What assignments are told with.
pub(super) struct Teller<'t, 's> {
    pub(super) powers: &'t Powers<'s>,
    pub(super) scopes: &'t Scopes<'s>,
    pub(super) collections: &'t Collections<'s>,
}

impl<'s> Teller<'_, 's> {
    pub(super) fn held(&self, row: &'s Row<Admin<'s>>) -> Held {
        let mut held = Held::default();
        let listed = row.role_names.get().map_or(0, |n| n.len()) + row.roles.get().map_or(0, |r| r.len());
        let exact = row.data.permissions.get().filter(|p| !p.is_empty());
        let none = row.collected("Permissions") && !row.permissions.is_unreadable() && listed == 0;
        match exact {
            Some(triples) => self.exactly(triples, &mut held),
            // Read by key and empty: no role at all.
            None if none => {}
            None if listed > 0 => self.by_lists(row, &mut held),
            None => held.holes.push(row.gap(&Scope::Hierarchy, "Permissions")),
        }
        held
    }

    fn exactly(&self, triples: &'s [Spanned<Permission<'s>>], held: &mut Held) {
        for triple in triples {
            let id = triple.category_id.filled();
            let name = triple.value.category_name.filled().map(|n| n.value);
            let within = match (triple.category_type_id.get().map(|t| t.0), id) {
                (Some(COLLECTION), Some(id)) => {
                    let known = self.collections.name(id.value);
                    Some(Within::Collection {
                        id: Some(key(id.value)),
                        name: label(name.or(known), id.value),
                    })
                }
                (Some(SCOPE), Some(id)) => {
                    let known = self.scopes.name(id.value);
                    Some(Within::Scope { id: Some(key(id.value)), name: label(name.or(known), id.value) })
                }
                _ => None,
            };
            let role_name = triple.value.role_name.filled().map(|n| n.value);
            let by_id = triple.role_id.filled();
            let role = match (by_id, role_name) {
                (Some(id), name) => Some(self.powers.with_id(id.value, name)),
                (None, Some(name)) => Some(self.powers.with_name(name)),
                (None, None) => None,
            };
            let (Some(role), Some(within)) = (role, within) else {
                let why = "a permission does not say which role it is, or where";
                let gap = Gap::property(Dataset::Admin, Scope::Hierarchy, "Permissions", why);
                merge(&mut held.holes, [gap]);
                continue;
            };
            let by_id = by_id.is_some();
            held.assignments.push(Assignment {
                role,
                within,
                extent: Extent::Exactly,
                span: triple.span,
                by_id,
            });
        }
    }

    /// Every role everywhere: three lists that do not say what belongs together, unless there is only one
    /// role, or only one place.
    fn by_lists(&self, row: &'s Row<Admin<'s>>, held: &mut Held) {
        let mut roles: Vec<(RoleRef, Span, bool)> = Vec::new();
        for id in items(&row.data.roles) {
            roles.push((self.powers.with_id(id.value, None), id.span, true));
        }
        if roles.is_empty() {
            for name in items(&row.data.role_names) {
                roles.push((self.powers.with_name(name.value), name.span, false));
            }
        }
        let mut bounds = Vec::new();
        let categories: Vec<_> = items(&row.data.categories).collect();
        for id in &categories {
            let name = label(self.scopes.name(id.value), id.value);
            bounds.push(Within::Scope { id: Some(key(id.value)), name });
        }
        if categories.is_empty() {
            for name in items(&row.data.category_names) {
                bounds.push(Within::Scope {
                    id: self.scopes.id(name.value),
                    name: name.value.trim().to_owned(),
                });
            }
        }
        for name in items(&row.data.collection_names) {
            let id = self.collections.id(name.value);
            bounds.push(Within::Collection { id, name: name.value.trim().to_owned() });
        }
        for (list, what) in [
            (
                row.category_names.is_unreadable()
                    || matches!(row.category_names, Field::Absent) && categories.is_empty(),
                "CategoryNames",
            ),
            (
                row.collection_names.is_unreadable() || matches!(row.collection_names, Field::Absent),
                "CollectionNames",
            ),
        ] {
            if list {
                let why = "the row does not list where its roles are held";
                held.holes.push(Gap::property(Dataset::Admin, Scope::Hierarchy, what, why));
            }
        }
        let settled = roles.len() == 1 || bounds.len() == 1 && held.holes.is_empty();
        let extent = if settled { Extent::ByNames } else { Extent::AtMost };
        for (role, span, by_id) in roles {
            for within in &bounds {
                let (role, within) = (role.clone(), within.clone());
                held.assignments.push(Assignment { role, within, extent, span, by_id });
            }
        }
    }
}

impl Assignment {
    /// The step that says where somebody holds the role. On types that nothing divides the bounds say
    /// nothing, and a list of names is as good as the triples.
    pub(super) fn step(&self, admin: &str, within: &Within) -> Step {
        let who = principal(admin);
        let role = role_name(&self.role.name);
        let text = match (within, self.extent) {
            (Within::AllObjects, _) => text!("`{}` holds the role `{}`", who, role),
            (Within::Scope { name, .. }, Extent::AtMost) => {
                text!(
                    "`{}` holds the role `{}`, at most in the security scope `{}`",
                    who,
                    role,
                    role_name(name)
                )
            }
            (Within::Scope { name, .. }, _) => {
                text!("`{}` holds the role `{}` in the security scope `{}`", who, role, role_name(name))
            }
            (Within::Collection { name, .. }, Extent::AtMost) => {
                text!("`{}` holds the role `{}`, at most on the collection `{}`", who, role, role_name(name))
            }
            (Within::Collection { name, .. }, _) => {
                text!("`{}` holds the role `{}` on the collection `{}`", who, role, role_name(name))
            }
        };
        // Names of places, like those of roles, tell less than identifiers.
        let bounded = *within != Within::AllObjects && self.extent != Extent::Exactly;
        let sure = if bounded || !self.by_id { Confidence::Medium } else { Confidence::High };
        let through = match within {
            Within::AllObjects => text!("{}", role),
            Within::Scope { name, .. } | Within::Collection { name, .. } => {
                text!("{} on {}", role, role_name(name))
            }
        };
        Step::read(text, self.span).confidence(sure).through(through)
    }
}

fn items<'s>(list: &'s Field<Many<Spanned<Str<'s>>>>) -> impl Iterator<Item = Spanned<&'s str>> {
    let mut seen = BTreeSet::new();
    let all = list.get().into_iter().flat_map(|list| list.iter());
    let all =
        all.map(|item| Spanned::new(&*item.value, item.span)).filter(|item| !item.value.trim().is_empty());
    all.filter(move |item| seen.insert(item.value.trim().to_lowercase()))
}

fn label(name: Option<&str>, id: &str) -> String {
    name.unwrap_or(id).trim().to_owned()
}

fn key(id: &str) -> String {
    id.trim().to_ascii_uppercase()
}
