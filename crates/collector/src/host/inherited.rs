//! Whether a folder has nothing of its own: then its row can be left out, because the folder above says it all.

use cmlint_winsec::{AccessMask, Ace, AceFlags, Acl, Control, SecurityDescriptor, Trustee, well_known};

/// Whether the DACL of a folder is what the folder above hands down, and its owner is the same.
///
/// That every entry has the flag "inherited" is not enough: a folder that was moved within a volume keeps the
/// entries of where it was.
pub(crate) fn only_inherits(child: &SecurityDescriptor, parent: &SecurityDescriptor) -> bool {
    let (Acl::Entries(own), Acl::Entries(above)) = (&child.dacl, &parent.dacl) else { return false };
    if child.control.contains(Control::DACL_PROTECTED) || child.owner != parent.owner {
        return false;
    }
    let own: Option<Vec<Ace>> = own.iter().map(inherited).collect();
    let Some(own) = own else { return false };
    let handed: Vec<Ace> = above.iter().flat_map(handed_down).collect();
    let own = merged(own);
    if own == merged(handed.clone()) {
        return true;
    }
    // What stands for the creator becomes an entry for the owner too, where that adds something.
    let Some(owner) = &child.owner else { return false };
    let creator = Trustee::Sid(well_known::CREATOR_OWNER);
    let to_folders = |ace: &&Ace| ace.trustee == creator && ace.flags.contains(AceFlags::CONTAINER_INHERIT);
    let for_owner = above.iter().filter(to_folders).map(|ace| {
        let mut ace = with_flags(ace, AceFlags::NONE);
        ace.trustee = *owner;
        ace
    });
    own == merged(handed.into_iter().chain(for_owner).collect())
}

/// An inherited entry without the flag that says so; `None` for one of the folder's own.
fn inherited(ace: &Ace) -> Option<Ace> {
    let flag = AceFlags::INHERITED;
    ace.flags.contains(flag).then(|| with_flags(ace, AceFlags(ace.flags.0 & !flag.0)))
}

/// What a folder hands an entry down as (MS-DTYP 2.5.3.4.2): to a folder in it.
fn handed_down(ace: &Ace) -> Vec<Ace> {
    let flags = ace.flags;
    let to_folders = flags.contains(AceFlags::CONTAINER_INHERIT);
    let to_files = flags.contains(AceFlags::OBJECT_INHERIT);
    let stops = flags.contains(AceFlags::NO_PROPAGATE);
    let creator =
        [well_known::CREATOR_OWNER, well_known::CREATOR_GROUP].map(Trustee::Sid).contains(&ace.trustee);
    // Nobody is the creator: the entry itself is only ever handed on.
    let here = if creator { AceFlags::INHERIT_ONLY } else { AceFlags::NONE };
    match (to_folders, to_files, stops) {
        (true, _, true) if creator => Vec::new(),
        (true, _, true) => vec![with_flags(ace, AceFlags::NONE)],
        (true, true, false) => {
            vec![with_flags(ace, AceFlags::CONTAINER_INHERIT.union(AceFlags::OBJECT_INHERIT).union(here))]
        }
        (true, false, false) => vec![with_flags(ace, AceFlags::CONTAINER_INHERIT.union(here))],
        // It passes through to the files in the folder.
        (false, true, false) => vec![with_flags(ace, AceFlags::OBJECT_INHERIT.union(AceFlags::INHERIT_ONLY))],
        (false, true, true) | (false, false, _) => Vec::new(),
    }
}

/// Windows splits an entry with generic rights, or for the creator, into one that holds here and one that is handed on.
/// The two together are the entry that was handed down.
fn merged(aces: Vec<Ace>) -> Vec<(String, u32, u8)> {
    let mut all: Vec<(String, u32, u8)> = Vec::new();
    for ace in aces {
        let who = format!("{:?} {:?} {:?} {:?}", ace.kind, ace.trustee, ace.object_type, ace.data);
        let key = (who, mapped(ace.mask).0, ace.flags.0);
        let on = AceFlags::INHERIT_ONLY.0;
        let other = |k: &(String, u32, u8)| k.0 == key.0 && k.1 == key.1;
        match all.iter_mut().find(|k| other(k)) {
            // Here and below: the same as one entry for both.
            Some(known) if (known.2 & on) != (key.2 & on) => known.2 = (known.2 | key.2) & !on,
            Some(known) if known.2 == key.2 => {}
            _ => all.push(key),
        }
    }
    all.sort();
    all
}

/// Generic rights as a folder has them: `FILE_GENERIC_…` of winnt.h.
fn mapped(mask: AccessMask) -> AccessMask {
    let map = [
        (AccessMask::GENERIC_ALL, 0x001f_01ff),
        (AccessMask::GENERIC_READ, 0x0012_0089),
        (AccessMask::GENERIC_WRITE, 0x0012_0116),
        (AccessMask::GENERIC_EXECUTE, 0x0012_00a0),
    ];
    let specific = map.iter().filter(|(generic, _)| mask.contains(*generic)).fold(0, |bits, (_, b)| bits | b);
    AccessMask(mask.without(AccessMask::GENERIC).0 | specific)
}

fn with_flags(ace: &Ace, flags: AceFlags) -> Ace {
    let mut ace = ace.clone();
    ace.flags = flags;
    ace
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sd(text: &str) -> SecurityDescriptor {
        cmlint_winsec::sddl::parse(text).unwrap().descriptor
    }

    /// As below `C:\Program Files`.
    const ABOVE: &str =
        "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;OICIIO;GA;;;CO)(A;;FA;;;WD)";

    #[test]
    fn a_folder_that_was_made_there_only_inherits() {
        for child in [
            "O:SYG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;OICIIOID;GA;;;CO)",
            // The generic entry split in two, as Windows does.
            "O:SYG:SYD:AI(A;OICIID;FA;;;SY)(A;ID;FA;;;BA)(A;OICIIOID;GA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;OICIIOID;GA;;;CO)",
        ] {
            assert!(only_inherits(&sd(child), &sd(ABOVE)), "{child}");
        }
        let above = "O:S-1-5-21-1-2-3-5G:SYD:P(A;OICI;FA;;;SY)(A;OICIIO;GA;;;CO)";
        let child =
            "O:S-1-5-21-1-2-3-5G:SYD:AI(A;OICIID;FA;;;SY)(A;ID;FA;;;S-1-5-21-1-2-3-5)(A;OICIIOID;GA;;;CO)";
        assert!(only_inherits(&sd(child), &sd(above)));
    }

    #[test]
    fn a_folder_with_anything_of_its_own_keeps_its_row() {
        for child in [
            // An entry of its own.
            "O:SYG:SYD:AI(A;;FA;;;AU)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;OICIIOID;GA;;;CO)",
            // Moved here from elsewhere: inherited, but not from this folder.
            "O:SYG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1301bf;;;BU)(A;OICIIOID;GA;;;CO)",
            "O:SYG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)",
            // Another owner, who may change the entries.
            "O:S-1-5-21-1-2-3-5G:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;OICIIOID;GA;;;CO)",
            // Protected, and everybody may do everything.
            "O:SYG:SYD:PAI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;OICIIOID;GA;;;CO)",
            "O:SYG:SYD:NO_ACCESS_CONTROL",
        ] {
            assert!(!only_inherits(&sd(child), &sd(ABOVE)), "{child}");
        }
    }
}
