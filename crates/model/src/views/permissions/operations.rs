//! Names of securable types and of their operations: the site's own first, the catalogue's second.

use std::collections::BTreeMap;

use cmlint_source::Span;

use crate::catalogue;
use crate::{Snapshot, rows};

/// What the site itself says of types and operations (`SMS_RbacSecuredObject`).
#[derive(Debug)]
pub(super) struct Operations<'s> {
    own: BTreeMap<i64, OwnType<'s>>,
}

#[derive(Debug)]
struct OwnType<'s> {
    name: Option<&'s str>,
    /// Every bit that exists on the type, and where it stands; `None` when the export leaves it out.
    mask: Option<(i64, Span)>,
    operations: Vec<(i64, &'s str)>,
}

/// Names under which people know types that the catalogue calls otherwise.
const TYPE_ALIASES: &[(&str, i64)] = &[
    ("administrativeuser", 28),
    ("admin", 28),
    ("role", 27),
    ("securedcategory", 29),
    ("script", 213),
    ("softwareupdategroup", 34),
    ("operatingsystemimage", 18),
    ("tasksequence", 20),
    ("distributionpoint", 42),
    ("folder", 226),
];

/// Labels of consoles for operations that the catalogue calls otherwise.
const OPERATION_ALIASES: &[(&str, &str)] = &[
    ("moveobject", "managefolderitem"),
    ("modifyfolder", "managefolder"),
    ("managebmc", "controlamt"),
    ("viewbmc", "provisionamt"),
    ("create", "add"),
    ("delete", "remove"),
    ("add", "create"),
    ("remove", "delete"),
];

impl<'s> Operations<'s> {
    pub(super) fn build(snapshot: &'s Snapshot<'s>) -> Self {
        let mut rows: Vec<_> = snapshot.secured_objects.rows().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| row.span);
        let mut own = BTreeMap::new();
        for row in rows {
            let Some(id) = row.object_type.get() else { continue };
            let data: &'s rows::SecuredObject<'s> = &row.data;
            let masks = [&data.instance_operations, &data.type_operations];
            let known = masks.iter().filter_map(|m| m.get()).map(|m| m.0).reduce(|a, b| a | b);
            let operations = data.operations.get().into_iter().flat_map(|all| all.iter());
            let operations: Vec<(i64, &'s str)> = operations
                .filter_map(|o| Some((o.bit_flag.get()?.0, o.operation_name.filled()?.value)))
                .collect();
            let named = operations.iter().map(|(bit, _)| *bit).reduce(|a, b| a | b);
            let mask = match (known, named) {
                (None, None) => None,
                (known, named) => Some((known.unwrap_or(0) | named.unwrap_or(0), row.span)),
            };
            own.entry(id.0).or_insert(OwnType {
                name: data.name.filled().map(|n| n.value),
                mask,
                operations,
            });
        }
        Operations { own }
    }

    /// The type of a name.
    pub(super) fn object_type(&self, name: &str) -> Option<i64> {
        let wanted = plain(name);
        let own =
            self.own.iter().find(|(_, t)| t.name.is_some_and(|n| plain(n) == wanted)).map(|(id, _)| *id);
        own.or_else(|| catalogue::object_types().find(|t| plain(t.name) == wanted).map(|t| t.id))
            .or_else(|| TYPE_ALIASES.iter().find(|(alias, _)| *alias == wanted).map(|(_, id)| *id))
    }

    /// The bit of an operation on a type.
    pub(super) fn operation(&self, object_type: i64, name: &str) -> Option<i64> {
        let wanted = compact(name);
        let aliases = OPERATION_ALIASES.iter().filter(|(alias, _)| *alias == wanted).map(|(_, other)| *other);
        std::iter::once(wanted.as_str()).chain(aliases).find_map(|wanted| {
            let own = self.own.get(&object_type).into_iter().flat_map(|t| &t.operations);
            let own = own.clone().find(|(_, known)| compact(known) == wanted).map(|(bit, _)| *bit);
            own.or_else(|| {
                let mut known = catalogue::object_type(object_type)?.operations();
                known.find(|o| compact(o.name) == wanted).map(|o| 1 << o.bit)
            })
        })
    }

    /// What a type is called.
    pub(super) fn type_name(&self, object_type: i64) -> String {
        let own = self.own.get(&object_type).and_then(|t| t.name);
        let known = || catalogue::object_type(object_type).map(|t| t.name);
        own.or_else(known).map_or_else(|| format!("type {object_type}"), str::to_owned)
    }

    /// What the bits of a mask are called on a type.
    pub(super) fn names(&self, object_type: i64, mask: i64) -> Vec<String> {
        let own = self.own.get(&object_type);
        let name = |(bit, known): (u32, Option<catalogue::Operation>)| {
            let own =
                own.and_then(|t| t.operations.iter().find(|(flag, _)| *flag == 1 << bit)).map(|(_, n)| *n);
            own.or(known.map(|o| o.name)).map_or_else(|| format!("bit {bit}"), str::to_owned)
        };
        catalogue::bits(object_type, mask).map(name).collect()
    }

    /// Every bit that exists on a type, as the site says, and where.
    pub(super) fn all(&self, object_type: i64) -> Option<(i64, Span)> {
        self.own.get(&object_type)?.mask
    }

    /// All types that the site or the catalogue knows, with their names.
    pub(super) fn types(&self) -> BTreeMap<i64, String> {
        let known = catalogue::object_types().map(|t| t.id);
        self.own.keys().copied().chain(known).map(|id| (id, self.type_name(id))).collect()
    }

    /// Names of the operations of a type.
    pub(super) fn all_names(&self, object_type: i64) -> Vec<String> {
        let own = self.all(object_type).map(|(mask, _)| mask);
        let known = catalogue::object_type(object_type).map_or(0, |t| t.mask);
        self.names(object_type, own.unwrap_or(known))
    }
}

/// Letters and digits in lower case.
fn compact(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// As [`compact`], in the singular and without the prefix of class names.
fn plain(name: &str) -> String {
    let name = compact(name);
    let name = name.strip_prefix("sms").filter(|rest| !rest.is_empty()).unwrap_or(&name);
    name.strip_suffix('s').unwrap_or(name).to_owned()
}
