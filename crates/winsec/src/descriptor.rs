use crate::{Ace, AceData, AceFlags, Context, Effect, Expression, Operand, Trustee, Values};

/// A security descriptor (MS-DTYP 2.4.6).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SecurityDescriptor {
    /// The owner; `None` where it was not read, which is not the same as an object without owner.
    pub owner: Option<Trustee>,
    /// The primary group, which only POSIX applications use.
    pub group: Option<Trustee>,
    /// Flags, without those that follow from the other fields.
    pub control: Control,
    /// Resource manager control bits; meaningful only to the resource manager.
    pub rm_control: u8,
    /// Who may do what.
    pub dacl: Acl,
    /// What is audited, the integrity label, resource attributes.
    pub sacl: Acl,
}

/// An access control list, where it being absent, null or empty are three different things.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Acl {
    /// The descriptor has no such list: for a DACL everybody has all rights, but an export may simply not
    /// hold it.
    #[default]
    Absent,
    /// The list is present and null (`NO_ACCESS_CONTROL`): everybody has all rights.
    Null,
    /// The list, in order. An empty DACL gives rights to the owner only.
    Entries(Vec<Ace>),
}

impl Acl {
    /// The entries; none for an absent or null list.
    pub fn entries(&self) -> &[Ace] {
        match self {
            Acl::Entries(entries) => entries,
            Acl::Absent | Acl::Null => &[],
        }
    }

    /// Whether the entries are in canonical order (MS-DTYP 2.4.5): explicit before inherited ones; of the
    /// explicit ones denies before allows, and of each those for the object before those for a child or
    /// property. Another order is legal, but an editor of Windows will not keep it.
    pub fn is_canonical(&self) -> bool {
        let rank = |ace: &Ace| match ace.kind.effect() {
            _ if ace.flags.contains(AceFlags::INHERITED) => 4,
            Some(Effect::Deny) => u8::from(ace.object_type.is_some()),
            Some(Effect::Allow) => 2 + u8::from(ace.object_type.is_some()),
            None => 0,
        };
        self.entries().is_sorted_by_key(rank)
    }
}

/// Which of the two lists of a descriptor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AclSide {
    /// The discretionary list, `D:`.
    Dacl,
    /// The system list, `S:`.
    Sacl,
}

impl SecurityDescriptor {
    /// One of the two lists.
    pub fn acl(&self, side: AclSide) -> &Acl {
        match side {
            AclSide::Dacl => &self.dacl,
            AclSide::Sacl => &self.sacl,
        }
    }

    /// The same with the SID in place of every alias whose domain the context knows.
    #[must_use]
    pub fn resolve(&self, context: &Context) -> SecurityDescriptor {
        let mut resolved = self.clone();
        let fix = |trustee: &mut Trustee| {
            if let Some(sid) = trustee.resolve(context) {
                *trustee = Trustee::Sid(sid);
            }
        };
        resolved.owner.iter_mut().chain(&mut resolved.group).for_each(fix);
        for acl in [&mut resolved.dacl, &mut resolved.sacl] {
            let Acl::Entries(entries) = acl else { continue };
            for ace in entries {
                fix(&mut ace.trustee);
                match &mut ace.data {
                    AceData::Condition(expression) => in_expression(expression, &fix),
                    AceData::Attribute(attribute) => {
                        if let Values::Sid(all) = &mut attribute.values {
                            all.iter_mut().for_each(fix);
                        }
                    }
                    AceData::None | AceData::Bytes(_) => {}
                }
            }
        }
        resolved
    }
}

fn in_expression(expression: &mut Expression, fix: &impl Fn(&mut Trustee)) {
    match expression {
        Expression::Member(_, operand) | Expression::Compare(_, _, operand) => in_operand(operand, fix),
        Expression::Not(inner) => in_expression(inner, fix),
        Expression::And(left, right) | Expression::Or(left, right) => {
            in_expression(left, fix);
            in_expression(right, fix);
        }
        Expression::Attribute(_) | Expression::Exists(_) | Expression::NotExists(_) => {}
    }
}

fn in_operand(operand: &mut Operand, fix: &impl Fn(&mut Trustee)) {
    match operand {
        Operand::Sid(trustee) => fix(trustee),
        Operand::Composite(all) => all.iter_mut().for_each(|one| in_operand(one, fix)),
        Operand::Attribute(_) | Operand::Integer(_) | Operand::String(_) | Operand::Octets(_) => {}
    }
}

/// The control flags of a descriptor (MS-DTYP 2.4.6), but for DACL present, SACL present and
/// self-relative, which follow from the value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Control(pub u16);

impl Control {
    /// OD: the owner came from a default.
    pub const OWNER_DEFAULTED: Control = Control(0x0001);
    /// GD: the group came from a default.
    pub const GROUP_DEFAULTED: Control = Control(0x0002);
    /// DP: there is a DACL; only in bytes, here it follows from [`SecurityDescriptor::dacl`].
    pub const DACL_PRESENT: Control = Control(0x0004);
    /// DD: the DACL came from a default.
    pub const DACL_DEFAULTED: Control = Control(0x0008);
    /// SP: there is a SACL; only in bytes, here it follows from [`SecurityDescriptor::sacl`].
    pub const SACL_PRESENT: Control = Control(0x0010);
    /// SD: the SACL came from a default.
    pub const SACL_DEFAULTED: Control = Control(0x0020);
    /// DT: the DACL is trusted.
    pub const DACL_TRUSTED: Control = Control(0x0040);
    /// SS: server security.
    pub const SERVER_SECURITY: Control = Control(0x0080);
    /// DC, `AR` in `D:`: children are to inherit automatically.
    pub const DACL_AUTO_INHERIT_REQUIRED: Control = Control(0x0100);
    /// SC, `AR` in `S:`.
    pub const SACL_AUTO_INHERIT_REQUIRED: Control = Control(0x0200);
    /// DI, `AI` in `D:`: inherited ACEs were put in by the system.
    pub const DACL_AUTO_INHERITED: Control = Control(0x0400);
    /// SI, `AI` in `S:`.
    pub const SACL_AUTO_INHERITED: Control = Control(0x0800);
    /// PD, `P` in `D:`: nothing is inherited from the parent.
    pub const DACL_PROTECTED: Control = Control(0x1000);
    /// PS, `P` in `S:`.
    pub const SACL_PROTECTED: Control = Control(0x2000);
    /// RM: the resource manager control bits are meaningful.
    pub const RM_CONTROL_VALID: Control = Control(0x4000);
    /// SR: the bytes are self-relative; only in bytes.
    pub const SELF_RELATIVE: Control = Control(0x8000);
    /// The flags that follow from the value and are kept only in bytes.
    pub const DERIVED: Control = Control(0x8014);

    /// Whether all flags of `other` are set.
    pub const fn contains(self, other: Control) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of flags.
    #[must_use]
    pub const fn union(self, other: Control) -> Control {
        Control(self.0 | other.0)
    }

    /// The flags that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Control) -> Control {
        Control(self.0 & !other.0)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn canonical_order() {
        let canonical = |text: &str| crate::sddl::parse(text).unwrap().descriptor.dacl.is_canonical();
        assert!(canonical("D:(D;;FA;;;BG)(A;;FA;;;BA)(D;ID;FA;;;BU)(A;ID;FA;;;SY)(D;ID;FA;;;AN)"));
        assert!(canonical("D:") && canonical("D:NO_ACCESS_CONTROL") && canonical(""));
        assert!(!canonical("D:(A;;FA;;;BA)(D;;FA;;;BG)"));
        assert!(!canonical("D:(A;ID;FA;;;BA)(A;;FA;;;BG)"));
        assert!(!canonical("D:(OD;;CR;00299570-246d-11d0-a768-00aa006e0529;;WD)(D;;FA;;;BG)"));
    }
}
