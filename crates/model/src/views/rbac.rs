//! Security roles of all sources.

use std::collections::BTreeMap;

use cmlint_source::{Span, Spanned};

use crate::proof::merge;
use crate::rows::{Role, RoleXml};
use crate::table::Row;
use crate::{Dataset, Gap, Judged, Scope, Snapshot};

/// Security roles, from exported files and from the provider.
#[derive(Debug)]
pub struct Roles<'s> {
    entries: Vec<RoleEntry<'s>>,
    holes: Vec<Gap>,
}

/// A security role.
#[derive(Debug)]
pub struct RoleEntry<'s> {
    /// Display name.
    pub name: Spanned<&'s str>,
    /// Identifier; exported files have none.
    pub id: Option<Spanned<&'s str>>,
    /// Identifier of the role it was copied from.
    pub copied_from: Option<Spanned<&'s str>>,
    /// Where the role comes from.
    pub origin: RoleOrigin,
    /// Whether it came with the product.
    pub built_in: bool,
    /// The row or element.
    pub span: Span,
    granted: Option<Vec<Granted>>,
    gap: Option<Gap>,
}

/// Where a role was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RoleOrigin {
    /// `SMS_Role`.
    Provider,
    /// An exported file.
    File,
}

/// What a role grants on one type of object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Granted {
    /// Type of object.
    pub object_type: i64,
    /// Bits.
    pub mask: i64,
    /// Where the mask stands.
    pub mask_span: Span,
    /// Where the type stands.
    pub type_span: Span,
    /// The whole entry.
    pub span: Span,
}

impl RoleEntry<'_> {
    /// What the role grants.
    ///
    /// # Errors
    /// The hole, when a list query left it out.
    pub fn granted(&self) -> Judged<&[Granted]> {
        match (&self.granted, &self.gap) {
            (Some(granted), _) => Ok(granted),
            (None, gap) => Err(gap.iter().cloned().collect()),
        }
    }

    /// The bits that the role grants on a type of object, and where; the first entry of the type.
    ///
    /// # Errors
    /// As [`Self::granted`].
    pub fn on(&self, object_type: i64) -> Judged<Option<&Granted>> {
        Ok(self.granted()?.iter().find(|g| g.object_type == object_type))
    }
}

impl<'s> Roles<'s> {
    pub(crate) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let mut entries = Vec::new();
        for (scope, row) in snapshot.roles.rows() {
            entries.push(from_provider(scope, row));
        }
        for (_, row) in snapshot.role_xml.rows() {
            entries.push(from_file(row));
        }
        merge_exports(&mut entries);
        entries.sort_by_key(|e| (e.origin, e.span));
        let holes = holes(snapshot);
        Roles { entries, holes }
    }

    /// All roles, those of the provider first.
    pub fn iter(&self) -> impl Iterator<Item = &RoleEntry<'s>> {
        self.entries.iter()
    }

    /// Roles that did not come with the product.
    pub fn custom(&self) -> impl Iterator<Item = &RoleEntry<'s>> {
        self.entries.iter().filter(|r| !r.built_in)
    }

    /// Why there may be more roles; empty when the list is complete.
    pub fn holes(&self) -> &[Gap] {
        &self.holes
    }

    /// A role by identifier.
    pub fn by_id(&self, id: &str) -> Option<&RoleEntry<'s>> {
        self.entries.iter().find(|r| r.id.is_some_and(|i| i.value.eq_ignore_ascii_case(id)))
    }

    /// A role by display name, in any case.
    pub fn by_name(&self, name: &str) -> Option<&RoleEntry<'s>> {
        self.entries.iter().find(|r| r.name.value.eq_ignore_ascii_case(name.trim()))
    }
}

/// A role that was exported and listed is one role: the list has its identifier, the file its bits, and the
/// file is what an administrator reads. An export that grants something else than the site's role does is
/// out of date, or not yet imported: it stays a role of its own.
fn merge_exports(entries: &mut Vec<RoleEntry<'_>>) {
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate().filter(|(_, e)| e.origin == RoleOrigin::Provider) {
        listed.insert(entry.name.value.to_lowercase(), index);
    }
    let mut dropped = vec![false; entries.len()];
    for index in 0..entries.len() {
        if entries[index].origin != RoleOrigin::File {
            continue;
        }
        let Some(&twin) = listed.get(&entries[index].name.value.to_lowercase()) else { continue };
        let same = match (&entries[index].granted, &entries[twin].granted) {
            (Some(file), Some(list)) => bits_of(file) == bits_of(list),
            _ => true,
        };
        if same && !dropped[twin] {
            entries[index].id = entries[twin].id;
            dropped[twin] = true;
        }
    }
    let mut index = 0;
    entries.retain(|_| {
        index += 1;
        !dropped[index - 1]
    });
}

fn bits_of(granted: &[Granted]) -> BTreeMap<i64, i64> {
    granted.iter().map(|g| (g.object_type, g.mask)).collect()
}

/// The provider's list names every role, exported files name every custom one: either is enough. Loose
/// files must each be readable.
fn holes(snapshot: &Snapshot<'_>) -> Vec<Gap> {
    let listed = snapshot.holes(Dataset::Role, true);
    let exported = snapshot.holes(Dataset::RoleXml, true);
    if !snapshot.about.has_manifest {
        let mut all = listed;
        merge(&mut all, exported);
        return all;
    }
    if listed.is_empty() || exported.is_empty() { Vec::new() } else { listed }
}

fn granted(operations: &[Spanned<crate::rows::Operation>]) -> Vec<Granted> {
    operations
        .iter()
        .filter_map(|o| {
            Some(Granted {
                object_type: o.object_type.get()?.0,
                mask: o.granted.get()?.0,
                mask_span: o.granted.span()?,
                type_span: o.object_type.span()?,
                span: o.span,
            })
        })
        .collect()
}

fn from_provider<'s>(scope: &Scope, row: &'s Row<Role<'s>>) -> RoleEntry<'s> {
    let gap = (!row.collected("Operations")).then(|| row.gap(scope, "Operations"));
    let readable = row.operations.get();
    let known = if gap.is_none() { Some(readable.map_or_else(Vec::new, |o| granted(o))) } else { None };
    let unreadable = row.operations.is_unreadable().then(|| {
        Gap::property(Dataset::Role, scope.clone(), "Operations", "the list is no list of operations")
    });
    RoleEntry {
        name: row.role_name.filled().unwrap_or(Spanned::new("", row.span)),
        id: row.role_id.filled(),
        copied_from: row.copied_from_id.filled(),
        origin: RoleOrigin::Provider,
        built_in: row.is_built_in.get().is_some_and(|b| b.0)
            || row.role_id.get().is_some_and(|id| id.to_ascii_uppercase().starts_with("SMS000")),
        span: row.span,
        granted: if unreadable.is_some() { None } else { known },
        gap: gap.or(unreadable),
    }
}

fn from_file<'s>(row: &'s Row<RoleXml<'s>>) -> RoleEntry<'s> {
    RoleEntry {
        name: row.name.filled().unwrap_or(Spanned::new("", row.span)),
        id: None,
        copied_from: row.copied_from.filled(),
        origin: RoleOrigin::File,
        built_in: false,
        span: row.span,
        granted: Some(granted(&row.operations)),
        gap: None,
    }
}
