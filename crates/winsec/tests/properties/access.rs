use cmlint_winsec::{
    Access, AccessMask, Ace, AceData, AceFlags, AceKind, Acl, Attribute, Effect, Expression, Guid, Kind,
    ObjectType, Request, SecurityDescriptor, Sid, Source, Tri, Trustee, access_check, object_types as ot,
    well_known as wk,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The trustees of these descriptors; what the token holds is one [`Tri`] for each.
const TRUSTEES: [Sid; 6] = [
    Sid::new(5, [21, 1, 2, 3, 1000]),
    wk::EVERYONE,
    wk::ADMINISTRATORS,
    wk::USERS,
    wk::BACKUP_OPERATORS,
    wk::OWNER_RIGHTS,
];
const TYPES: [Guid; 3] = [ot::USER, ot::ACCOUNT_RESTRICTIONS, ot::USER_ACCOUNT_CONTROL];

fn ace() -> impl Strategy<Value = Ace> {
    use AceKind as K;
    let kinds =
        [K::Allowed, K::Denied, K::AllowedObject, K::DeniedObject, K::AllowedCallback, K::DeniedCallback];
    let kind = prop_oneof![3 => select(kinds[..2].to_vec()), 1 => select(kinds[2..].to_vec())];
    let mask = prop_oneof![0u32..16, select(vec![0x1F_01FF, 0x6_0000, 0x12_0089])];
    (kind, mask, select(TRUSTEES.to_vec()), prop::option::of(select(TYPES.to_vec())), 0u8..16).prop_map(
        |(kind, mask, sid, object_type, flags)| {
            let mut ace = Ace::new(kind, AccessMask(mask), sid);
            ace.flags = AceFlags(flags & if flags < 8 { 7 } else { 8 });
            if kind.is_object() {
                ace.object_type = object_type;
            }
            if kind.is_callback() {
                let name = Attribute { source: Source::User, name: "Title".to_owned() };
                ace.data = AceData::Condition(Expression::Attribute(name));
            }
            ace
        },
    )
}

fn descriptor() -> impl Strategy<Value = SecurityDescriptor> {
    (prop::option::of(select(TRUSTEES[..5].to_vec())), vec(ace(), 0..6)).prop_map(|(owner, entries)| {
        SecurityDescriptor {
            owner: owner.map(Into::into),
            dacl: Acl::Entries(entries),
            ..SecurityDescriptor::default()
        }
    })
}

fn tri() -> impl Strategy<Value = Tri> {
    select(vec![Tri::Yes, Tri::No, Tri::Unknown])
}

fn token() -> impl Strategy<Value = [Tri; 6]> {
    prop::array::uniform6(tri())
}

fn check(descriptor: &SecurityDescriptor, token: &[Tri; 6]) -> Access {
    let holds = |trustee: &Trustee| {
        let at = TRUSTEES.iter().position(|sid| Trustee::Sid(*sid) == *trustee);
        at.map_or(Tri::No, |at| token[at])
    };
    let tree = ObjectType::path(&TYPES);
    let request = Request::new(Kind::DirectoryObject, AccessMask(0x1F_01FF)).on(&tree, 1);
    access_check(descriptor, holds, &request)
}

fn entries(descriptor: &mut SecurityDescriptor) -> &mut Vec<Ace> {
    match &mut descriptor.dacl {
        Acl::Entries(entries) => entries,
        Acl::Absent | Acl::Null => unreachable!("these descriptors have a list"),
    }
}

/// All tokens without an unknown that a token may turn out to be.
fn worlds(token: &[Tri; 6]) -> Vec<[Tri; 6]> {
    let mut all = vec![*token];
    for at in 0..token.len() {
        if token[at] == Tri::Unknown {
            all = all
                .into_iter()
                .flat_map(|world| {
                    [Tri::Yes, Tri::No].map(|answer| {
                        let mut world = world;
                        world[at] = answer;
                        world
                    })
                })
                .collect();
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(1024),
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    })]

    /// Adding a deny, anywhere, never grants a bit that was not granted.
    #[test]
    fn a_deny_never_grants(
        descriptor in descriptor(), token in token(), deny in ace(), at in any::<prop::sample::Index>(),
    ) {
        prop_assume!(deny.kind.effect() == Some(Effect::Deny));
        // Naming OWNER RIGHTS takes the owner's implicit rights away, which is not a deny's doing alone.
        let before = check(&descriptor, &token);
        let mut more = descriptor.clone();
        let list = entries(&mut more);
        list.insert(at.index(list.len() + 1), deny);
        let after = check(&more, &token);
        prop_assert!(before.granted().contains(after.granted()));
        prop_assert!(after.denied().contains(before.denied()));
    }

    /// A group that no deny names never takes a granted bit away.
    #[test]
    fn a_group_that_no_deny_names_takes_nothing_away(
        descriptor in descriptor(), token in token(), group in 0usize..5,
    ) {
        prop_assume!(!is_named_by_a_deny(&descriptor, group));
        let before = check(&descriptor, &token);
        let mut more = token;
        more[group] = Tri::Yes;
        let after = check(&descriptor, &more);
        prop_assert!(after.granted().contains(before.granted()));
    }

    /// Nor does it make a bit unknown, where nothing else is unknown: a deny for somebody the token may or
    /// may not be, or with a condition, may stand before the allow that the group brings into play.
    #[test]
    fn a_group_makes_nothing_unknown(
        descriptor in descriptor(), known in prop::array::uniform6(any::<bool>()), group in 0usize..5,
    ) {
        let list = descriptor.dacl.entries();
        prop_assume!(!list.iter().any(|ace| ace.kind.is_callback()) && descriptor.owner.is_some());
        prop_assume!(!is_named_by_a_deny(&descriptor, group));
        let mut token = known.map(Tri::from);
        for before in [Tri::No, Tri::Unknown] {
            token[group] = before;
            let before = check(&descriptor, &token);
            token[group] = Tri::Yes;
            let after = check(&descriptor, &token);
            prop_assert_eq!(after.unknown(), AccessMask::NONE);
            prop_assert!(after.granted().contains(before.granted()));
        }
    }

    /// Neighbours that both allow or both deny can change places, and so can any that share no bit.
    #[test]
    fn order_matters_only_between_allow_and_deny_of_one_bit(
        descriptor in descriptor(), token in token(), at in any::<prop::sample::Index>(),
    ) {
        let list = descriptor.dacl.entries();
        prop_assume!(list.len() > 1);
        let at = at.index(list.len() - 1);
        let (a, b) = (&list[at], &list[at + 1]);
        prop_assume!(a.kind.effect() == b.kind.effect() || !a.mask.intersects(b.mask));
        let before = check(&descriptor, &token);
        let mut swapped = descriptor.clone();
        entries(&mut swapped).swap(at, at + 1);
        let after = check(&swapped, &token);
        prop_assert_eq!(before.granted(), after.granted());
        prop_assert_eq!(before.denied(), after.denied());
    }

    /// What is granted or denied with unknowns is so however they turn out, and what is unknown without
    /// conditions and object types can really turn out either way.
    #[test]
    fn unknown_means_that_it_could_be_either(descriptor in descriptor(), token in token()) {
        let access = check(&descriptor, &token);
        let (mut sometimes, mut always) = (AccessMask::NONE, AccessMask(u32::MAX));
        for world in worlds(&token) {
            let known = check(&descriptor, &world);
            prop_assert!(known.granted().contains(access.granted()));
            prop_assert!(known.denied().contains(access.denied()));
            sometimes |= known.granted();
            always &= known.granted();
        }
        let plain = descriptor.dacl.entries().iter().all(|ace| !ace.kind.is_object() && !ace.kind.is_callback());
        if plain && descriptor.owner.is_some() {
            prop_assert!(sometimes.contains(access.unknown()) && !always.intersects(access.unknown()));
        }
    }

    /// An inherit-only ACE changes nothing.
    #[test]
    fn inherit_only_changes_nothing(
        descriptor in descriptor(), token in token(), mut extra in ace(), at in any::<prop::sample::Index>(),
    ) {
        extra.flags = AceFlags::INHERIT_ONLY | AceFlags::CONTAINER_INHERIT;
        let before = check(&descriptor, &token);
        let mut more = descriptor.clone();
        let list = entries(&mut more);
        list.insert(at.index(list.len() + 1), extra);
        let after = check(&more, &token);
        prop_assert_eq!((before.granted(), before.denied()), (after.granted(), after.denied()));
    }
}

/// Whether a deny, conditional or object ACE names a trustee; for the owner also one for OWNER RIGHTS.
fn is_named_by_a_deny(descriptor: &SecurityDescriptor, at: usize) -> bool {
    let group = Trustee::Sid(TRUSTEES[at]);
    let names = |ace: &Ace| {
        ace.trustee == group
            || (ace.trustee == Trustee::Sid(wk::OWNER_RIGHTS) && descriptor.owner.is_none_or(|o| o == group))
    };
    let list = descriptor.dacl.entries();
    list.iter().any(|ace| names(ace) && (ace.kind != AceKind::Allowed))
}
