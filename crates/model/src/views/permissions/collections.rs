//! Collections and what they are limited to: a permission on a collection extends to every collection that
//! is limited to it ("Configure role-based administration", collections).

use std::collections::BTreeSet;

use cmlint_source::Field;
use cmlint_winsec::Tri;

use crate::proof::Step;
use crate::rows::{Collection, place_of};
use crate::table::Row;
use crate::views::principals::index::{AnyCase, Many, Table};
use crate::words::role;
use crate::{Dataset, Gap, Scope, Snapshot, Status, text};

/// The collections of a site.
#[derive(Debug)]
pub(super) struct Collections<'s> {
    by_id: Table<AnyCase<'s>, &'s Row<Collection<'s>>>,
    by_name: Many<AnyCase<'s>, &'s Row<Collection<'s>>>,
    hole: Option<Gap>,
}

/// Whether one collection lies under another, and why.
#[derive(Debug)]
pub(super) struct Under {
    pub(super) is: Tri,
    pub(super) steps: Vec<Step>,
    pub(super) gaps: Vec<Gap>,
}

/// Collections of every site, for rows that give only names.
const BUILT_IN: &[(&str, &str)] =
    &[("All Systems", "SMS00001"), ("All Users", "SMS00002"), ("All Users and User Groups", "SMS00004")];

impl<'s> Collections<'s> {
    pub(super) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let (mut by_id, mut by_name) = (Table::default(), Many::default());
        let mut rows: Vec<_> = snapshot.collections.rows().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| row.span);
        for row in rows {
            if let Some(id) = row.collection_id.filled() {
                by_id.entry(AnyCase::new(id.value.trim())).or_insert(row);
            }
            if let Some(name) = row.name.filled() {
                by_name.push(AnyCase::new(name.value.trim()), row);
            }
        }
        Collections { by_id, by_name, hole: snapshot.collections.hole(&Scope::Hierarchy, true) }
    }

    /// The identifier of a collection, given by identifier or by a name that only one has.
    pub(super) fn id(&self, text: &str) -> Option<String> {
        if self.by_id.contains_key(&AnyCase::new(text.trim())) {
            return Some(key(text));
        }
        let name = AnyCase::new(text.trim());
        match (self.by_name.only(&name), self.by_name.get(&name).next()) {
            (Some(row), _) => row.collection_id.filled().map(|id| key(id.value)),
            (None, Some(_)) => None,
            (None, None) => BUILT_IN
                .iter()
                .find(|(name, id)| {
                    name.eq_ignore_ascii_case(text.trim()) || id.eq_ignore_ascii_case(text.trim())
                })
                .map(|(_, id)| (*id).to_owned()),
        }
    }

    /// Whether a text is the name or identifier of a collection; `None` where the list is not complete.
    pub(super) fn is_known(&self, text: &str) -> Option<bool> {
        let known = self.by_name.get(&AnyCase::new(text.trim())).next().is_some() || self.id(text).is_some();
        if known || self.hole.is_none() { Some(known) } else { None }
    }

    /// Names of all collections.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let own = self.by_id.values().filter_map(|row| row.name.filled()).map(|name| name.value);
        own.chain(BUILT_IN.iter().map(|(name, _)| *name)).map(str::to_owned).collect()
    }

    /// What a collection is called.
    pub(super) fn name(&self, id: &str) -> Option<&'s str> {
        let row: &'s Row<Collection<'s>> = self.by_id.get(&AnyCase::new(id.trim()))?;
        row.data.name.filled().map(|name| name.value)
    }

    /// Whether `id` is `above` or limited to it, directly or through others.
    pub(super) fn under(&self, id: &str, above: &str) -> Under {
        let (id, above) = (key(id), key(above));
        let mut seen = BTreeSet::new();
        let mut steps = Vec::new();
        let mut at = id;
        loop {
            if at == above {
                return Under { is: Tri::Yes, steps, gaps: Vec::new() };
            }
            // A ring cannot be made in the console; it lies under nothing.
            if !seen.insert(at.clone()) {
                return Under { is: Tri::No, steps: Vec::new(), gaps: Vec::new() };
            }
            let Some(row) = self.by_id.get(&AnyCase::new(&at)) else { return self.open(&at) };
            let parent = match &row.limit_to_collection_id {
                Field::Present(id) if id.value.trim().is_empty() => None,
                Field::Present(id) => Some(id),
                Field::Null(_) => None,
                Field::Absent | Field::Unreadable(_) => {
                    let why = format!("the row of {at} does not say what it is limited to");
                    let scope = Scope::Hierarchy;
                    let gap = Gap::property(Dataset::Collection, scope, "LimitToCollectionID", why);
                    return Under { is: Tri::Unknown, steps: Vec::new(), gaps: vec![gap] };
                }
            };
            let Some(parent) = parent else {
                return Under { is: Tri::No, steps: Vec::new(), gaps: Vec::new() };
            };
            let name = |id: &str| role(self.name(id).unwrap_or(id));
            let text = text!("the collection `{}` is limited to `{}`", name(&at), name(&parent.value));
            steps.push(Step::read(text, place_of(&row.limit_to_collection_id, parent.span)));
            at = key(&parent.value);
        }
    }

    /// A collection without a row: it may lie anywhere.
    fn open(&self, id: &str) -> Under {
        // These two have no collection above them on any site.
        if ["SMS00001", "SMS00004"].contains(&id) {
            return Under { is: Tri::No, steps: Vec::new(), gaps: Vec::new() };
        }
        let gap = self.hole.clone().unwrap_or_else(|| {
            let why = format!("no row of the collection {id}");
            Gap::new(Dataset::Collection, Scope::Hierarchy, Status::Partial, why)
        });
        Under { is: Tri::Unknown, steps: Vec::new(), gaps: vec![gap] }
    }
}

fn key(id: &str) -> String {
    id.trim().to_ascii_uppercase()
}
