//! What a security role grants, from the best source there is.

use std::collections::{BTreeMap, BTreeSet};

use cmlint_source::Span;

use super::operations::Operations;
use crate::catalogue::{self, Sure};
use crate::proof::{Confidence, Step, merge};
use crate::rows::{Operation, Role, RoleXml};
use crate::table::Row;
use crate::words::{role as role_name, term};
use crate::{Dataset, Gap, Scope, Snapshot, Status, text};

/// A role as an assignment names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct RoleRef {
    /// Identifier in upper case; `None` where only a name was listed and no role of the site has it.
    pub(super) id: Option<String>,
    /// Name.
    pub(super) name: String,
}

/// What a role grants on one type of object. Bits in neither mask are unknown.
#[derive(Debug, Default)]
pub(super) struct Power {
    pub(super) granted: i64,
    pub(super) withheld: i64,
    source: Source,
    /// Why bits are unknown.
    pub(super) gaps: Vec<Gap>,
}

#[derive(Debug, Default)]
enum Source {
    #[default]
    Nothing,
    /// Read, with the place of the mask.
    Read(Span, Confidence),
    /// Every operation that the site has on the type.
    Everything(Span),
    /// Documented.
    Documented,
}

/// The roles of a site.
#[derive(Debug)]
pub(super) struct Powers<'s> {
    snapshot: &'s Snapshot<'s>,
    by_id: BTreeMap<String, &'s Row<Role<'s>>>,
    by_name: BTreeMap<String, &'s Row<Role<'s>>>,
    exported: BTreeMap<String, Vec<&'s Row<RoleXml<'s>>>>,
}

/// Bits that every type may have.
const ALL: i64 = catalogue::EVERYTHING;

impl<'s> Powers<'s> {
    pub(super) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let mut powers =
            Powers { snapshot, by_id: BTreeMap::new(), by_name: BTreeMap::new(), exported: BTreeMap::new() };
        let mut rows: Vec<_> = snapshot.roles.rows().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| row.span);
        for row in rows {
            if let Some(id) = row.role_id.filled() {
                powers.by_id.entry(id.value.trim().to_ascii_uppercase()).or_insert(row);
            }
            if let Some(name) = row.role_name.filled() {
                powers.by_name.entry(name.value.trim().to_lowercase()).or_insert(row);
            }
        }
        for (_, row) in snapshot.role_xml.rows() {
            if let Some(name) = row.name.filled() {
                powers.exported.entry(name.value.trim().to_lowercase()).or_default().push(row);
            }
        }
        powers.exported.values_mut().for_each(|rows| rows.sort_by_key(|row| row.span));
        powers
    }

    /// A role by identifier, with the name that goes with it.
    pub(super) fn with_id(&self, id: &str, name: Option<&str>) -> RoleRef {
        let id = id.trim().to_ascii_uppercase();
        let row = self.by_id.get(&id).and_then(|row| row.role_name.filled()).map(|name| name.value);
        let built_in = || catalogue::built_in_role(&id).map(|role| role.name);
        let name = name.or(row).or_else(built_in).unwrap_or(&id).trim().to_owned();
        RoleRef { id: Some(id), name }
    }

    /// A role by name. Built-in roles of sites in English are known by theirs.
    pub(super) fn with_name(&self, name: &str) -> RoleRef {
        let name = name.trim();
        let row = self.by_name.get(&name.to_lowercase()).and_then(|row| row.role_id.filled());
        let built_in = || catalogue::BUILT_IN_ROLES.iter().find(|r| r.name.eq_ignore_ascii_case(name));
        let id = row.map(|id| id.value).or_else(|| built_in().map(|role| role.id));
        RoleRef { id: id.map(|id| id.trim().to_ascii_uppercase()), name: name.to_owned() }
    }

    /// What a role grants on a type.
    pub(super) fn on(&self, role: &RoleRef, object_type: i64, operations: &Operations<'s>) -> Power {
        let row = role.id.as_ref().and_then(|id| self.by_id.get(id)).copied();
        if let Some((row, listed)) = row.and_then(|row| Some((row, own_operations(row)?))) {
            return read(listed.iter().map(|o| &o.value), object_type, row.span, Confidence::High);
        }
        let built_in = role.id.as_deref().and_then(catalogue::built_in_role);
        if let Some(built_in) = built_in {
            let mut power = self.of_built_in(built_in.id, object_type, operations);
            if (power.granted | power.withheld) & ALL != ALL {
                power.gaps = self.gaps(role, row);
            }
            return power;
        }
        let files = self.exported.get(&role.name.to_lowercase()).map_or(&[][..], Vec::as_slice);
        // The name is all that ties an exported file to a role of the site.
        let mut powers = files.iter().map(|file| {
            let listed = file.operations.iter().map(|o| &o.value);
            read(listed, object_type, file.span, Confidence::Medium)
        });
        let Some(mut power) = powers.next() else {
            return Power { gaps: self.gaps(role, row), ..Power::default() };
        };
        for other in powers {
            // Two exports of one name: what only one of them grants is unknown.
            power.granted &= other.granted;
            power.withheld &= other.withheld;
        }
        if (power.granted | power.withheld) & ALL != ALL {
            let why = format!("two exports are called `{}` and grant different things", role.name);
            power.gaps = vec![Gap::new(Dataset::RoleXml, Scope::Hierarchy, Status::Partial, why)];
        }
        power
    }

    fn of_built_in(&self, id: &str, object_type: i64, operations: &Operations<'s>) -> Power {
        let documented = catalogue::documented(id, object_type);
        let mut power = Power {
            granted: documented.granted,
            withheld: documented.withheld,
            source: Source::Documented,
            gaps: Vec::new(),
        };
        // A role that grants everything grants what there is.
        if documented.granted == ALL
            && let Some((all, span)) = operations.all(object_type)
        {
            power.granted = all;
            power.withheld = ALL & !all;
            power.source = Source::Everything(span);
        }
        power
    }

    fn gaps(&self, role: &RoleRef, row: Option<&Row<Role<'s>>>) -> Vec<Gap> {
        let scope = Scope::Hierarchy;
        if let Some(row) = row {
            return vec![row.gap(&scope, "Operations")];
        }
        let mut gaps = Vec::new();
        merge(&mut gaps, self.snapshot.roles.hole(&scope, false));
        if gaps.is_empty() {
            let why = format!("no row says what the role `{}` grants", role.name);
            gaps.push(Gap::new(Dataset::Role, scope, Status::Partial, why));
        }
        gaps
    }

    /// The types on which a role grants or may grant something.
    pub(super) fn types(&self, role: &RoleRef, operations: &Operations<'s>) -> BTreeSet<i64> {
        let row = role.id.as_ref().and_then(|id| self.by_id.get(id));
        let listed = row.and_then(|row| own_operations(row));
        if let Some(listed) = listed {
            return listed.iter().filter_map(|o| Some(o.value.object_type.get()?.0)).collect();
        }
        if role.id.as_deref().and_then(catalogue::built_in_role).is_some() {
            return operations.types().into_keys().collect();
        }
        let files = self.exported.get(&role.name.to_lowercase()).into_iter().flatten();
        files.flat_map(|f| &f.operations).filter_map(|o| Some(o.value.object_type.get()?.0)).collect()
    }
}

impl Power {
    /// The step that says that a role grants bits of a type.
    pub(super) fn step(
        &self,
        role: &RoleRef,
        object_type: i64,
        mask: i64,
        operations: &Operations<'_>,
    ) -> Step {
        let name = role_name(&role.name);
        let what = term(match mask {
            ALL => "every operation".to_owned(),
            mask => operations.names(object_type, mask).join(", "),
        });
        let on = term(operations.type_name(object_type));
        match self.source {
            Source::Read(span, confidence) => {
                Step::read(text!("the role `{}` grants {} on {}", name, what, on), span)
                    .confidence(confidence)
            }
            Source::Everything(span) => {
                let text = text!("the role `{}` grants every operation of {}: {}", name, on, what);
                Step::read(text, span).confidence(Confidence::Medium)
            }
            Source::Documented | Source::Nothing => {
                let text = text!("as documented, the built-in role `{}` grants {} on {}", name, what, on);
                let sure = match mask {
                    ALL => Sure::Published,
                    mask => catalogue::sureness(object_type, mask),
                };
                // That a role grants everything does not depend on the name of a bit.
                let everything = self.granted == ALL;
                let confidence = match sure {
                    Sure::Published => Confidence::Medium,
                    _ if everything => Confidence::Medium,
                    _ => Confidence::Low,
                };
                Step::rule(text).confidence(confidence)
            }
        }
    }
}

/// The operations of a row; `None` when the query left them out or they could not be read.
fn own_operations<'s>(row: &'s Row<Role<'s>>) -> Option<&'s [cmlint_source::Spanned<Operation>]> {
    if !row.collected("Operations") || row.operations.is_unreadable() {
        return None;
    }
    Some(row.data.operations.get().map_or(&[], |all| all))
}

/// What a list of operations grants on a type. A type that is not in the list is not granted at all; two
/// entries that differ leave open which one holds.
fn read<'o>(
    listed: impl Iterator<Item = &'o Operation>,
    object_type: i64,
    whole: Span,
    confidence: Confidence,
) -> Power {
    let mut any = 0;
    let mut all = ALL;
    let mut place = None;
    let mut unreadable = false;
    for operation in listed {
        match (operation.object_type.get(), operation.granted.get()) {
            (Some(of), Some(granted)) if of.0 == object_type => {
                any |= granted.0 & ALL;
                all &= granted.0 & ALL;
                place = place.or(operation.granted.span());
            }
            (Some(of), None) if of.0 == object_type => unreadable = true,
            (None, _) => unreadable = true,
            _ => {}
        }
    }
    let granted = if place.is_some() { any & all } else { 0 };
    let source = Source::Read(place.unwrap_or(whole), confidence);
    Power { granted, withheld: if unreadable { 0 } else { ALL & !any }, source, gaps: Vec::new() }
}
