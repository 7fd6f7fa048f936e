//! Security descriptors as bytes: the self-relative form of LDAP, the registry and WMI (MS-DTYP 2.4.6).

mod claim;
mod expression;
mod read;
mod write;

use std::fmt;

use crate::{Context, DomainRelative, SecurityDescriptor};

/// Reads a self-relative descriptor. Bytes behind its last part are left alone; the parts may stand in any
/// order and may overlap, as the format allows.
///
/// Conditions and resource attributes that are malformed, and ACEs of unknown types, are kept as bytes.
pub fn read(bytes: &[u8]) -> Result<SecurityDescriptor, BinaryError> {
    read::descriptor(bytes)
}

/// Writes a self-relative descriptor in the order of Windows: header, SACL, DACL, owner, group. Aliases are
/// resolved in `context`.
pub fn write(descriptor: &SecurityDescriptor, context: &Context) -> Result<Vec<u8>, WriteError> {
    write::descriptor(descriptor, context)
}

/// Why bytes are no security descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BinaryError {
    /// Offset of the part that is wrong.
    pub offset: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl fmt::Display for BinaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.offset)
    }
}

impl std::error::Error for BinaryError {}

/// Why a descriptor cannot be written as bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteError {
    /// The context does not know the domain of this alias.
    UnknownDomain(DomainRelative),
    /// An ACE or a list is longer than its 16-bit length field can say.
    TooLong,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::UnknownDomain(relative) => {
                write!(f, "the SID of the domain that `{}` belongs to is not known", relative.alias)
            }
            WriteError::TooLong => f.write_str("an ACE or list of more than 65,535 bytes"),
        }
    }
}

impl std::error::Error for WriteError {}
