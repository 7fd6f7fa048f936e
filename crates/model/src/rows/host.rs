//! What one computer says of itself: domain role, local groups, user rights, descriptors, services, IIS.

use cmlint_source::{Bool, Field, Int, Many, Secret, Span, Spanned, Str};
use cmlint_winsec::Sid;
use serde::Deserialize;

use crate::{Dataset, Gap, Judged, Scope};

/// Domain membership and role of a computer (`Win32_ComputerSystem`), with the SID of its own accounts.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Computer<'a> {
    /// NetBIOS name.
    #[serde(borrow)]
    pub name: Field<Str<'a>>,
    /// DNS domain, or workgroup.
    pub domain: Field<Str<'a>>,
    /// 0, 1 workstation (alone, member); 2, 3 server (alone, member); 4, 5 domain controller.
    pub domain_role: Field<Int>,
    /// Whether it is a member of a domain.
    pub part_of_domain: Field<Bool>,
    /// SID of the local account database.
    pub machine_sid: Field<Str<'a>>,
}

/// A local group.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub struct LocalGroup<'a> {
    /// Name; localised for the built-in ones.
    #[serde(rename = "Name", borrow)]
    pub name: Field<Str<'a>>,
    /// SID.
    #[serde(rename = "SID")]
    pub sid: Field<Str<'a>>,
    /// Members, direct ones only.
    #[serde(rename = "Members")]
    pub members: Field<Many<Spanned<Member<'a>>>>,
    /// Set when the members could not be read (an orphaned SID stops `Get-LocalGroupMember`).
    #[serde(rename = "Error")]
    pub error: Field<Str<'a>>,
}

impl<'a> LocalGroup<'a> {
    /// The SID of the group.
    pub fn group_sid(&self) -> Option<Sid> {
        self.sid.get().and_then(|s| s.trim().parse().ok())
    }

    /// The direct members.
    ///
    /// # Errors
    /// The hole, when they could not be read. `null` is how some exports write an empty list; a list that
    /// is not there at all was not exported.
    pub fn listed(&self, host: &Scope) -> Judged<&[Spanned<Member<'a>>]> {
        let name = self.name.get().map_or("a group", |n| &**n);
        if self.error.filled().is_none() {
            match &self.members {
                Field::Present(members) => return Ok(&members.value),
                Field::Null(_) => return Ok(&[]),
                Field::Absent | Field::Unreadable(_) => {}
            }
        }
        let why = format!("the members of `{name}` could not be read");
        Err(vec![Gap::property(Dataset::LocalGroup, host.clone(), "Members", why)])
    }
}

impl Member<'_> {
    /// The SID of the member.
    pub fn member_sid(&self) -> Option<Sid> {
        self.sid.get().and_then(|s| s.trim().parse().ok())
    }
}

/// A member of a local group.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub struct Member<'a> {
    /// `DOMAIN\name`, or the SID where no name is known.
    #[serde(rename = "Name", borrow)]
    pub name: Field<Str<'a>>,
    /// SID.
    #[serde(rename = "SID")]
    pub sid: Field<Str<'a>>,
    /// `User`, `Group`, `Computer`; localised in some exports.
    #[serde(rename = "ObjectClass")]
    pub object_class: Field<Str<'a>>,
}

/// One user right and its holders (`[Privilege Rights]` of a `secedit` export). A right that is absent
/// from an export of effective policy is held by nobody.
#[derive(Debug)]
pub struct UserRight<'a> {
    /// `SeInteractiveLogonRight`, in any case.
    pub name: Spanned<&'a str>,
    /// `*S-1-5-32-544` or a name.
    pub holders: Vec<Spanned<&'a str>>,
}

/// A descriptor of one object of a computer.
#[derive(Debug)]
pub struct AclEntry<'a> {
    /// `ntfs`, `share`, `registry`, `wmi`, `dcom`, `service`.
    pub kind: Spanned<Str<'a>>,
    /// Path as the export writes it.
    pub path: Spanned<Str<'a>>,
    /// Whether the object was there and readable.
    pub state: AclState,
    /// The descriptor as SDDL; `None` when there is none.
    pub sddl: Option<Spanned<Str<'a>>>,
}

/// Whether a descriptor could be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AclState {
    /// Read.
    Ok,
    /// The object does not exist.
    Absent,
    /// Access was denied.
    Denied,
}

/// `Win32_Service`.
#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Service<'a> {
    /// Short name.
    #[serde(borrow)]
    pub name: Field<Str<'a>>,
    /// `Running`, `Stopped`.
    pub state: Field<Str<'a>>,
    /// `Auto`, `Manual`, `Disabled`.
    pub start_mode: Field<Str<'a>>,
    /// Account: `LocalSystem`, `DOM\user`, …
    pub start_name: Field<Str<'a>>,
}

/// The folder behind a share, as the registry holds it.
#[derive(Debug)]
pub struct ShareFolder<'a> {
    /// Name of the share, `Captures$`.
    pub share: Spanned<Str<'a>>,
    /// Local path, `E:\Captures`.
    pub path: Spanned<Str<'a>>,
}

/// An application pool of IIS, with its identity after inheritance from the defaults.
#[derive(Debug)]
pub struct AppPool<'a> {
    /// Name of the pool.
    pub name: Spanned<Str<'a>>,
    /// Who the pool runs as.
    pub identity: PoolIdentity<'a>,
    /// Where the identity stands: the pool's or the defaults' `processModel`, else the pool's element.
    pub at: Span,
    /// Applications that use the pool: path and place.
    pub applications: Vec<Spanned<Str<'a>>>,
}

/// Who an application pool runs as (`identityType`).
#[derive(Debug)]
pub enum PoolIdentity<'a> {
    /// `LocalSystem`, `NetworkService` or `ApplicationPoolIdentity`: the computer account on the network.
    /// The default since IIS 7.5 is `ApplicationPoolIdentity`.
    Computer(&'static str),
    /// `LocalService`: anonymous on the network.
    LocalService,
    /// `SpecificUser`.
    User {
        /// The account as typed.
        name: Spanned<Str<'a>>,
        /// The stored password, if the export still holds it.
        password: Option<Secret>,
    },
    /// A value that the schema does not know.
    Unknown(Spanned<Str<'a>>),
}
