//! Directory objects, domains and look-ups.

use cmlint_source::{Field, OffsetMap, Span, Spanned, Str};
use cmlint_winsec::Sid;
use serde::Deserialize;

/// Attributes that have a field of their own in [`DirectoryObject`], in lower case.
pub const TYPED_ATTRIBUTES: &[&str] = &[
    "dnshostname",
    "grouptype",
    "member",
    "memberof",
    "ntsecuritydescriptor",
    "objectclass",
    "objectsid",
    "primarygroupid",
    "samaccountname",
    "useraccountcontrol",
    "userprincipalname",
];

/// Attributes that are kept as text beside them, in lower case. What is not here is not read from a file, and what is
/// here is asked for by the collector, so that an attribute that an object lacks is one that it does not have.
pub const TEXT_ATTRIBUTES: &[&str] = &[
    "accountexpires",
    "flatname",
    "lockouttime",
    "ms-ds-machineaccountquota",
    "profilepath",
    "pwdlastset",
    "securityidentifier",
    "trustattributes",
    "trustdirection",
    "trustpartner",
    "trusttype",
    "whencreated",
];

/// An object of an Active Directory domain.
#[derive(Debug)]
pub struct DirectoryObject<'a> {
    /// Distinguished name.
    pub dn: Spanned<Str<'a>>,
    /// Classes, most general first as the directory lists them.
    pub classes: Vec<Spanned<Str<'a>>>,
    /// `objectSid`.
    pub sid: Option<Spanned<Sid>>,
    /// `sAMAccountName`.
    pub sam: Option<Spanned<Str<'a>>>,
    /// `userPrincipalName`.
    pub upn: Option<Spanned<Str<'a>>>,
    /// `dNSHostName`.
    pub dns_host_name: Option<Spanned<Str<'a>>>,
    /// `memberOf`: distinguished names of the groups in the same domain (and universal ones of the forest).
    pub member_of: Vec<Spanned<Str<'a>>>,
    /// `member`: distinguished names.
    pub members: Vec<Spanned<Str<'a>>>,
    /// RID of the primary group.
    pub primary_group: Option<Spanned<u32>>,
    /// `userAccountControl`: 2 disabled.
    pub user_account_control: Option<Spanned<u32>>,
    /// `groupType`.
    pub group_type: Option<Spanned<i64>>,
    /// `nTSecurityDescriptor` as SDDL, where it was written as text.
    pub descriptor: Option<Descriptor<'a>>,
    /// The attributes of [`TEXT_ATTRIBUTES`] that it has.
    pub attributes: Vec<(Str<'a>, Spanned<Str<'a>>)>,
    /// The record.
    pub span: Span,
}

/// A security descriptor attribute.
#[derive(Debug)]
pub enum Descriptor<'a> {
    /// SDDL text, and how its parts lie in the file: a long value is folded over several lines.
    Text(Spanned<Str<'a>>, OffsetMap),
    /// Self-relative bytes from base64; the place is the whole value.
    Bytes(Spanned<Vec<u8>>),
}

impl DirectoryObject<'_> {
    /// Whether the object has a class, in any case.
    pub fn is(&self, class: &str) -> bool {
        self.classes.iter().any(|c| c.eq_ignore_ascii_case(class))
    }

    /// The value of another attribute, by its lower-case name, which is one of [`TEXT_ATTRIBUTES`].
    pub fn attribute(&self, name: &str) -> Option<Spanned<&str>> {
        debug_assert!(
            TEXT_ATTRIBUTES.contains(&name),
            "{name} is read from no file: name it in TEXT_ATTRIBUTES"
        );
        let found = self.attributes.iter().find(|(n, _)| **n == *name)?;
        Some(Spanned::new(&*found.1.value, found.1.span))
    }
}

/// Names and SID of a domain.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub struct Domain<'a> {
    /// DNS name.
    #[serde(rename = "DNSRoot", borrow)]
    pub dns: Field<Str<'a>>,
    /// NetBIOS name.
    #[serde(rename = "NetBIOSName")]
    pub netbios: Field<Str<'a>>,
    /// SID.
    #[serde(rename = "DomainSID")]
    pub sid: Field<Str<'a>>,
    /// DNS name of the forest's root domain.
    #[serde(rename = "Forest")]
    pub forest: Field<Str<'a>>,
}

/// A question to a directory and its answer.
#[derive(Debug)]
pub struct Lookup<'a> {
    /// Name, SID or distinguished name as it was asked.
    pub asked: Spanned<Str<'a>>,
    /// The answer.
    pub answer: LookupAnswer,
    /// The record.
    pub span: Span,
}

/// What a directory answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LookupAnswer {
    /// There is such an object, and it is in the directory file.
    Found,
    /// There is none.
    NotFound,
    /// The question failed.
    Error,
    /// Nobody asked.
    NotAsked,
}
