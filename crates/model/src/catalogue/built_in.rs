//! What documents say that built-in roles grant. They say it in a few cells only: what no page lists is
//! unknown, not absent.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{ADMINISTRATIVE_USERS, SECURITY_ROLES, Sure, bits};

/// Identifier of the type "Security Scopes".
pub const SECURITY_SCOPES: i64 = 29;

/// Every operation of a type, named or not.
pub const EVERYTHING: i64 = 0xffff_ffff;

/// What documents say of a role on a type of object. A bit that is in neither mask is not documented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Documented {
    /// Bits that the role grants.
    pub granted: i64,
    /// Bits that the role does not grant.
    pub withheld: i64,
}

/// What Microsoft's pages say of a built-in role on a type of object ("Fundamentals of role-based
/// administration" and the pages of single features).
pub fn documented(role_id: &str, object_type: i64) -> Documented {
    let role = role_id.trim().to_ascii_uppercase();
    let security = [SECURITY_ROLES, ADMINISTRATIVE_USERS, SECURITY_SCOPES].contains(&object_type);
    let granted = |granted| Documented { granted, withheld: 0 };
    match role.as_str() {
        // "Grants all permissions in Configuration Manager."
        "SMS0001R" => granted(EVERYTHING),
        // "All actions … except for the permissions to manage security": whether it may look at them, no page
        // says.
        "SMS000ER" if security => Documented { granted: 0, withheld: EVERYTHING & !1 },
        "SMS000ER" => granted(EVERYTHING),
        // "Grants permissions to view all Configuration Manager objects": Read, and perhaps more.
        "SMS0002R" => granted(1),
        _ => granted(CELLS.get(&(role, object_type)).copied().unwrap_or(0)),
    }
}

/// How sure the names of bits are; the weakest of them. A bit without a name is inferred.
pub fn sureness(object_type: i64, mask: i64) -> Sure {
    bits(object_type, mask)
        .map(|(_, o)| o.map_or(Sure::Inferred, |o| o.sure))
        .max()
        .unwrap_or(Sure::Published)
}

static CELLS: LazyLock<BTreeMap<(String, i64), i64>> = LazyLock::new(|| {
    let lines = include_str!("../../data/built_in_permissions.tsv").lines().skip(1);
    let cells = lines.filter_map(|line| {
        let mut cells = line.split('\t');
        let role = cells.next()?.to_owned();
        Some(((role, cells.next()?.parse().ok()?), cells.next()?.parse().ok()?))
    });
    cells.collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{COLLECTION, CREATE, MODIFY, built_in_role, object_type};

    #[test]
    fn every_cell_is_one_of_a_known_role_and_type() {
        assert_eq!(CELLS.len(), include_str!("../../data/built_in_permissions.tsv").lines().count() - 1);
        for ((role, id), mask) in CELLS.iter() {
            assert!(built_in_role(role).is_some(), "{role}");
            assert_eq!(mask & !object_type(*id).unwrap().mask, 0, "{role} on {id}");
        }
    }

    #[test]
    fn what_is_not_documented_is_neither_granted_nor_withheld() {
        let remote = documented("sms0003r", COLLECTION);
        assert_eq!(remote, Documented { granted: 1 | 32 | 4096, withheld: 0 });
        assert_eq!(documented("SMS000CR", COLLECTION), Documented { granted: 0, withheld: 0 });
        let operations = documented("SMS000ER", ADMINISTRATIVE_USERS);
        assert_eq!(operations.withheld & (CREATE | MODIFY), CREATE | MODIFY);
        assert_eq!((operations.granted | operations.withheld) & 1, 0);
    }
}
