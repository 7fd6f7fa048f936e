//! The data of [`Kind`](super::Kind), one table a kind.

use crate::AccessMask;

/// What is known of a kind.
pub(super) struct Table {
    /// What GENERIC_READ, _WRITE, _EXECUTE and _ALL stand for; `None` where no document says it.
    pub(super) generic: [Option<u32>; 4],
    /// Names of the security tab, the most comprehensive first.
    pub(super) tab: &'static [(&'static str, u32)],
    /// Names of single bits.
    pub(super) bits: &'static [(&'static str, u32)],
    /// Whether the standard rights have the names of [`STANDARD`].
    pub(super) names_standard: bool,
    /// The bits of Write.
    pub(super) write: u32,
    /// All bits that change something.
    pub(super) any_write: u32,
}

/// Read & execute of a file or folder.
pub(super) const READ_AND_EXECUTE: AccessMask = AccessMask(0x12_00A9);

/// Standard rights in the words of the advanced security page (MS-DTYP 2.4.3).
pub(super) const STANDARD: &[(&str, u32)] = &[
    ("Delete", 0x1_0000),
    ("Read permissions", 0x2_0000),
    ("Change permissions", 0x4_0000),
    ("Take ownership", 0x8_0000),
    ("Synchronize", 0x10_0000),
];

/// winnt.h, File Access Rights Constants.
const FILE_GENERIC: [Option<u32>; 4] = [Some(0x12_0089), Some(0x12_0116), Some(0x12_00A0), Some(0x1F_01FF)];
const FILE_TAB: &[(&str, u32)] = &[
    ("Full control", 0x1F_01FF),
    ("Modify", 0x13_01BF),
    ("Read & execute", 0x12_00A9),
    ("Read", 0x12_0089),
    // The tab stores 0x100116; READ_CONTROL and SYNCHRONIZE come with every other right.
    ("Write", 0x116),
];
const FILE_WRITE: u32 = 0x116;
const FILE_ANY_WRITE: u32 = 0xD_0156;

pub(super) const FILE: Table = Table {
    generic: FILE_GENERIC,
    tab: FILE_TAB,
    bits: &[
        ("Read data", 0x1),
        ("Write data", 0x2),
        ("Append data", 0x4),
        ("Read extended attributes", 0x8),
        ("Write extended attributes", 0x10),
        ("Execute file", 0x20),
        ("Delete subfolders and files", 0x40),
        ("Read attributes", 0x80),
        ("Write attributes", 0x100),
    ],
    names_standard: true,
    write: FILE_WRITE,
    any_write: FILE_ANY_WRITE,
};

pub(super) const DIRECTORY: Table = Table {
    generic: FILE_GENERIC,
    tab: FILE_TAB,
    bits: &[
        ("List folder / read data", 0x1),
        ("Create files / write data", 0x2),
        ("Create folders / append data", 0x4),
        ("Read extended attributes", 0x8),
        ("Write extended attributes", 0x10),
        ("Traverse folder / execute file", 0x20),
        ("Delete subfolders and files", 0x40),
        ("Read attributes", 0x80),
        ("Write attributes", 0x100),
    ],
    names_standard: true,
    write: FILE_WRITE,
    any_write: FILE_ANY_WRITE,
};

/// Shares use the bits of files with three names of their own.
pub(super) const SHARE: Table = Table {
    generic: FILE_GENERIC,
    tab: &[("Full Control", 0x1F_01FF), ("Change", 0x13_01BF), ("Read", 0x12_00A9)],
    bits: FILE.bits,
    names_standard: true,
    write: FILE_WRITE,
    any_write: FILE_ANY_WRITE,
};

/// winnt.h, Registry Key Security and Access Rights.
pub(super) const REGISTRY_KEY: Table = Table {
    generic: [Some(0x2_0019), Some(0x2_0006), Some(0x2_0019), Some(0xF_003F)],
    tab: &[("Full control", 0xF_003F), ("Read", 0x2_0019), ("Write", 0x6)],
    bits: &[
        ("Query Value", 0x1),
        ("Set Value", 0x2),
        ("Create Subkey", 0x4),
        ("Enumerate Subkeys", 0x8),
        ("Notify", 0x10),
        ("Create Link", 0x20),
    ],
    names_standard: true,
    write: 0x6,
    any_write: 0xD_0026,
};

/// MS-WMI 5.2; names of the WMI Control. No document says what the generic rights but ALL stand for.
/// Methods may change anything, but Execute Methods is a default of every user and not counted as write.
pub(super) const WMI_NAMESPACE: Table = Table {
    generic: [None, None, None, Some(0x6_003F)],
    tab: &[("Full control", 0x6_003F)],
    bits: &[
        ("Enable Account", 0x1),
        ("Execute Methods", 0x2),
        ("Full Write", 0x4),
        ("Partial Write", 0x8),
        ("Provider Write", 0x10),
        ("Remote Enable", 0x20),
        ("Subscribe", 0x40),
        ("Publish", 0x80),
        ("Delete", 0x1_0000),
        ("Read Security", 0x2_0000),
        ("Edit Security", 0x4_0000),
        ("Take ownership", 0x8_0000),
        ("Synchronize", 0x10_0000),
    ],
    names_standard: false,
    write: 0x1C,
    any_write: 0xD_001C,
};

/// win32 "Access Control Lists for COM": each right needs the execute bit beside its own.
pub(super) const COM_LAUNCH: Table = Table {
    generic: [None, None, None, Some(0x1F)],
    tab: &[
        ("Full control", 0x1F),
        ("Local Launch", 0x3),
        ("Remote Launch", 0x5),
        ("Local Activation", 0x9),
        ("Remote Activation", 0x11),
    ],
    bits: &[
        ("Execute", 0x1),
        ("Local Launch without Execute", 0x2),
        ("Remote Launch without Execute", 0x4),
        ("Local Activation without Execute", 0x8),
        ("Remote Activation without Execute", 0x10),
    ],
    names_standard: true,
    write: 0,
    any_write: 0xD_0000,
};

pub(super) const COM_ACCESS: Table = Table {
    generic: [None, None, None, Some(0x7)],
    tab: &[("Full control", 0x7), ("Local Access", 0x3), ("Remote Access", 0x5)],
    bits: &[("Execute", 0x1), ("Local Access without Execute", 0x2), ("Remote Access without Execute", 0x4)],
    names_standard: true,
    write: 0,
    any_write: 0xD_0000,
};

/// winsvc.h, Service Security and Access Rights.
pub(super) const SERVICE: Table = Table {
    generic: [Some(0x2_008D), Some(0x2_0002), Some(0x2_0170), Some(0xF_01FF)],
    tab: &[("Full control", 0xF_01FF), ("Read", 0x2_008D)],
    bits: &[
        ("Query Configuration", 0x1),
        ("Change Configuration", 0x2),
        ("Query Status", 0x4),
        ("Enumerate Dependents", 0x8),
        ("Start", 0x10),
        ("Stop", 0x20),
        ("Pause and continue", 0x40),
        ("Interrogate", 0x80),
        ("User-defined control", 0x100),
    ],
    names_standard: true,
    write: 0x2,
    any_write: 0xD_0002,
};

/// MS-ADTS 5.1.3.2; names of Active Directory Users and Computers.
pub(super) const DIRECTORY_OBJECT: Table = Table {
    generic: [Some(0x2_0094), Some(0x2_0028), Some(0x2_0004), Some(0xF_01FF)],
    tab: &[("Full control", 0xF_01FF), ("Read", 0x2_0094), ("Write", 0x28)],
    bits: &[
        ("Create all child objects", 0x1),
        ("Delete all child objects", 0x2),
        ("List contents", 0x4),
        ("All validated writes", 0x8),
        ("Read all properties", 0x10),
        ("Write all properties", 0x20),
        ("Delete subtree", 0x40),
        ("List object", 0x80),
        ("All extended rights", 0x100),
        ("Delete", 0x1_0000),
        ("Read permissions", 0x2_0000),
        ("Modify permissions", 0x4_0000),
        ("Modify owner", 0x8_0000),
        ("Synchronize", 0x10_0000),
    ],
    names_standard: false,
    write: 0x28,
    any_write: 0xD_016B,
};
