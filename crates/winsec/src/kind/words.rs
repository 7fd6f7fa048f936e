use crate::kind::{Kind, tables};
use crate::{AccessMask, Guid, object_types};

/// READ_CONTROL and SYNCHRONIZE, which come with every right of a security tab and are left out where one
/// was named.
const COMPANIONS: AccessMask = AccessMask(0x12_0000);

/// A mapped mask in words.
pub(super) fn describe(kind: Kind, mask: AccessMask, object_type: Option<Guid>) -> String {
    if mask.is_empty() {
        return "None".to_owned();
    }
    let table = kind.table();
    let mut words: Vec<String> = Vec::new();
    let mut named = AccessMask::NONE;
    let limited = object_type.map_or(AccessMask::NONE, |_| mask & object_types::LIMITED_BITS);
    if let Some(guid) = object_type {
        for bit in limited.bits() {
            words.push(object_types::describe(bit, &guid));
            named |= bit;
        }
    }
    // Rights that an object type limits are not all of a tab's name.
    let free = mask.without(limited);
    for (name, bits) in table.tab {
        let bits = AccessMask(*bits);
        // Read is part of Read & execute; each name must add something.
        if free.contains(bits) && !named.contains(bits) {
            words.push((*name).to_owned());
            named |= bits;
        }
    }
    let any_of_tab = table.tab.iter().any(|(_, bits)| free.contains(AccessMask(*bits)));
    let mut left = mask.without(named);
    if any_of_tab {
        left = left.without(COMPANIONS);
    }
    let standard = if table.names_standard { tables::STANDARD } else { &[] };
    for (name, bits) in table.bits.iter().chain(standard) {
        if left.intersects(AccessMask(*bits)) {
            words.push((*name).to_owned());
            left = left.without(AccessMask(*bits));
        }
    }
    if !left.is_empty() {
        words.push(left.to_string());
    }
    words.join(", ")
}
