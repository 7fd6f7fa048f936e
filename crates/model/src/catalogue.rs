//! What is known of security roles without a site: types of objects, the operations on each, the roles
//! that came with the product and those that a vendor published.
//!
//! A site's own `SMS_RbacSecuredObject` knows better; this table speaks where it was not collected. It is
//! put together from Microsoft's references and from published roles whose names and masks agree; it is
//! not complete, and it says of each name how sure it is.

mod built_in;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use built_in::{Documented, EVERYTHING, SECURITY_SCOPES, documented, sureness};

/// A type of object that roles grant operations on.
#[derive(Debug)]
pub struct ObjectType {
    /// `ObjectTypeID`.
    pub id: i64,
    /// Name as the console shows it.
    pub name: &'static str,
    /// Bits that are known to exist on the type; 0 when none are.
    pub mask: i64,
    /// Whether security scopes divide the objects of the type; where they do not, a role grants on all of
    /// them. `None` where no page says. Collections are divided by limiting collections instead.
    pub scoped: Option<bool>,
    operations: BTreeMap<u32, Operation>,
}

/// A bit of a type of object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation {
    /// Number of the bit, from 0.
    pub bit: u32,
    /// Name.
    pub name: &'static str,
    /// How sure the name is.
    pub sure: Sure,
}

/// How sure a name is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sure {
    /// Microsoft documents it, or a published role names it.
    Published,
    /// Only one community list has it.
    Community,
    /// Inferred from what roles are described to do.
    Inferred,
}

/// A role that came with the product.
#[derive(Debug)]
pub struct BuiltInRole {
    /// `SMS000nR`.
    pub id: &'static str,
    /// Name on an English site.
    pub name: &'static str,
}

/// A role that a vendor publishes for import, by its name and what it grants on each type.
#[derive(Debug)]
pub struct PublishedRole {
    /// Display name.
    pub name: &'static str,
    /// Date of the version.
    pub date: &'static str,
    /// Whether a newer version exists.
    pub superseded: bool,
    /// (type of object, bits).
    pub grants: &'static [(i64, i64)],
}

/// The built-in role "Full Administrator".
pub const FULL_ADMINISTRATOR: &str = "SMS0001R";
/// The built-in role "Operations Administrator".
pub const OPERATIONS_ADMINISTRATOR: &str = "SMS000ER";
/// The built-in role "Security Administrator".
pub const SECURITY_ADMINISTRATOR: &str = "SMS000FR";
/// Identifier of the type "Collection".
pub const COLLECTION: i64 = 1;
/// Identifier of the type "Security Roles".
pub const SECURITY_ROLES: i64 = 27;
/// Identifier of the type "Users" (administrative users).
pub const ADMINISTRATIVE_USERS: i64 = 28;
/// The bit "Modify", which is the same on every type.
pub const MODIFY: i64 = 1 << 1;
/// The bit "Create", which is the same on every type.
pub const CREATE: i64 = 1 << 10;

/// Roles that came with the product.
pub const BUILT_IN_ROLES: &[BuiltInRole] = &[
    BuiltInRole { id: "SMS0001R", name: "Full Administrator" },
    BuiltInRole { id: "SMS0002R", name: "Read-only Analyst" },
    BuiltInRole { id: "SMS0003R", name: "Remote Tools Operator" },
    BuiltInRole { id: "SMS0004R", name: "Asset Manager" },
    BuiltInRole { id: "SMS0006R", name: "Compliance Settings Manager" },
    BuiltInRole { id: "SMS0007R", name: "Application Deployment Manager" },
    BuiltInRole { id: "SMS0008R", name: "Application Author" },
    BuiltInRole { id: "SMS0009R", name: "Application Administrator" },
    BuiltInRole { id: "SMS000AR", name: "Operating System Deployment Manager" },
    BuiltInRole { id: "SMS000BR", name: "Infrastructure Administrator" },
    BuiltInRole { id: "SMS000CR", name: "Software Update Manager" },
    BuiltInRole { id: "SMS000ER", name: "Operations Administrator" },
    BuiltInRole { id: "SMS000FR", name: "Security Administrator" },
    BuiltInRole { id: "SMS000GR", name: "Endpoint Protection Manager" },
    BuiltInRole { id: "SMS000HR", name: "Company Resource Access Manager" },
    BuiltInRole { id: "SMS000IR", name: "CMPivot Administrator" },
];

/// The versions of the role that Patch My PC publishes for Advanced Insights, newest first.
pub const ADVANCED_INSIGHTS: &[PublishedRole] = &[
    PublishedRole {
        name: "Patch My PC Advanced Insights Client Actions and Collections",
        date: "2024-08-27",
        superseded: false,
        grants: &[(1, 822_087_779), (44, 805_307_399), (213, 263_171)],
    },
    PublishedRole {
        name: "Patch My PC Advanced Insights Client Actions and Collections",
        date: "2023-07-17",
        superseded: true,
        grants: &[(1, 553_652_259)],
    },
];

/// Whether a role has the name of the role that Patch My PC publishes for Advanced Insights, in any case.
pub fn is_of_advanced_insights(name: &str) -> bool {
    ADVANCED_INSIGHTS.iter().any(|role| role.name.eq_ignore_ascii_case(name.trim()))
}

impl PublishedRole {
    /// The bits that the role grants on a type.
    pub fn on(&self, object_type: i64) -> i64 {
        self.grants.iter().find(|(kind, _)| *kind == object_type).map_or(0, |(_, mask)| *mask)
    }
}

/// The type of an identifier.
pub fn object_type(id: i64) -> Option<&'static ObjectType> {
    TYPES.get(&id)
}

/// All known types, by identifier.
pub fn object_types() -> impl Iterator<Item = &'static ObjectType> {
    TYPES.values()
}

/// The built-in role of an identifier, in any case.
pub fn built_in_role(id: &str) -> Option<&'static BuiltInRole> {
    BUILT_IN_ROLES.iter().find(|r| r.id.eq_ignore_ascii_case(id.trim()))
}

impl ObjectType {
    /// What a bit means on the type.
    pub fn operation(&self, bit: u32) -> Option<Operation> {
        self.operations.get(&bit).copied()
    }

    /// The named operations of the type, by bit.
    pub fn operations(&self) -> impl Iterator<Item = Operation> {
        self.operations.values().copied()
    }
}

/// The bits of a mask in ascending order, with their names on a type where they have one.
pub fn bits(object_type_id: i64, mask: i64) -> impl Iterator<Item = (u32, Option<Operation>)> {
    let known = object_type(object_type_id);
    (0..63)
        .filter(move |bit| mask & (1 << bit) != 0)
        .map(move |bit| (bit, known.and_then(|t| t.operation(bit))))
}

static TYPES: LazyLock<BTreeMap<i64, ObjectType>> = LazyLock::new(|| {
    let mut types = BTreeMap::new();
    for line in include_str!("../data/object_types.tsv").lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(id), Some(name)) = (cells.next().and_then(|c| c.parse().ok()), cells.next()) else {
            continue;
        };
        let mask = cells.next().and_then(|c| c.parse().ok()).unwrap_or(0);
        let scoped = match cells.next() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        };
        types.insert(id, ObjectType { id, name, mask, scoped, operations: BTreeMap::new() });
    }
    for line in include_str!("../data/operations.tsv").lines().skip(1) {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [id, bit, name, sure] = cells[..] else { continue };
        let sure = match sure {
            "published" => Sure::Published,
            "community" => Sure::Community,
            _ => Sure::Inferred,
        };
        if let (Some(kind), Ok(bit)) = (id.parse().ok().and_then(|id: i64| types.get_mut(&id)), bit.parse()) {
            kind.operations.insert(bit, Operation { bit, name, sure });
        }
    }
    types
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_read() {
        let lines = |text: &str| text.lines().count() - 1;
        assert_eq!(TYPES.len(), lines(include_str!("../data/object_types.tsv")));
        let operations: usize = TYPES.values().map(|t| t.operations.len()).sum();
        assert_eq!(operations, lines(include_str!("../data/operations.tsv")));
    }

    #[test]
    fn one_bit_means_different_things_on_different_types() {
        let name = |id, bit| object_type(id).unwrap().operation(bit).unwrap().name;
        assert_eq!(name(COLLECTION, 11), "View Collected File");
        assert_eq!(name(31, 11), "Approve");
    }

    #[test]
    fn bits_with_inferred_names_say_so() {
        let names: Vec<_> = bits(COLLECTION, 64 | 1).map(|(_, o)| o.unwrap().sure).collect();
        assert_eq!(names, [Sure::Published, Sure::Inferred]);
    }

    #[test]
    fn a_named_bit_lies_inside_the_known_mask() {
        for kind in TYPES.values().filter(|t| t.mask != 0) {
            for operation in kind.operations.values() {
                assert!(kind.mask & (1 << operation.bit) != 0, "{} bit {}", kind.name, operation.bit);
            }
        }
    }
}
