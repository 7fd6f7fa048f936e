//! What the bits of a mask mean on each kind of object.

mod tables;
mod words;

use tables::Table;

use crate::{AccessMask, Ace, AceFlags, Guid, object_types};

/// A kind of securable object, which gives the bits of a mask their meaning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// A network share.
    Share,
    /// A registry key.
    RegistryKey,
    /// A WMI namespace.
    WmiNamespace,
    /// Launch and activation permission of a COM application or of the machine.
    ComLaunch,
    /// Access permission of a COM application or of the machine.
    ComAccess,
    /// A Windows service.
    Service,
    /// An object of Active Directory.
    DirectoryObject,
}

/// Rights by name: a mask, and for directory objects the type of object that they are limited to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Right {
    /// The bits.
    pub mask: AccessMask,
    /// The property, property set, extended right or child class.
    pub object_type: Option<Guid>,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 9] = [
        Kind::File,
        Kind::Directory,
        Kind::Share,
        Kind::RegistryKey,
        Kind::WmiNamespace,
        Kind::ComLaunch,
        Kind::ComAccess,
        Kind::Service,
        Kind::DirectoryObject,
    ];

    /// Replaces generic rights by the specific ones they stand for (MS-DTYP 2.4.3). Generic rights without
    /// a documented meaning on this kind stay.
    pub fn map(self, mask: AccessMask) -> AccessMask {
        let generic = [
            AccessMask::GENERIC_READ,
            AccessMask::GENERIC_WRITE,
            AccessMask::GENERIC_EXECUTE,
            AccessMask::GENERIC_ALL,
        ];
        generic.into_iter().zip(self.table().generic).fold(mask, |mask, (bit, specific)| match specific {
            Some(specific) if mask.contains(bit) => mask.without(bit) | AccessMask(specific),
            _ => mask,
        })
    }

    /// The rights that an ACE with this mask names: [`Self::map`], and for COM the old form, in which the
    /// execute bit alone stands for all launch, activation or access rights.
    pub fn map_ace(self, mask: AccessMask) -> AccessMask {
        let mapped = self.map(mask);
        let all = match self {
            Kind::ComLaunch => 0x1F,
            Kind::ComAccess => 0x7,
            _ => return mapped,
        };
        if mapped.0 & 0x1F == 1 { mapped | AccessMask(all) } else { mapped }
    }

    /// Full control: the meaning of GENERIC_ALL.
    pub fn full_control(self) -> AccessMask {
        self.map(AccessMask::GENERIC_ALL)
    }

    /// Whether a mask holds all of Write, generic rights mapped.
    ///
    /// For files that is data, append, extended attributes and attributes, 0x116: the security tab stores
    /// Write without READ_CONTROL. For the others see the names of [`Self::rights`].
    pub fn has_write(self, mask: AccessMask) -> bool {
        let write = AccessMask(self.table().write);
        !write.is_empty() && self.map_ace(mask).contains(write)
    }

    /// Whether a mask changes nothing: not the object's contents, not what is below it, not its security,
    /// and does not delete it. Never the opposite of [`Self::has_write`].
    ///
    /// For files none of 0xD0156: data, append, extended attributes, attributes, delete child, DELETE,
    /// WRITE_DAC, WRITE_OWNER.
    pub fn has_no_write(self, mask: AccessMask) -> bool {
        !self.map_ace(mask).intersects(AccessMask(self.table().any_write) | AccessMask::GENERIC)
    }

    /// A mask in the words of the kind's security tab, most comprehensive first: `Modify`,
    /// `Read & execute, Write`, `Remote Enable`. Bits without a name are hexadecimal; no bit at all is
    /// `None`.
    pub fn describe(self, mask: AccessMask) -> String {
        words::describe(self, self.map_ace(mask), None)
    }

    /// The rights of an ACE in words, object types put into words too: `Create Computer objects`,
    /// `Reset Password`.
    pub fn describe_ace(self, ace: &Ace) -> String {
        let folder_only =
            ace.flags.contains(AceFlags::CONTAINER_INHERIT) && !ace.flags.contains(AceFlags::OBJECT_INHERIT);
        if self == Kind::Directory && folder_only && self.map(ace.mask) == tables::READ_AND_EXECUTE {
            return "List folder contents".to_owned();
        }
        words::describe(self, self.map_ace(ace.mask), ace.object_type)
    }

    /// The rights of a name in any case: `modify`, `Remote Enable`, `write`, `0x1301bf`.
    pub fn right(self, name: &str) -> Option<AccessMask> {
        let name = name.trim();
        if let Some(digits) = name.strip_prefix("0x").or_else(|| name.strip_prefix("0X")) {
            let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
            return plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten().map(AccessMask);
        }
        let found = self.rights().find(|(known, _)| same_name(known, name)).map(|(_, mask)| mask);
        found.or_else(|| same_name(name, "full").then(|| self.full_control()))
    }

    /// Like [`Self::right`], and for directory objects also rights that are limited to a type of object:
    /// `create computer objects`, `reset password`, `write member`, `read personal information`.
    pub fn object_right(self, name: &str) -> Option<Right> {
        if let Some(mask) = self.right(name) {
            return Some(Right { mask, object_type: None });
        }
        if self != Kind::DirectoryObject {
            return None;
        }
        object_types::right(name.trim())
    }

    /// The names that [`Self::right`] knows, with what they stand for: those of the security tab first,
    /// then those of single bits.
    pub fn rights(self) -> impl Iterator<Item = (&'static str, AccessMask)> {
        let table = self.table();
        let standard = if table.names_standard { tables::STANDARD } else { &[] };
        table.tab.iter().chain(table.bits).chain(standard).map(|(name, mask)| (*name, AccessMask(*mask)))
    }

    fn table(self) -> &'static Table {
        match self {
            Kind::File => &tables::FILE,
            Kind::Directory => &tables::DIRECTORY,
            Kind::Share => &tables::SHARE,
            Kind::RegistryKey => &tables::REGISTRY_KEY,
            Kind::WmiNamespace => &tables::WMI_NAMESPACE,
            Kind::ComLaunch => &tables::COM_LAUNCH,
            Kind::ComAccess => &tables::COM_ACCESS,
            Kind::Service => &tables::SERVICE,
            Kind::DirectoryObject => &tables::DIRECTORY_OBJECT,
        }
    }
}

/// Whether two names are the same but for case, blanks, hyphens and underscores: `full-control`.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let letters = |s: &str| {
        let kept = s.chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '/'));
        kept.map(|c| if c == '&' { '+' } else { c.to_ascii_lowercase() })
            .collect::<String>()
            .replace("and", "+")
    };
    letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(n: u32) -> AccessMask {
        AccessMask(n)
    }

    /// winnt.h, winsvc.h; MS-ADTS 5.1.3.2 for directory objects.
    #[test]
    fn generic_rights_are_mapped_by_the_tables() {
        for (kind, read, write, execute, all) in [
            (Kind::File, 0x12_0089, 0x12_0116, 0x12_00A0, 0x1F_01FF),
            (Kind::Directory, 0x12_0089, 0x12_0116, 0x12_00A0, 0x1F_01FF),
            (Kind::Share, 0x12_0089, 0x12_0116, 0x12_00A0, 0x1F_01FF),
            (Kind::RegistryKey, 0x2_0019, 0x2_0006, 0x2_0019, 0xF_003F),
            (Kind::Service, 0x2_008D, 0x2_0002, 0x2_0170, 0xF_01FF),
            (Kind::DirectoryObject, 0x2_0094, 0x2_0028, 0x2_0004, 0xF_01FF),
        ] {
            assert_eq!(kind.map(AccessMask::GENERIC_READ), mask(read), "{kind:?}");
            assert_eq!(kind.map(AccessMask::GENERIC_WRITE), mask(write), "{kind:?}");
            assert_eq!(kind.map(AccessMask::GENERIC_EXECUTE), mask(execute), "{kind:?}");
            assert_eq!(kind.map(AccessMask::GENERIC_ALL), mask(all), "{kind:?}");
            assert_eq!(kind.map(mask(0xA000_0001)), mask(read | execute | 1), "{kind:?}");
        }
        let wmi = Kind::WmiNamespace;
        assert_eq!(wmi.map(AccessMask::GENERIC_ALL), mask(0x6_003F));
        assert_eq!(wmi.map(AccessMask::GENERIC_READ), AccessMask::GENERIC_READ);
    }

    #[test]
    fn masks_of_files_in_words() {
        let dir = |n| Kind::Directory.describe(mask(n));
        assert_eq!(dir(0x1F_01FF), "Full control");
        assert_eq!(dir(0x1000_0000), "Full control");
        assert_eq!(dir(0x13_01BF), "Modify");
        assert_eq!(dir(0x12_00A9), "Read & execute");
        assert_eq!(dir(0x12_0089), "Read");
        assert_eq!(dir(0x12_0116), "Write");
        assert_eq!(dir(0x10_0116), "Write");
        assert_eq!(dir(0x12_01BF), "Read & execute, Write");
        assert_eq!(dir(0x2), "Create files / write data");
        assert_eq!(dir(0x4_0000), "Change permissions");
        assert_eq!(dir(0x12_00AB), "Read & execute, Create files / write data");
        assert_eq!(dir(0x10_0000), "Synchronize");
        assert_eq!(dir(0), "None");
        assert_eq!(dir(0x200), "0x200");
        assert_eq!(Kind::File.describe(mask(0x1)), "Read data");
        assert_eq!(Kind::Share.describe(mask(0x13_01BF)), "Change");
        assert_eq!(Kind::Share.describe(mask(0x12_00A9)), "Read");
    }

    #[test]
    fn masks_of_other_kinds_in_words() {
        assert_eq!(Kind::RegistryKey.describe(mask(0xF_003F)), "Full control");
        assert_eq!(Kind::RegistryKey.describe(mask(0x2_0019)), "Read");
        assert_eq!(Kind::WmiNamespace.describe(mask(0x21)), "Enable Account, Remote Enable");
        assert_eq!(
            Kind::WmiNamespace.describe(mask(0x13)),
            "Enable Account, Execute Methods, Provider Write"
        );
        assert_eq!(Kind::ComLaunch.describe(mask(0xB)), "Local Launch, Local Activation");
        assert_eq!(Kind::ComLaunch.describe(mask(0x1F)), "Full control");
        assert_eq!(Kind::ComLaunch.describe(mask(0x1)), "Full control");
        assert_eq!(Kind::ComAccess.describe(mask(0x7)), "Full control");
        assert_eq!(Kind::ComAccess.describe(mask(0x3)), "Local Access");
        assert_eq!(Kind::Service.describe(mask(0x10)), "Start");
        assert_eq!(Kind::DirectoryObject.describe(mask(0xF_01FF)), "Full control");
        assert_eq!(Kind::DirectoryObject.describe(mask(0x2_0094)), "Read");
    }

    #[test]
    fn object_types_in_words() {
        let ace = |kind, mask_bits, guid: &str| {
            let mut ace = Ace::new(kind, mask(mask_bits), crate::well_known::EVERYONE);
            ace.object_type = Some(guid.parse().unwrap());
            Kind::DirectoryObject.describe_ace(&ace)
        };
        let oa = crate::AceKind::AllowedObject;
        assert_eq!(ace(oa, 0x1, "bf967a86-0de6-11d0-a285-00aa003049e2"), "Create Computer objects");
        assert_eq!(
            ace(oa, 0x3, "bf967a86-0de6-11d0-a285-00aa003049e2"),
            "Create Computer objects, Delete Computer objects"
        );
        assert_eq!(ace(oa, 0x100, "00299570-246d-11d0-a768-00aa006e0529"), "Reset Password");
        assert_eq!(ace(oa, 0x30, "bf9679c0-0de6-11d0-a285-00aa003049e2"), "Read member, Write member");
        assert_eq!(
            ace(oa, 0x8, "f3a64788-5306-11d1-a9c5-0000f80367c1"),
            "Validated write to service principal name"
        );
        assert_eq!(ace(oa, 0x20, "4c164200-20c0-11d0-a768-00aa006e0529"), "Write Account Restrictions");
        assert_eq!(
            ace(oa, 0x1, "11111111-0de6-11d0-a285-00aa003049e2"),
            "Create 11111111-0de6-11d0-a285-00aa003049e2 objects"
        );
    }

    #[test]
    fn list_folder_contents_is_read_and_execute_for_folders_only() {
        let mut ace = Ace::new(crate::AceKind::Allowed, mask(0x12_00A9), crate::well_known::USERS);
        ace.flags = AceFlags::CONTAINER_INHERIT;
        assert_eq!(Kind::Directory.describe_ace(&ace), "List folder contents");
        ace.flags = AceFlags(3);
        assert_eq!(Kind::Directory.describe_ace(&ace), "Read & execute");
    }

    #[test]
    fn names_are_read_back() {
        assert_eq!(Kind::Directory.right("modify"), Some(mask(0x13_01BF)));
        assert_eq!(Kind::Directory.right("Write"), Some(mask(0x116)));
        assert_eq!(Kind::Directory.right("full-control"), Some(mask(0x1F_01FF)));
        assert_eq!(Kind::Directory.right("read and execute"), Some(mask(0x12_00A9)));
        assert_eq!(Kind::WmiNamespace.right("remote enable"), Some(mask(0x20)));
        assert_eq!(Kind::ComLaunch.right("Remote Activation"), Some(mask(0x11)));
        assert_eq!(Kind::File.right("0x116"), Some(mask(0x116)));
        assert_eq!(Kind::File.right("change permissions"), Some(AccessMask::WRITE_DAC));
        assert_eq!(Kind::File.right("fly"), None);
        let create = Kind::DirectoryObject.object_right("create computer objects").unwrap();
        assert_eq!(create.mask, mask(1));
        assert_eq!(create.object_type, Some(object_types::COMPUTER));
        let reset = Kind::DirectoryObject.object_right("Reset password").unwrap();
        assert_eq!(reset.mask, mask(0x100));
        assert_eq!(Kind::DirectoryObject.object_right("write member").unwrap().mask, mask(0x20));
        for kind in Kind::ALL {
            for (name, bits) in kind.rights() {
                assert_eq!(kind.right(&name.to_uppercase()), Some(bits), "{kind:?} {name}");
            }
        }
    }

    /// The tests for "has Write" and "has no write" of files must not be fooled by READ_CONTROL and
    /// SYNCHRONIZE, which Write shares with Read.
    #[test]
    fn write_and_no_write() {
        let file = Kind::File;
        assert!(file.has_write(mask(0x10_0116)) && file.has_write(AccessMask::GENERIC_WRITE));
        assert!(!file.has_write(mask(0x12_0089)) && !file.has_write(mask(0x2)));
        assert!(file.has_no_write(mask(0x12_00A9)) && file.has_no_write(AccessMask::GENERIC_READ));
        for bit in [0x2, 0x4, 0x10, 0x40, 0x100, 0x1_0000, 0x4_0000, 0x8_0000] {
            assert!(!file.has_no_write(mask(bit)) && !file.has_write(mask(bit)), "{bit:#x}");
        }
        assert!(!Kind::WmiNamespace.has_no_write(AccessMask::GENERIC_WRITE));
        assert!(Kind::RegistryKey.has_write(mask(0x6)) && !Kind::RegistryKey.has_write(mask(0x2)));
    }
}
