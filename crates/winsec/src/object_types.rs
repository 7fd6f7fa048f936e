//! The GUIDs that object ACEs name: classes, attributes, property sets, extended rights and validated
//! writes that a reader of Active Directory permissions meets often.
//!
//! Sources: MS-ADTS 6.1.1.2.7 (extended rights, property sets, validated writes), MS-ADSC and the win32
//! schema pages (classes, attributes). The names are those that an English console shows.

use ObjectTypeKind::{Attribute, Class, ExtendedRight, PropertySet, ValidatedWrite};

use crate::kind::{Right, same_name};
use crate::{AccessMask, Guid};

/// Class `computer`.
pub const COMPUTER: Guid = Guid::from_u128(0xbf967a86_0de6_11d0_a285_00aa003049e2);
/// Class `user`.
pub const USER: Guid = Guid::from_u128(0xbf967aba_0de6_11d0_a285_00aa003049e2);
/// Class `group`.
pub const GROUP: Guid = Guid::from_u128(0xbf967a9c_0de6_11d0_a285_00aa003049e2);
/// Class `organizationalUnit`.
pub const ORGANIZATIONAL_UNIT: Guid = Guid::from_u128(0xbf967aa5_0de6_11d0_a285_00aa003049e2);
/// Class `container`.
pub const CONTAINER: Guid = Guid::from_u128(0xbf967a8b_0de6_11d0_a285_00aa003049e2);
/// Extended right "Reset Password" (User-Force-Change-Password).
pub const RESET_PASSWORD: Guid = Guid::from_u128(0x00299570_246d_11d0_a768_00aa006e0529);
/// Extended right DS-Replication-Get-Changes.
pub const REPLICATION_GET_CHANGES: Guid = Guid::from_u128(0x1131f6aa_9c07_11d1_f79f_00c04fc2dcd2);
/// Extended right DS-Replication-Get-Changes-All, with which secrets can be replicated.
pub const REPLICATION_GET_CHANGES_ALL: Guid = Guid::from_u128(0x1131f6ad_9c07_11d1_f79f_00c04fc2dcd2);
/// Attribute `member`, and the validated write "Add/remove self as member".
pub const MEMBER: Guid = Guid::from_u128(0xbf9679c0_0de6_11d0_a285_00aa003049e2);
/// Attribute `servicePrincipalName`, and its validated write.
pub const SERVICE_PRINCIPAL_NAME: Guid = Guid::from_u128(0xf3a64788_5306_11d1_a9c5_0000f80367c1);
/// Attribute `dNSHostName`, its property set, and its validated write.
pub const DNS_HOST_NAME: Guid = Guid::from_u128(0x72e39547_7b18_11d1_adef_00c04fd8d5cd);
/// Attribute `userAccountControl`.
pub const USER_ACCOUNT_CONTROL: Guid = Guid::from_u128(0xbf967a68_0de6_11d0_a285_00aa003049e2);
/// Property set "Account Restrictions", which holds `userAccountControl`.
pub const ACCOUNT_RESTRICTIONS: Guid = Guid::from_u128(0x4c164200_20c0_11d0_a768_00aa006e0529);
/// Attribute `msDS-AllowedToActOnBehalfOfOtherIdentity`.
pub const ALLOWED_TO_ACT: Guid = Guid::from_u128(0x3f78c3e5_f79a_46bd_a0b8_9d18116ddc79);
/// Attribute `msDS-KeyCredentialLink`.
pub const KEY_CREDENTIAL_LINK: Guid = Guid::from_u128(0x5b47d60f_6090_40b2_9f37_2a4de88f3063);

/// The bits that an object type limits (MS-DTYP 2.4.4.3): create and delete child, validated write, read
/// and write property, control access.
pub const LIMITED_BITS: AccessMask = AccessMask(0x13B);

/// What a GUID names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ObjectTypeKind {
    /// A class of objects.
    Class,
    /// An attribute.
    Attribute,
    /// A set of attributes.
    PropertySet,
    /// An extended right.
    ExtendedRight,
    /// A write that the server checks.
    ValidatedWrite,
}

/// The names of a GUID; some name several things.
pub fn names(guid: &Guid) -> impl Iterator<Item = (ObjectTypeKind, &'static str)> {
    TABLE.iter().filter(move |(known, ..)| known == guid).map(|(_, kind, name)| (*kind, *name))
}

/// The GUID of a name in any case: `computer`, `Reset Password`.
pub fn by_name(name: &str) -> Option<Guid> {
    TABLE.iter().find(|(.., known)| same_name(known, name.trim())).map(|(guid, ..)| *guid)
}

/// One limited bit in words: `Create Computer objects`, `Write member`.
pub(crate) fn describe(bit: AccessMask, guid: &Guid) -> String {
    let wanted: &[ObjectTypeKind] = match bit.0 {
        0x1 | 0x2 => &[Class],
        0x8 => &[ValidatedWrite],
        0x100 => &[ExtendedRight],
        _ => &[Attribute, PropertySet],
    };
    let name = names(guid).find(|(kind, _)| wanted.contains(kind)).map(|(_, name)| name);
    let name = name.map_or_else(|| guid.to_string(), str::to_owned);
    match bit.0 {
        0x1 => format!("Create {} objects", capitalised(&name)),
        0x2 => format!("Delete {} objects", capitalised(&name)),
        0x10 => format!("Read {name}"),
        0x20 => format!("Write {name}"),
        _ => name,
    }
}

/// The right of a phrase that [`describe`] would print.
pub(crate) fn right(phrase: &str) -> Option<Right> {
    let found = |bit: u32, kinds: &[ObjectTypeKind], name: &str| {
        let (guid, ..) =
            TABLE.iter().find(|(_, kind, known)| kinds.contains(kind) && same_name(known, name))?;
        Some(Right { mask: AccessMask(bit), object_type: Some(*guid) })
    };
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let whole = found(0x100, &[ExtendedRight], phrase).or_else(|| found(0x8, &[ValidatedWrite], phrase));
    whole.or_else(|| {
        let (first, rest) = words.split_first()?;
        let (class, objects) = match rest.split_last() {
            Some((last, class)) if last.eq_ignore_ascii_case("objects") => (class.join(" "), true),
            _ => (rest.join(" "), false),
        };
        match (first.to_ascii_lowercase().as_str(), objects) {
            ("create", true) => found(0x1, &[Class], &class),
            ("delete", true) => found(0x2, &[Class], &class),
            ("read", false) => found(0x10, &[Attribute, PropertySet], &class),
            ("write", false) => found(0x20, &[Attribute, PropertySet], &class),
            _ => None,
        }
    })
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

const fn guid(value: u128) -> Guid {
    Guid::from_u128(value)
}

const TABLE: &[(Guid, ObjectTypeKind, &str)] = &[
    (COMPUTER, Class, "computer"),
    (USER, Class, "user"),
    (GROUP, Class, "group"),
    (ORGANIZATIONAL_UNIT, Class, "organizationalUnit"),
    (CONTAINER, Class, "container"),
    (guid(0x4828cc14_1437_45bc_9b07_ad6f015e5f28), Class, "inetOrgPerson"),
    (guid(0x5cb41ed0_0e4c_11d0_a286_00aa003049e2), Class, "contact"),
    (guid(0x19195a5b_6da0_11d0_afd3_00c04fd930c9), Class, "domainDNS"),
    (guid(0xf30e3bc2_9ff0_11d1_b603_0000f80367c1), Class, "groupPolicyContainer"),
    (guid(0xce206244_5827_4a86_ba1c_1c0c386c1b64), Class, "msDS-ManagedServiceAccount"),
    (guid(0x7b8b558a_93a5_4af7_adca_c017e67f1057), Class, "msDS-GroupManagedServiceAccount"),
    (guid(0x0feb936f_47b3_49f2_9386_1dedc2c23765), Class, "msDS-DelegatedManagedServiceAccount"),
    (guid(0xe5209ca2_3bba_11d2_90cc_00c04fd91ab1), Class, "pKICertificateTemplate"),
    (MEMBER, Attribute, "member"),
    (SERVICE_PRINCIPAL_NAME, Attribute, "servicePrincipalName"),
    (DNS_HOST_NAME, Attribute, "dNSHostName"),
    (USER_ACCOUNT_CONTROL, Attribute, "userAccountControl"),
    (guid(0x3e0abfd0_126a_11d0_a060_00aa006c33ed), Attribute, "sAMAccountName"),
    (guid(0xbf967a0a_0de6_11d0_a285_00aa003049e2), Attribute, "pwdLastSet"),
    (ALLOWED_TO_ACT, Attribute, "msDS-AllowedToActOnBehalfOfOtherIdentity"),
    (KEY_CREDENTIAL_LINK, Attribute, "msDS-KeyCredentialLink"),
    (guid(0xf30e3bbe_9ff0_11d1_b603_0000f80367c1), Attribute, "gPLink"),
    (guid(0xf30e3bbf_9ff0_11d1_b603_0000f80367c1), Attribute, "gPOptions"),
    (ACCOUNT_RESTRICTIONS, PropertySet, "Account Restrictions"),
    (guid(0x5f202010_79a5_11d0_9020_00c04fc2d4cf), PropertySet, "Logon Information"),
    (guid(0xbc0ac240_79a9_11d0_9020_00c04fc2d4cf), PropertySet, "Group Membership"),
    (guid(0x59ba2f42_79a2_11d0_9020_00c04fc2d3cf), PropertySet, "General Information"),
    (guid(0x77b5b886_944a_11d1_aebd_0000f80367c1), PropertySet, "Personal Information"),
    (guid(0x91e647de_d96f_4b70_9557_d63ff4f3ccd8), PropertySet, "Private Information"),
    (guid(0xe48d0154_bcf8_11d1_8702_00c04fb96050), PropertySet, "Public Information"),
    (guid(0xe45795b2_9455_11d1_aebd_0000f80367c1), PropertySet, "Phone and Mail Options"),
    (guid(0xe45795b3_9455_11d1_aebd_0000f80367c1), PropertySet, "Web Information"),
    (guid(0x037088f8_0ae1_11d2_b422_00a0c968f939), PropertySet, "Remote Access Information"),
    (guid(0xc7407360_20bf_11d0_a768_00aa006e0529), PropertySet, "Domain Password & Lockout Policies"),
    (guid(0xb8119fd0_04f6_4762_ab7a_4986c76b3f9a), PropertySet, "Other Domain Parameters"),
    (DNS_HOST_NAME, PropertySet, "DNS Host Name Attributes"),
    (guid(0xffa6f046_ca4b_4feb_b40d_04dfee722543), PropertySet, "MS-TS-GatewayAccess"),
    (guid(0x5805bc62_bdc9_4428_a5e2_856a0f4c185e), PropertySet, "Terminal Server License Server"),
    (RESET_PASSWORD, ExtendedRight, "Reset Password"),
    (guid(0xab721a53_1e2f_11d0_9819_00aa0040529b), ExtendedRight, "Change Password"),
    (guid(0xab721a54_1e2f_11d0_9819_00aa0040529b), ExtendedRight, "Send As"),
    (guid(0xab721a56_1e2f_11d0_9819_00aa0040529b), ExtendedRight, "Receive As"),
    (guid(0x68b1d179_0d15_4d4f_ab71_46152e79a7bc), ExtendedRight, "Allowed to Authenticate"),
    (guid(0xedacfd8f_ffb3_11d1_b41d_00a0c968f939), ExtendedRight, "Apply Group Policy"),
    (guid(0x0e10c968_78fb_11d2_90d4_00c04f79dc55), ExtendedRight, "Enroll"),
    (guid(0xa05b8cc2_17bc_4802_a710_e7c15ab866a2), ExtendedRight, "AutoEnrollment"),
    (REPLICATION_GET_CHANGES, ExtendedRight, "Replicating Directory Changes"),
    (REPLICATION_GET_CHANGES_ALL, ExtendedRight, "Replicating Directory Changes All"),
    (
        guid(0x89e95b76_444d_4c62_991a_0facbeda640c),
        ExtendedRight,
        "Replicating Directory Changes In Filtered Set",
    ),
    (guid(0x1131f6ab_9c07_11d1_f79f_00c04fc2dcd2), ExtendedRight, "Replication Synchronization"),
    (guid(0x1131f6ac_9c07_11d1_f79f_00c04fc2dcd2), ExtendedRight, "Manage Replication Topology"),
    (guid(0xba33815a_4f93_4c76_87f3_57574bff8109), ExtendedRight, "Migrate SID History"),
    (guid(0x45ec5156_db7e_47bb_b53f_dbeb2d03c40f), ExtendedRight, "Reanimate Tombstones"),
    (guid(0x280f369c_67c7_438e_ae98_1d46f3c6f541), ExtendedRight, "Update Password Not Required Bit"),
    (guid(0xccc2dc7d_a6ad_4a7a_8846_c04e3cc53501), ExtendedRight, "Unexpire Password"),
    (MEMBER, ValidatedWrite, "Add/remove self as member"),
    (DNS_HOST_NAME, ValidatedWrite, "Validated write to DNS host name"),
    (SERVICE_PRINCIPAL_NAME, ValidatedWrite, "Validated write to service principal name"),
];
