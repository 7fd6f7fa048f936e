use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

/// The rights that an ACE names or a caller asks for (MS-DTYP 2.4.3).
///
/// What the lower 16 bits mean depends on the kind of object: [`crate::Kind`] puts them into words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AccessMask(pub u32);

impl AccessMask {
    /// No right at all.
    pub const NONE: AccessMask = AccessMask(0);
    /// DELETE.
    pub const DELETE: AccessMask = AccessMask(0x0001_0000);
    /// READ_CONTROL: read the security descriptor, without the SACL.
    pub const READ_CONTROL: AccessMask = AccessMask(0x0002_0000);
    /// WRITE_DAC: change the DACL.
    pub const WRITE_DAC: AccessMask = AccessMask(0x0004_0000);
    /// WRITE_OWNER: take ownership.
    pub const WRITE_OWNER: AccessMask = AccessMask(0x0008_0000);
    /// SYNCHRONIZE: wait for the object.
    pub const SYNCHRONIZE: AccessMask = AccessMask(0x0010_0000);
    /// ACCESS_SYSTEM_SECURITY: read and write the SACL; comes from a privilege, not from a DACL.
    pub const ACCESS_SYSTEM_SECURITY: AccessMask = AccessMask(0x0100_0000);
    /// MAXIMUM_ALLOWED: asks for all rights that the caller has. Never in an ACE.
    pub const MAXIMUM_ALLOWED: AccessMask = AccessMask(0x0200_0000);
    /// GENERIC_ALL.
    pub const GENERIC_ALL: AccessMask = AccessMask(0x1000_0000);
    /// GENERIC_EXECUTE.
    pub const GENERIC_EXECUTE: AccessMask = AccessMask(0x2000_0000);
    /// GENERIC_WRITE.
    pub const GENERIC_WRITE: AccessMask = AccessMask(0x4000_0000);
    /// GENERIC_READ.
    pub const GENERIC_READ: AccessMask = AccessMask(0x8000_0000);
    /// The four generic rights, which an access check maps to specific ones first.
    pub const GENERIC: AccessMask = AccessMask(0xF000_0000);

    /// Whether no bit is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all bits of `other` are set.
    pub const fn contains(self, other: AccessMask) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    pub const fn intersects(self, other: AccessMask) -> bool {
        self.0 & other.0 != 0
    }

    /// The bits of `self` that are not in `other`.
    #[must_use]
    pub const fn without(self, other: AccessMask) -> AccessMask {
        AccessMask(self.0 & !other.0)
    }

    /// The set bits one by one, lowest first.
    pub fn bits(self) -> impl Iterator<Item = AccessMask> {
        (0..32).map(|i| AccessMask(1 << i)).filter(move |bit| self.contains(*bit))
    }
}

impl BitOr for AccessMask {
    type Output = AccessMask;
    fn bitor(self, other: AccessMask) -> AccessMask {
        AccessMask(self.0 | other.0)
    }
}

impl BitOrAssign for AccessMask {
    fn bitor_assign(&mut self, other: AccessMask) {
        self.0 |= other.0;
    }
}

impl BitAnd for AccessMask {
    type Output = AccessMask;
    fn bitand(self, other: AccessMask) -> AccessMask {
        AccessMask(self.0 & other.0)
    }
}

impl BitAndAssign for AccessMask {
    fn bitand_assign(&mut self, other: AccessMask) {
        self.0 &= other.0;
    }
}

impl Not for AccessMask {
    type Output = AccessMask;
    fn not(self) -> AccessMask {
        AccessMask(!self.0)
    }
}

impl fmt::Display for AccessMask {
    /// Hexadecimal, as `icacls` and the SDDL of rights without letters: `0x1301bf`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Debug for AccessMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
