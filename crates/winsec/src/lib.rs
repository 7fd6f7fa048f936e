//! Windows security as data: SIDs, access masks, security descriptors as text and bytes, and the access
//! check. Pure Rust: nothing here calls an operating system.
//!
//! Names follow Microsoft's documents: MS-DTYP (Windows Data Types), MS-ADTS (Active Directory), the win32
//! pages on access control.
//!
//! ```
//! use cmlint_winsec::{AclSide, Decider, Kind, Request, Tri, Verdict, access_check, sddl, well_known};
//!
//! let text = "O:BAG:BAD:(D;;0x2;;;BG)(A;OICI;0x1301bf;;;BU)";
//! let parsed = sddl::parse(text)?;
//! let write = Kind::Directory.right("write").expect("a right of folders");
//! let holds = |trustee: &_| Tri::from(*trustee == well_known::USERS.into());
//! let access = access_check(&parsed.descriptor, holds, &Request::new(Kind::Directory, write));
//! assert_eq!(access.all(), Tri::Yes);
//!
//! let Verdict::Granted { by: Decider::Ace(index) } = access.verdicts()[0].1 else { panic!() };
//! let place = parsed.places.ace(AclSide::Dacl, index).expect("an ACE of the text");
//! assert_eq!(&text[place.whole.range()], "(A;OICI;0x1301bf;;;BU)");
//! let ace = &parsed.descriptor.dacl.entries()[index];
//! assert_eq!(Kind::Directory.describe_ace(ace), "Modify");
//! # Ok::<(), sddl::SddlError>(())
//! ```
#![forbid(unsafe_code)]

mod access;
mod ace;
mod attribute;
pub mod binary;
mod descriptor;
mod expression;
mod guid;
mod kind;
mod mask;
pub mod object_types;
mod places;
mod reach;
pub mod sddl;
mod sid;
mod tri;
mod trustee;
mod virtual_account;
pub mod well_known;

pub use access::{Access, Decider, Doubt, ObjectType, Request, Verdict, access_check};
pub use ace::{Ace, AceData, AceFlags, AceKind, Effect};
pub use attribute::{ResourceAttribute, Values};
pub use descriptor::{Acl, AclSide, Control, SecurityDescriptor};
pub use expression::{
    Attribute, Comparison, Expression, Integer, MemberTest, Operand, Radix, Sign, Source, Width,
};
pub use guid::{Guid, NotAGuid};
pub use kind::{Kind, Right};
pub use mask::AccessMask;
pub use places::{AcePlaces, AclPlaces, Places, TextRange};
pub use reach::{Reach, Words, reach};
pub use sid::{NotASid, Sid};
pub use tri::Tri;
pub use trustee::{Base, Context, DomainRelative, Trustee};
pub use virtual_account::{app_pool_sid, service_sid};
pub use well_known::{domain_rid, domain_rid_name, from_well_known_name, well_known_name};
