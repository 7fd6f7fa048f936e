//! The access check: may somebody do something to an object, bit by bit, and which ACE decides
//! (MS-DTYP 2.5.3.2; MS-ADTS 5.1.3.3 for directory objects).
//!
//! Left out: integrity labels, central access policies, restricted tokens and deny-only groups, which say
//! something about a running process and not about an account; backup and restore privileges, which only
//! count for callers that ask for them.

mod check;

use crate::{AccessMask, Guid, Kind, SecurityDescriptor, Sid, Tri, Trustee};

/// Checks a request against a descriptor. `holds` says whether the caller's token holds a trustee: its own
/// SID, a group it is in, a well-known SID such as Everyone. It is not asked about OWNER RIGHTS, CREATOR
/// OWNER and CREATOR GROUP, and about SELF only when the request does not say who that is.
///
/// Each bit is judged by the first ACE that names it and applies. Where it is not known whether an ACE
/// applies, both are followed: the bit is unknown unless all ways end alike. A condition is never
/// evaluated: its ACE may or may not apply.
///
/// An absent DACL grants everything (MS-DTYP 2.5.3.2). Whether the descriptor really has none, or an
/// export left it out, is for the caller to know.
pub fn access_check(
    descriptor: &SecurityDescriptor,
    holds: impl Fn(&Trustee) -> Tri,
    request: &Request<'_>,
) -> Access {
    Access { verdicts: check::check(descriptor, &holds, request) }
}

/// What is asked of an access check.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The kind of object, which maps generic rights and says which bits exist.
    pub kind: Kind,
    /// The rights asked for; generic ones are mapped. With [`AccessMask::MAXIMUM_ALLOWED`] every bit is
    /// judged that an ACE of the list names or full control holds.
    pub mask: AccessMask,
    /// The types of a directory object that are meant, outer before inner: a property set and its
    /// properties, the class of a child to create, an extended right (MS-ADTS 5.1.3.3.3). Empty: the
    /// object as a whole, so that an ACE for one type does not grant, and denies.
    pub tree: &'a [ObjectType],
    /// Which entry of [`Self::tree`] is asked about.
    pub node: usize,
    /// The account that the object itself is, for `NT AUTHORITY\SELF`.
    pub principal_self: Option<Sid>,
    /// Whether the token holds SeTakeOwnershipPrivilege, which grants WRITE_OWNER.
    pub take_ownership: Tri,
    /// Whether the token holds SeSecurityPrivilege, which alone grants ACCESS_SYSTEM_SECURITY.
    pub security: Tri,
}

impl<'a> Request<'a> {
    /// A request for these rights on an object of this kind as a whole, without privileges.
    pub fn new(kind: Kind, mask: AccessMask) -> Request<'static> {
        Request {
            kind,
            mask,
            tree: &[],
            node: 0,
            principal_self: None,
            take_ownership: Tri::No,
            security: Tri::No,
        }
    }

    /// The same request for one entry of a tree of object types.
    #[must_use]
    pub fn on<'b>(self, tree: &'b [ObjectType], node: usize) -> Request<'b>
    where
        'a: 'b,
    {
        Request { tree, node, ..self }
    }
}

/// One entry of a tree of object types, as OBJECT_TYPE_LIST of Windows: an entry is below the last one
/// before it that has a smaller level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ObjectType {
    /// 0 for the object, 1 for property sets, 2 for properties.
    pub level: u16,
    /// The class, property set, property or right.
    pub guid: Guid,
}

impl ObjectType {
    /// A tree of one branch: each type below the one before it. Ask about the last entry.
    pub fn path(guids: &[Guid]) -> Vec<ObjectType> {
        guids.iter().zip(0..).map(|(guid, level)| ObjectType { level, guid: *guid }).collect()
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
    /// Whether the token holds the owner of the object, or who that is.
    Owner,
    /// Whether the token holds a privilege.
    Privilege,
    /// Whether the token holds the trustee of the ACE with this number.
    Membership(usize),
    /// Whether the condition of the ACE with this number is true.
    Condition(usize),
    /// What the ACE with this number does: it is of an unknown type, or holds a generic right without a
    /// documented meaning on this kind of object.
    Meaning(usize),
    /// What the request means: it asks for a generic right without a documented meaning.
    Request,
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

    /// The numbers of the ACEs that decide a bit or could, ascending, for a proof that shows them.
    pub fn aces(&self) -> Vec<usize> {
        let mut all = Vec::new();
        for (_, verdict) in &self.verdicts {
            match verdict {
                Verdict::Granted { by: Decider::Ace(i) } | Verdict::Denied { by: Decider::Ace(i) } => {
                    all.push(*i);
                }
                Verdict::Granted { .. } | Verdict::Denied { .. } => {}
                Verdict::Unknown { because } => all.extend(because.iter().filter_map(|d| d.ace())),
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn collect(&self, wanted: impl Fn(&Verdict) -> bool) -> AccessMask {
        self.verdicts.iter().filter(|(_, v)| wanted(v)).fold(AccessMask::NONE, |all, (bit, _)| all | *bit)
    }
}

impl Doubt {
    /// The number of the ACE that it is about.
    pub fn ace(self) -> Option<usize> {
        match self {
            Doubt::Membership(i) | Doubt::Condition(i) | Doubt::Meaning(i) => Some(i),
            Doubt::Owner | Doubt::Privilege | Doubt::Request => None,
        }
    }
}
