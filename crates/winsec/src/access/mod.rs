//! The access check: may somebody do something to an object, bit by bit, and which ACE decides
//! (MS-DTYP 2.5.3.2; MS-ADTS 5.1.3.3 for directory objects).

use crate::{AccessMask, Guid, Kind, SecurityDescriptor, Sid, Tri, Trustee};

/// What is asked of an access check.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The kind of object, which maps generic rights and says which bits exist.
    pub kind: Kind,
    /// The rights asked for; generic ones are mapped. With [`AccessMask::MAXIMUM_ALLOWED`] every bit is
    /// judged that an ACE of the list names or full control holds.
    pub mask: AccessMask,
    /// What of a directory object is meant: the types from the outer to the inner one, such as property
    /// set and property, or the class of a child to create, or an extended right. Empty: the object as a
    /// whole.
    pub object: &'a [Guid],
    /// The account that the object itself is, for `NT AUTHORITY\SELF`.
    pub principal_self: Option<Sid>,
    /// Whether the token holds SeTakeOwnershipPrivilege, which grants WRITE_OWNER.
    pub take_ownership: Tri,
    /// Whether the token holds SeSecurityPrivilege, which grants ACCESS_SYSTEM_SECURITY.
    pub security: Tri,
}

impl Request<'_> {
    /// A request for these rights on an object of this kind as a whole, without privileges.
    pub fn new(kind: Kind, mask: AccessMask) -> Request<'static> {
        Request { kind, mask, object: &[], principal_self: None, take_ownership: Tri::No, security: Tri::No }
    }
}

/// The answer of an access check: one verdict for each bit asked for, lowest bit first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    verdicts: Vec<(AccessMask, Verdict)>,
}

/// Whether one bit is granted, and by what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is granted.
    Granted {
        /// What grants it.
        by: Decider,
    },
    /// It is denied.
    Denied {
        /// What denies it.
        by: Decider,
    },
    /// It cannot be told.
    Unknown {
        /// Everything whose answer could decide it, in order.
        because: Vec<Doubt>,
    },
}

/// What decides a bit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Decider {
    /// The ACE of the DACL with this number, from 0.
    Ace(usize),
    /// The owner's implicit READ_CONTROL and WRITE_DAC.
    Owner,
    /// There is no DACL, or it is null: everything is granted.
    NoDacl,
    /// A privilege of the token.
    Privilege,
    /// No ACE grants it, so it is denied.
    NothingGrants,
}

/// Something that is not known and could decide a bit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Doubt {
    /// Whether the token holds the owner of the object.
    Owner,
    /// Whether the token holds a privilege.
    Privilege,
    /// Whether the token holds the trustee of the ACE with this number.
    Membership(usize),
    /// Whether the condition of the ACE with this number is true.
    Condition(usize),
    /// The ACE with this number is of a type that is not known.
    Type(usize),
}

impl Access {
    /// One verdict for each bit, lowest bit first.
    pub fn verdicts(&self) -> &[(AccessMask, Verdict)] {
        &self.verdicts
    }

    /// The verdict for one bit, if it was asked for.
    pub fn bit(&self, bit: AccessMask) -> Option<&Verdict> {
        self.verdicts.iter().find(|(b, _)| *b == bit).map(|(_, verdict)| verdict)
    }

    /// The bits that are granted.
    pub fn granted(&self) -> AccessMask {
        self.collect(|v| matches!(v, Verdict::Granted { .. }))
    }

    /// The bits that are denied.
    pub fn denied(&self) -> AccessMask {
        self.collect(|v| matches!(v, Verdict::Denied { .. }))
    }

    /// The bits that cannot be told.
    pub fn unknown(&self) -> AccessMask {
        self.collect(|v| matches!(v, Verdict::Unknown { .. }))
    }

    /// Whether all bits are granted: no as soon as one is denied.
    pub fn all(&self) -> Tri {
        if !self.denied().is_empty() {
            Tri::No
        } else if self.unknown().is_empty() {
            Tri::Yes
        } else {
            Tri::Unknown
        }
    }

    /// Whether any bit is granted.
    pub fn any(&self) -> Tri {
        if !self.granted().is_empty() {
            Tri::Yes
        } else if self.unknown().is_empty() {
            Tri::No
        } else {
            Tri::Unknown
        }
    }

    fn collect(&self, wanted: impl Fn(&Verdict) -> bool) -> AccessMask {
        self.verdicts.iter().filter(|(_, v)| wanted(v)).fold(AccessMask::NONE, |all, (bit, _)| all | *bit)
    }
}

/// Checks a request against a descriptor. `holds` says whether the caller's token holds a trustee: its own
/// SID, a group it is in, a well-known SID such as Everyone.
pub fn access_check(
    descriptor: &SecurityDescriptor,
    holds: impl Fn(&Trustee) -> Tri,
    request: &Request<'_>,
) -> Access {
    let _ = (descriptor, holds, request);
    Access { verdicts: Vec::new() }
}
