//! Descriptors of every shape that both forms can hold.

use cmlint_winsec::{
    AccessMask, Ace, AceData, AceFlags, AceKind, Acl, Attribute, Comparison, Control, Expression, Guid,
    Integer, MemberTest, Operand, Radix, ResourceAttribute, SecurityDescriptor, Sid, Sign, Source, Values,
    Width, well_known as wk,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Any descriptor that both text and bytes can hold: no control flags that text has no letters for.
pub(crate) fn descriptor() -> impl Strategy<Value = SecurityDescriptor> {
    let acl = |kinds: &'static [AceKind]| {
        prop_oneof![
            1 => Just(Acl::Absent),
            1 => Just(Acl::Null),
            6 => vec(ace(kinds), 0..5).prop_map(Acl::Entries),
        ]
    };
    let parts = (option::of(sid()), option::of(sid()), acl(DACL), acl(SACL), 0u16..64);
    parts.prop_map(|(owner, group, dacl, sacl, flags)| {
        let mut control = Control(0);
        let all = [
            (Control::DACL_PROTECTED, &dacl),
            (Control::DACL_AUTO_INHERIT_REQUIRED, &dacl),
            (Control::DACL_AUTO_INHERITED, &dacl),
            (Control::SACL_PROTECTED, &sacl),
            (Control::SACL_AUTO_INHERIT_REQUIRED, &sacl),
            (Control::SACL_AUTO_INHERITED, &sacl),
        ];
        for (bit, (flag, acl)) in all.into_iter().enumerate() {
            if flags & 1 << bit != 0 && *acl != Acl::Absent {
                control = control.union(flag);
            }
        }
        let (owner, group) = (owner.map(Into::into), group.map(Into::into));
        SecurityDescriptor { owner, group, control, rm_control: 0, dacl, sacl }
    })
}

const DACL: &[AceKind] = &[
    AceKind::Allowed,
    AceKind::Denied,
    AceKind::AllowedObject,
    AceKind::DeniedObject,
    AceKind::AllowedCallback,
    AceKind::DeniedCallback,
    AceKind::AllowedCallbackObject,
];

const SACL: &[AceKind] = &[
    AceKind::Audit,
    AceKind::Alarm,
    AceKind::AuditObject,
    AceKind::AlarmObject,
    AceKind::AuditCallback,
    AceKind::MandatoryLabel,
    AceKind::ResourceAttribute,
    AceKind::ScopedPolicyId,
    AceKind::ProcessTrustLabel,
    AceKind::AccessFilter,
];

pub(crate) fn sid() -> impl Strategy<Value = Sid> {
    let any = (0u64..1 << 48, vec(any::<u32>(), 1..=15));
    prop_oneof![
        select(&[wk::EVERYONE, wk::ADMINISTRATORS, wk::SYSTEM, wk::OWNER_RIGHTS, wk::TRUSTED_INSTALLER][..]),
        (1u32..2000).prop_map(|rid| Sid::new(5, [21, 1, 2, 3, rid])),
        any.prop_map(|(authority, sub)| Sid::from_parts(authority, &sub).unwrap()),
    ]
}

fn guid() -> impl Strategy<Value = Guid> {
    any::<u128>().prop_map(Guid::from_u128)
}

fn ace(kinds: &'static [AceKind]) -> impl Strategy<Value = Ace> {
    select(kinds).prop_flat_map(|kind| {
        let conditional = kind.is_callback() || kind == AceKind::AccessFilter;
        let data = match kind {
            AceKind::ResourceAttribute => attribute().prop_map(AceData::Attribute).boxed(),
            _ if conditional => expression().prop_map(AceData::Condition).boxed(),
            _ => Just(AceData::None).boxed(),
        };
        let types = if kind.is_object() {
            (option::of(guid()), option::of(guid())).boxed()
        } else {
            Just((None, None)).boxed()
        };
        (any::<u32>(), any::<u8>(), sid(), types, data).prop_map(move |(mask, flags, sid, types, data)| {
            let mut ace = Ace::new(kind, AccessMask(mask), sid);
            ace.flags = AceFlags(flags);
            (ace.object_type, ace.inherited_object_type) = types;
            ace.data = data;
            ace
        })
    })
}

fn attribute() -> impl Strategy<Value = ResourceAttribute> {
    let values = prop_oneof![
        vec(any::<i64>(), 0..4).prop_map(Values::Int),
        vec(any::<u64>(), 0..4).prop_map(Values::Uint),
        vec("[^\0]{0,6}", 0..4).prop_map(Values::String),
        vec(sid().prop_map(Into::into), 0..4).prop_map(Values::Sid),
        vec(0u64..3, 0..4).prop_map(Values::Bool),
        vec(vec(any::<u8>(), 0..6), 0..4).prop_map(Values::Octets),
    ];
    ("[^\0]{1,8}", any::<u32>(), values).prop_map(|(name, flags, values)| ResourceAttribute {
        name,
        flags,
        values,
    })
}

fn name() -> impl Strategy<Value = Attribute> {
    let prefixed = (select(&[Source::User, Source::Device, Source::Resource][..]), "[^\0]{1,8}");
    prop_oneof![
        "[A-Za-z0-9][a-z0-9:./_@]{0,3}9".prop_map(|name| Attribute { source: Source::Local, name }),
        prefixed.prop_map(|(source, name)| Attribute { source, name }),
    ]
}

fn literal() -> impl Strategy<Value = Operand> {
    let radix = select(&[Radix::Octal, Radix::Decimal, Radix::Hexadecimal][..]);
    let sign = select(&[Sign::Plus, Sign::Minus, Sign::Absent][..]);
    let integer = (any::<i64>(), sign, radix).prop_map(|(value, sign, radix)| {
        let value = if sign == Sign::Minus && value > 0 { -value } else { value };
        Operand::Integer(Integer { value, sign, radix, width: Width::Bits64 })
    });
    prop_oneof![
        integer,
        ".{0,8}".prop_map(Operand::String),
        vec(any::<u8>(), 0..5).prop_map(Operand::Octets),
        sid().prop_map(|sid| Operand::Sid(sid.into())),
    ]
}

fn operand() -> impl Strategy<Value = Operand> {
    let prefixed = name().prop_filter("the right side has a prefix", |name| name.source != Source::Local);
    prop_oneof![
        literal(),
        prefixed.prop_map(Operand::Attribute),
        vec(literal(), 0..4).prop_map(Operand::Composite),
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    use Comparison as C;
    use MemberTest as M;
    let comparisons = [
        C::Equal,
        C::NotEqual,
        C::Less,
        C::LessOrEqual,
        C::Greater,
        C::GreaterOrEqual,
        C::Contains,
        C::NotContains,
        C::AnyOf,
        C::NotAnyOf,
    ];
    let members = [
        M::MemberOf,
        M::DeviceMemberOf,
        M::MemberOfAny,
        M::DeviceMemberOfAny,
        M::NotMemberOf,
        M::NotDeviceMemberOf,
        M::NotMemberOfAny,
        M::NotDeviceMemberOfAny,
    ];
    let leaf = prop_oneof![
        name().prop_map(Expression::Attribute),
        name().prop_map(Expression::Exists),
        name().prop_map(Expression::NotExists),
        (select(members.to_vec()), operand()).prop_map(|(test, sids)| Expression::Member(test, sids)),
        (select(comparisons.to_vec()), name(), operand())
            .prop_map(|(comparison, left, right)| Expression::Compare(comparison, left, right)),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| Expression::Not(Box::new(e))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Expression::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Expression::Or(Box::new(a), Box::new(b))),
        ]
    })
}
