//! The access check on worked examples, each with the section of the document it follows.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use cmlint_winsec::{
    Access, AccessMask, Acl, AclSide, Decider, Doubt, Kind, ObjectType, Request, SecurityDescriptor, Tri,
    Trustee, Verdict, access_check, object_types as ot, sddl,
};

const USER: &str = "S-1-5-21-1-2-3-1000";

fn sd(text: &str) -> SecurityDescriptor {
    sddl::parse(text).unwrap_or_else(|e| panic!("{text}: {e}")).descriptor
}

/// A token that holds exactly these SIDs or aliases.
fn token(sids: &str) -> impl Fn(&Trustee) -> Tri {
    let all: Vec<Trustee> = sids.split(' ').map(trustee).collect();
    move |wanted| Tri::from(all.contains(wanted))
}

/// A token that holds `yes`, may hold `maybe`, and nothing else.
fn perhaps(yes: &str, maybe: &str) -> impl Fn(&Trustee) -> Tri {
    let (yes, maybe) = (token(yes), token(maybe));
    move |wanted| match (yes(wanted), maybe(wanted)) {
        (Tri::Yes, _) => Tri::Yes,
        (_, Tri::Yes) => Tri::Unknown,
        _ => Tri::No,
    }
}

fn trustee(text: &str) -> Trustee {
    Trustee::from_alias(text).unwrap_or_else(|| Trustee::Sid(text.parse().unwrap()))
}

fn file(text: &str, holds: impl Fn(&Trustee) -> Tri, mask: u32) -> Access {
    access_check(&sd(text), holds, &Request::new(Kind::File, AccessMask(mask)))
}

fn verdict(access: &Access, bit: u32) -> Verdict {
    access.bit(AccessMask(bit)).unwrap().clone()
}

fn granted(i: usize) -> Verdict {
    Verdict::Granted { by: Decider::Ace(i) }
}

fn denied(i: usize) -> Verdict {
    Verdict::Denied { by: Decider::Ace(i) }
}

/// MS-DTYP 2.5.3.2: the list is followed in order, and each bit is decided once.
#[test]
fn the_first_ace_that_names_a_bit_decides_it() {
    let text = "O:BAG:BAD:(A;;0x1;;;WD)(D;;0x3;;;WD)(A;;0x2;;;WD)";
    let access = file(text, token("WD"), 0x7);
    assert_eq!(verdict(&access, 1), granted(0));
    assert_eq!(verdict(&access, 2), denied(1));
    assert_eq!(verdict(&access, 4), Verdict::Denied { by: Decider::NothingGrants });
    assert_eq!((access.all(), access.any()), (Tri::No, Tri::Yes));
    assert_eq!(access.aces(), [0, 1]);
}

/// MS-DTYP 2.4.4.1: INHERIT_ONLY_ACE does not control access to the object itself.
#[test]
fn inherit_only_aces_are_skipped() {
    let access = file("O:BAG:BAD:(D;OICIIO;FA;;;WD)(A;;FA;;;WD)", token("WD"), 0x1F_01FF);
    assert_eq!(access.all(), Tri::Yes);
}

/// MS-DTYP 2.5.3.2: no DACL and a null DACL grant everything, an empty one nothing but the owner's rights.
#[test]
fn absent_null_and_empty_are_three_things() {
    for text in ["O:BAG:BA", "O:BAG:BAD:NO_ACCESS_CONTROL"] {
        let access = file(text, token("WD"), 0x1F_01FF);
        assert_eq!(access.all(), Tri::Yes);
        assert_eq!(verdict(&access, 1), Verdict::Granted { by: Decider::NoDacl });
    }
    assert_eq!(sd("O:BA").dacl, Acl::Absent);
    assert_eq!(sd("D:NO_ACCESS_CONTROL").dacl, Acl::Null);
    assert_eq!(sd("D:").dacl, Acl::Entries(Vec::new()));
    let access = file("O:BAG:BAD:", token("WD"), 0x1F_01FF);
    assert_eq!(access.granted(), AccessMask::NONE);
    let owner = file("O:BAG:BAD:", token("BA"), 0x1F_01FF);
    assert_eq!(owner.granted(), AccessMask::READ_CONTROL | AccessMask::WRITE_DAC);
}

/// MS-DTYP 2.5.3.2: the owner has READ_CONTROL and WRITE_DAC before any ACE, unless the list names OWNER
/// RIGHTS.
#[test]
fn owners_and_owner_rights() {
    let access = file("O:BAG:BAD:(D;;FA;;;BA)", token("BA"), 0x6_0001);
    assert_eq!(verdict(&access, 0x2_0000), Verdict::Granted { by: Decider::Owner });
    assert_eq!(verdict(&access, 1), denied(0));

    let limited = "O:BAG:BAD:(A;;RC;;;OW)(A;;0x1;;;WD)";
    let access = file(limited, token("BA WD"), 0x6_0001);
    assert_eq!(verdict(&access, 0x2_0000), granted(0));
    assert_eq!(verdict(&access, 0x4_0000), Verdict::Denied { by: Decider::NothingGrants });
    assert_eq!(file(limited, token("WD"), 0x2_0000).all(), Tri::No, "only the owner holds OWNER RIGHTS");

    let inherited_only = file("O:BAG:BAD:(A;OICIIO;RC;;;OW)", token("BA"), 0x4_0000);
    assert_eq!(inherited_only.all(), Tri::Yes, "an inherit-only ACE limits children, not this object");
}

#[test]
fn an_owner_that_was_not_read_may_be_anybody() {
    let access = file("D:(A;;0x1;;;WD)", token("WD"), 0x6_0001);
    assert_eq!(verdict(&access, 1), granted(0));
    assert_eq!(verdict(&access, 0x4_0000), Verdict::Unknown { because: vec![Doubt::Owner] });
    let full = file("D:(A;;FA;;;WD)", token("WD"), 0x1F_01FF);
    assert_eq!(full.all(), Tri::Yes, "an ACE grants what the owner would have anyway");
}

/// MS-DTYP 2.5.3.2: SeTakeOwnershipPrivilege grants WRITE_OWNER, SeSecurityPrivilege the SACL.
#[test]
fn privileges() {
    let descriptor = sd("O:BAG:BAD:(D;;WO;;;WD)(A;;0x1000000;;;WD)");
    let mask = AccessMask::WRITE_OWNER | AccessMask::ACCESS_SYSTEM_SECURITY;
    let mut request = Request::new(Kind::File, mask);
    assert_eq!(access_check(&descriptor, token("WD"), &request).granted(), AccessMask::NONE);
    request.take_ownership = Tri::Yes;
    request.security = Tri::Yes;
    assert_eq!(access_check(&descriptor, token("WD"), &request).granted(), mask);
    request.take_ownership = Tri::Unknown;
    request.security = Tri::Unknown;
    let access = access_check(&descriptor, token("WD"), &request);
    assert_eq!(access.unknown(), mask);
    let granting = sd("O:BAG:BAD:(A;;WO;;;WD)");
    assert_eq!(access_check(&granting, token("WD"), &request).granted(), AccessMask::WRITE_OWNER);
}

/// MS-DTYP 2.5.3.1.1: SELF is replaced by the account that the object is.
#[test]
fn principal_self() {
    let descriptor = sd("O:BAG:BAD:(A;;0x20;;;PS)");
    let mut request = Request::new(Kind::DirectoryObject, AccessMask(0x20));
    assert_eq!(access_check(&descriptor, token(USER), &request).all(), Tri::No);
    request.principal_self = Some(USER.parse().unwrap());
    assert_eq!(access_check(&descriptor, token(USER), &request).all(), Tri::Yes);
    assert_eq!(access_check(&descriptor, token("BA"), &request).all(), Tri::No);
}

#[test]
fn creator_owner_is_held_by_nobody() {
    let everything = |_: &Trustee| Tri::Yes;
    let access = file("O:BAG:BAD:(D;;0x1;;;CO)(A;;0x1;;;WD)", everything, 1);
    assert_eq!(verdict(&access, 1), granted(1));
}

/// Membership that is not known: unknown unless all ways end alike.
#[test]
fn unknown_membership_is_carried() {
    let maybe = || perhaps("WD", "BU");
    let because = |doubts: &[Doubt]| Verdict::Unknown { because: doubts.to_vec() };
    let at = |text: &str| verdict(&file(&format!("O:BAG:BAD:{text}"), maybe(), 1), 1);
    assert_eq!(at("(A;;0x1;;;BU)"), because(&[Doubt::Membership(0)]));
    assert_eq!(at("(A;;0x1;;;BU)(A;;0x1;;;WD)"), granted(1));
    assert_eq!(at("(D;;0x1;;;BU)(A;;0x1;;;WD)"), because(&[Doubt::Membership(0)]));
    assert_eq!(at("(D;;0x1;;;BU)"), Verdict::Denied { by: Decider::NothingGrants });
    assert_eq!(at("(A;;0x1;;;WD)(D;;0x1;;;BU)"), granted(0));
    assert_eq!(at("(D;;0x1;;;BU)(D;;0x1;;;WD)"), denied(1));
    // Who is in the group is denied first, who is not does not get the second: denied either way.
    assert_eq!(at("(D;;0x1;;;BU)(A;;0x1;;;BU)"), Verdict::Denied { by: Decider::NothingGrants });
    let owner = file("O:BUG:BAD:(A;;0x1;;;WD)", maybe(), 0x4_0000);
    assert_eq!(verdict(&owner, 0x4_0000), because(&[Doubt::Owner]));
    let owner_rights = file("O:BUG:BAD:(A;;0x1;;;OW)", maybe(), 0x1);
    assert_eq!(verdict(&owner_rights, 1), because(&[Doubt::Owner]));
}

#[test]
fn an_alias_without_a_domain_is_asked_for_as_it_stands() {
    let descriptor = sd("O:BAG:BAD:(A;;0x1;;;DA)");
    let asked = |trustee: &Trustee| match trustee {
        Trustee::DomainRelative(relative) if relative.rid == 512 => Tri::Unknown,
        _ => Tri::No,
    };
    let access = access_check(&descriptor, asked, &Request::new(Kind::File, AccessMask(1)));
    assert_eq!(access.all(), Tri::Unknown);
}

/// MS-DTYP 2.4.4.17.3: whether a conditional ACE applies depends on claims that nobody exported.
#[test]
fn conditional_aces_leave_their_bits_open() {
    let condition = "(@User.Title == \"PM\")";
    let at = |text: String| verdict(&file(&format!("O:BAG:BAD:{text}"), token("WD"), 1), 1);
    let open = |i| Verdict::Unknown { because: vec![Doubt::Condition(i)] };
    assert_eq!(at(format!("(XA;;0x1;;;WD;{condition})")), open(0));
    assert_eq!(at(format!("(XD;;0x1;;;WD;{condition})(A;;0x1;;;WD)")), open(0));
    assert_eq!(at(format!("(A;;0x1;;;WD)(XD;;0x1;;;WD;{condition})")), granted(0));
    assert_eq!(at(format!("(XD;;0x1;;;BU;{condition})(A;;0x1;;;WD)")), granted(1));
    assert_eq!(at(format!("(XA;;0x1;;;WD;{condition})(A;;0x1;;;WD)")), granted(1));
    assert_eq!(at(format!("(XD;;0x1;;;WD;{condition})")), Verdict::Denied { by: Decider::NothingGrants });
    let both = file(&format!("O:BAG:BAD:(XA;;0x1;;;BU;{condition})"), perhaps("WD", "BU"), 1);
    let because = vec![Doubt::Membership(0), Doubt::Condition(0)];
    assert_eq!(verdict(&both, 1), Verdict::Unknown { because });
}

/// MS-DTYP 2.4.3: generic rights are mapped before the check, in the request and in ACEs.
#[test]
fn generic_rights_are_mapped_on_both_sides() {
    let request = Request::new(Kind::File, AccessMask::GENERIC_WRITE);
    let access = access_check(&sd("O:BAG:BAD:(A;;FA;;;WD)"), token("WD"), &request);
    assert_eq!((access.granted(), access.all()), (AccessMask(0x12_0116), Tri::Yes));
    assert_eq!(file("O:BAG:BAD:(A;;GA;;;WD)", token("WD"), 0x1F_01FF).all(), Tri::Yes);
    let undocumented = sd("O:BAG:BAD:(A;;GR;;;WD)");
    let request = Request::new(Kind::WmiNamespace, AccessMask(1));
    let access = access_check(&undocumented, token("WD"), &request);
    assert_eq!(verdict(&access, 1), Verdict::Unknown { because: vec![Doubt::Meaning(0)] });
    let request = Request::new(Kind::WmiNamespace, AccessMask::GENERIC_READ);
    assert_eq!(access_check(&undocumented, token("WD"), &request).all(), Tri::Unknown);
}

/// win32 "Access Control Lists for COM": execute alone is the old form and means all.
#[test]
fn com_execute_alone_means_all() {
    let request = Request::new(Kind::ComLaunch, AccessMask(0x11));
    assert_eq!(access_check(&sd("O:BAG:BAD:(A;;CC;;;WD)"), token("WD"), &request).all(), Tri::Yes);
    assert_eq!(access_check(&sd("O:BAG:BAD:(A;;CCDC;;;WD)"), token("WD"), &request).all(), Tri::No);
}

#[test]
fn maximum_allowed_judges_every_bit_that_exists() {
    let text = "O:BAG:BAD:(D;;0x2;;;WD)(A;;0x13;;;WD)(A;;0x200;;;WD)";
    let access = file(text, token("WD"), AccessMask::MAXIMUM_ALLOWED.0);
    assert_eq!(access.granted(), AccessMask(0x211));
    assert_eq!(access.granted() | access.denied(), AccessMask(0x1F_03FF));
}

/// An ACE of a type that no document names may do anything.
#[test]
fn unknown_ace_types_are_not_ignored() {
    let mut descriptor = sd("O:BAG:BAD:(A;;0x1;;;WD)");
    if let Acl::Entries(entries) = &mut descriptor.dacl {
        entries[0].kind = cmlint_winsec::AceKind::Other(0x77);
    }
    let access = access_check(&descriptor, |_| Tri::No, &Request::new(Kind::File, AccessMask(1)));
    assert_eq!(verdict(&access, 1), Verdict::Unknown { because: vec![Doubt::Meaning(0)] });
}

fn directory(text: &str, mask: u32, tree: &[ObjectType], node: usize) -> Verdict {
    let request = Request::new(Kind::DirectoryObject, AccessMask(mask)).on(tree, node);
    let access = access_check(&sd(&format!("O:BAG:BAD:{text}")), token("WD"), &request);
    verdict(&access, mask)
}

/// MS-ADTS 5.1.3.3.3: rights for a property set reach its properties, not the object.
#[test]
fn property_sets() {
    let tree = ObjectType::path(&[ot::USER, ot::ACCOUNT_RESTRICTIONS, ot::USER_ACCOUNT_CONTROL]);
    let nothing = Verdict::Denied { by: Decider::NothingGrants };
    let set = format!("(OA;;WP;{};;WD)", ot::ACCOUNT_RESTRICTIONS);
    assert_eq!(directory(&set, 0x20, &tree, 2), granted(0));
    assert_eq!(directory(&set, 0x20, &tree, 1), granted(0));
    let other = ObjectType::path(&[ot::USER, ot::MEMBER]);
    assert_eq!(directory(&set, 0x20, &other, 1), nothing);
    assert_eq!(directory(&set, 0x20, &[], 0), nothing, "not on the object as a whole");
    let property = format!("(OA;;WP;{};;WD)", ot::USER_ACCOUNT_CONTROL);
    assert_eq!(directory(&property, 0x20, &tree, 2), granted(0));
    assert_eq!(directory("(OA;;WP;;;WD)", 0x20, &tree, 2), granted(0), "no type: all types");
    assert_eq!(directory("(A;;WP;;;WD)", 0x20, &tree, 2), granted(0));
}

/// MS-ADTS 5.1.3.3.3, rule for allowed ACEs: what every child of an entry grants, the entry grants.
#[test]
fn all_properties_of_a_set_are_the_set() {
    let level = |level, guid| ObjectType { level, guid };
    let tree = [
        level(0, ot::USER),
        level(1, ot::ACCOUNT_RESTRICTIONS),
        level(2, ot::USER_ACCOUNT_CONTROL),
        level(2, ot::ALLOWED_TO_ACT),
    ];
    let one = format!("(OA;;WP;{};;WD)", ot::USER_ACCOUNT_CONTROL);
    let both = format!("{one}(OA;;WP;{};;WD)", ot::ALLOWED_TO_ACT);
    assert_eq!(directory(&one, 0x20, &tree, 1), Verdict::Denied { by: Decider::NothingGrants });
    assert_eq!(directory(&both, 0x20, &tree, 1), granted(1));
    assert_eq!(directory(&both, 0x20, &tree, 0), granted(1));
}

/// MS-ADTS 5.1.3.3.3, rule for denied ACEs: a property that is denied denies the set and the object, and
/// only what was not granted before.
#[test]
fn a_denied_property_denies_what_is_above_it() {
    let level = |level, guid| ObjectType { level, guid };
    let tree = [
        level(0, ot::USER),
        level(1, ot::ACCOUNT_RESTRICTIONS),
        level(2, ot::USER_ACCOUNT_CONTROL),
        level(2, ot::ALLOWED_TO_ACT),
    ];
    let deny_first = format!("(OD;;WP;{};;WD)(A;;WP;;;WD)", ot::USER_ACCOUNT_CONTROL);
    assert_eq!(directory(&deny_first, 0x20, &tree, 2), denied(0));
    assert_eq!(directory(&deny_first, 0x20, &tree, 0), denied(0));
    assert_eq!(directory(&deny_first, 0x20, &tree, 3), granted(1), "a sibling is not concerned");
    assert_eq!(directory(&deny_first, 0x20, &[], 0), denied(0), "the object as a whole");
    let allow_first = format!("(A;;WP;;;WD)(OD;;WP;{};;WD)", ot::USER_ACCOUNT_CONTROL);
    assert_eq!(directory(&allow_first, 0x20, &tree, 2), granted(0));
}

/// MS-ADTS 5.1.3.3.4: an extended right is granted by its own GUID or by all extended rights.
#[test]
fn extended_rights() {
    let tree = ObjectType::path(&[ot::RESET_PASSWORD]);
    let own = format!("(OA;;CR;{};;WD)", ot::RESET_PASSWORD);
    assert_eq!(directory(&own, 0x100, &tree, 0), granted(0));
    assert_eq!(directory("(OA;;CR;;;WD)", 0x100, &tree, 0), granted(0));
    assert_eq!(directory("(A;;CR;;;WD)", 0x100, &tree, 0), granted(0));
    let other = format!("(OA;;CR;{};;WD)", ot::REPLICATION_GET_CHANGES);
    assert_eq!(directory(&other, 0x100, &tree, 0), Verdict::Denied { by: Decider::NothingGrants });
    let denied_first = format!("(OD;;CR;{};;WD)(A;;CR;;;WD)", ot::RESET_PASSWORD);
    assert_eq!(directory(&denied_first, 0x100, &tree, 0), denied(0));
}

/// MS-ADTS 5.1.3.2, create child: the class of the child is the object type.
#[test]
fn creating_children_of_one_class() {
    let join = format!("(OA;CI;CC;{};;WD)", ot::COMPUTER);
    let computer = ObjectType::path(&[ot::COMPUTER]);
    let user = ObjectType::path(&[ot::USER]);
    assert_eq!(directory(&join, 1, &computer, 0), granted(0));
    assert_eq!(directory(&join, 1, &user, 0), Verdict::Denied { by: Decider::NothingGrants });
    let below = format!("(OA;CIIO;CR;{};{};WD)", ot::RESET_PASSWORD, ot::COMPUTER);
    let reset = ObjectType::path(&[ot::RESET_PASSWORD]);
    assert_eq!(directory(&below, 0x100, &reset, 0), Verdict::Denied { by: Decider::NothingGrants });
}

/// The number of the deciding ACE leads to its place in the text.
#[test]
fn a_verdict_points_into_the_text() {
    let text = "O:BAG:BAD:(A;;0x1;;;BU)(D;;0x1;;;WD)";
    let parsed = sddl::parse(text).unwrap();
    let request = Request::new(Kind::File, AccessMask(1));
    let access = access_check(&parsed.descriptor, token("WD"), &request);
    let [decider] = access.aces()[..] else { panic!("one ACE decides") };
    let place = parsed.places.ace(AclSide::Dacl, decider).unwrap();
    assert_eq!(&text[place.whole.range()], "(D;;0x1;;;WD)");
    assert_eq!(&text[place.trustee.range()], "WD");
}
