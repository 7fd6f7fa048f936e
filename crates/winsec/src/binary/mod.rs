//! Security descriptors as bytes: the self-relative form of LDAP, the registry and WMI (MS-DTYP 2.4.6).

use std::fmt;

use crate::{Context, SecurityDescriptor};

/// Reads a self-relative descriptor. Bytes behind its last part are left alone.
pub fn read(bytes: &[u8]) -> Result<SecurityDescriptor, BinaryError> {
    let _ = bytes;
    Err(BinaryError { offset: 0, expected: "a self-relative security descriptor" })
}

/// Writes a self-relative descriptor in the order of Windows: header, SACL, DACL, owner, group. Aliases are
/// resolved in `context`; `None` where it does not know one, or where a list is longer than 64 KiB.
pub fn write(descriptor: &SecurityDescriptor, context: &Context) -> Option<Vec<u8>> {
    let _ = (descriptor, context);
    None
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
