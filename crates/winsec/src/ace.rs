use AceKind as K;

use crate::{AccessMask, Expression, Guid, ResourceAttribute, Trustee};

/// One access control entry (MS-DTYP 2.4.4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ace {
    /// What the entry does.
    pub kind: AceKind,
    /// Inheritance and audit flags.
    pub flags: AceFlags,
    /// The rights it allows, denies or audits; the policy bits of a mandatory label.
    pub mask: AccessMask,
    /// The property, property set, extended right or child class that it is limited to; object ACEs only.
    pub object_type: Option<Guid>,
    /// The class of descendants that inherit it; object ACEs only.
    pub inherited_object_type: Option<Guid>,
    /// Whom it names.
    pub trustee: Trustee,
    /// What follows the trustee.
    pub data: AceData,
}

impl Ace {
    /// An entry of the plain kind: no flags, no object types, no condition.
    pub fn new(kind: AceKind, mask: AccessMask, trustee: impl Into<Trustee>) -> Ace {
        Ace {
            kind,
            flags: AceFlags::NONE,
            mask,
            object_type: None,
            inherited_object_type: None,
            trustee: trustee.into(),
            data: AceData::None,
        }
    }

    /// The condition of a conditional ACE, where it could be read as an expression.
    pub fn condition(&self) -> Option<&Expression> {
        match &self.data {
            AceData::Condition(expression) => Some(expression),
            _ => None,
        }
    }

    /// The attribute of a resource attribute ACE.
    pub fn attribute(&self) -> Option<&ResourceAttribute> {
        match &self.data {
            AceData::Attribute(attribute) => Some(attribute),
            _ => None,
        }
    }
}

/// What an ACE carries after the SID of its trustee (MS-DTYP 2.4.4.6 and 2.4.4.15).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AceData {
    /// Nothing.
    None,
    /// The condition of a conditional (callback) ACE.
    Condition(Expression),
    /// The attribute of a resource attribute ACE.
    Attribute(ResourceAttribute),
    /// Bytes that are none of these: application data, or a condition or attribute that is malformed.
    Bytes(Box<[u8]>),
}

/// The type of an ACE (MS-DTYP 2.4.4.1). Callback ACEs are what SDDL calls conditional ACEs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AceKind {
    /// `A`: allows.
    Allowed,
    /// `D`: denies.
    Denied,
    /// `AU`: audits.
    Audit,
    /// `AL`: alarms; reserved.
    Alarm,
    /// `OA`: allows, limited by object types.
    AllowedObject,
    /// `OD`: denies, limited by object types.
    DeniedObject,
    /// `OU`: audits, limited by object types.
    AuditObject,
    /// `OL`: alarms, limited by object types; reserved.
    AlarmObject,
    /// `XA`: allows on a condition.
    AllowedCallback,
    /// `XD`: denies on a condition.
    DeniedCallback,
    /// `ZA`: allows on a condition, limited by object types.
    AllowedCallbackObject,
    /// Denies on a condition, limited by object types; SDDL has no letters for it.
    DeniedCallbackObject,
    /// `XU`: audits on a condition.
    AuditCallback,
    /// Alarms on a condition; reserved, without letters.
    AlarmCallback,
    /// Audits on a condition, limited by object types; SDDL has no letters for it.
    AuditCallbackObject,
    /// Alarms on a condition, limited by object types; reserved, without letters.
    AlarmCallbackObject,
    /// `ML`: integrity label.
    MandatoryLabel,
    /// `RA`: an attribute of the object, for conditions.
    ResourceAttribute,
    /// `SP`: the central access policy of the object.
    ScopedPolicyId,
    /// `TL`: trust label of protected processes.
    ProcessTrustLabel,
    /// `FL`: access filter.
    AccessFilter,
    /// A type that is not known, or the compound ACE (4); its body is kept as bytes.
    Other(u8),
}

/// What an ACE of a DACL does to those it names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

impl AceKind {
    /// The type of an ACE header.
    pub fn from_number(number: u8) -> AceKind {
        NUMBERS.iter().find(|(_, n, _)| *n == number).map_or(K::Other(number), |(kind, ..)| *kind)
    }

    /// The type as the ACE header holds it.
    pub fn number(self) -> u8 {
        match self {
            K::Other(number) => number,
            _ => NUMBERS.iter().find(|(kind, ..)| *kind == self).map_or(u8::MAX, |(_, n, _)| *n),
        }
    }

    /// The type of SDDL letters in any case: `A`, `OA`, `XD`.
    pub fn from_letters(letters: &str) -> Option<AceKind> {
        let same = |known: &str| !known.is_empty() && known.eq_ignore_ascii_case(letters);
        NUMBERS.iter().find(|(.., known)| same(known)).map(|(kind, ..)| *kind)
    }

    /// The SDDL letters; some types have none.
    pub fn letters(self) -> Option<&'static str> {
        NUMBERS.iter().find(|(kind, ..)| *kind == self).map(|(.., l)| *l).filter(|l| !l.is_empty())
    }

    /// Whether it allows or denies; `None` for the types of a SACL, which decide no access.
    pub fn effect(self) -> Option<Effect> {
        match self {
            K::Allowed | K::AllowedObject | K::AllowedCallback | K::AllowedCallbackObject => {
                Some(Effect::Allow)
            }
            K::Denied | K::DeniedObject | K::DeniedCallback | K::DeniedCallbackObject => Some(Effect::Deny),
            _ => None,
        }
    }

    /// Whether the ACE has fields for object types.
    pub fn is_object(self) -> bool {
        matches!(
            self,
            K::AllowedObject
                | K::DeniedObject
                | K::AuditObject
                | K::AlarmObject
                | K::AllowedCallbackObject
                | K::DeniedCallbackObject
                | K::AuditCallbackObject
                | K::AlarmCallbackObject
        )
    }

    /// Whether the ACE applies on a condition.
    pub fn is_callback(self) -> bool {
        matches!(
            self,
            K::AllowedCallback
                | K::DeniedCallback
                | K::AuditCallback
                | K::AlarmCallback
                | K::AllowedCallbackObject
                | K::DeniedCallbackObject
                | K::AuditCallbackObject
                | K::AlarmCallbackObject
        )
    }
}

/// Kind, number of the header, letters of SDDL (MS-DTYP 2.4.4.1 and 2.5.1.1; win32 "ACE Strings").
const NUMBERS: &[(AceKind, u8, &str)] = &[
    (K::Allowed, 0x00, "A"),
    (K::Denied, 0x01, "D"),
    (K::Audit, 0x02, "AU"),
    (K::Alarm, 0x03, "AL"),
    (K::AllowedObject, 0x05, "OA"),
    (K::DeniedObject, 0x06, "OD"),
    (K::AuditObject, 0x07, "OU"),
    (K::AlarmObject, 0x08, "OL"),
    (K::AllowedCallback, 0x09, "XA"),
    (K::DeniedCallback, 0x0A, "XD"),
    (K::AllowedCallbackObject, 0x0B, "ZA"),
    (K::DeniedCallbackObject, 0x0C, ""),
    (K::AuditCallback, 0x0D, "XU"),
    (K::AlarmCallback, 0x0E, ""),
    (K::AuditCallbackObject, 0x0F, ""),
    (K::AlarmCallbackObject, 0x10, ""),
    (K::MandatoryLabel, 0x11, "ML"),
    (K::ResourceAttribute, 0x12, "RA"),
    (K::ScopedPolicyId, 0x13, "SP"),
    (K::ProcessTrustLabel, 0x14, "TL"),
    (K::AccessFilter, 0x15, "FL"),
];

/// The flags of an ACE header (MS-DTYP 2.4.4.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct AceFlags(pub u8);

impl AceFlags {
    /// No flag.
    pub const NONE: AceFlags = AceFlags(0);
    /// `OI`: child objects (files) inherit it.
    pub const OBJECT_INHERIT: AceFlags = AceFlags(0x01);
    /// `CI`: child containers (folders, keys, directory objects) inherit it.
    pub const CONTAINER_INHERIT: AceFlags = AceFlags(0x02);
    /// `NP`: inherited by children, but no further.
    pub const NO_PROPAGATE: AceFlags = AceFlags(0x04);
    /// `IO`: not for the object itself.
    pub const INHERIT_ONLY: AceFlags = AceFlags(0x08);
    /// `ID`: came from the parent.
    pub const INHERITED: AceFlags = AceFlags(0x10);
    /// `CR`: protects the ACE of a trust label or access filter (CRITICAL_ACE_FLAG).
    pub const CRITICAL: AceFlags = AceFlags(0x20);
    /// `SA`: audit success. The same bit is `TP` in an access filter.
    pub const SUCCESSFUL_ACCESS: AceFlags = AceFlags(0x40);
    /// `FA`: audit failure.
    pub const FAILED_ACCESS: AceFlags = AceFlags(0x80);

    /// Whether all flags of `other` are set.
    pub const fn contains(self, other: AceFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of flags.
    #[must_use]
    pub const fn union(self, other: AceFlags) -> AceFlags {
        AceFlags(self.0 | other.0)
    }
}

impl std::ops::BitOr for AceFlags {
    type Output = AceFlags;
    fn bitor(self, other: AceFlags) -> AceFlags {
        self.union(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_letters_agree() {
        for number in 0..=0x15 {
            let kind = AceKind::from_number(number);
            assert_eq!(kind == K::Other(number), number == 4, "{number}");
            assert_eq!(kind.number(), number);
            if let Some(letters) = kind.letters() {
                assert_eq!(AceKind::from_letters(&letters.to_lowercase()), Some(kind));
            }
        }
        assert_eq!(AceKind::from_number(0x16).number(), 0x16);
        assert_eq!(AceKind::from_letters(""), None);
    }
}
