//! What the bits of a mask mean on each kind of object.

use crate::AccessMask;

/// A kind of securable object, which gives the bits of a mask their meaning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// A network share.
    Share,
    /// A registry key.
    RegistryKey,
    /// A WMI namespace.
    WmiNamespace,
    /// Launch and activation permission of a COM application or of the machine.
    ComLaunch,
    /// Access permission of a COM application or of the machine.
    ComAccess,
    /// A Windows service.
    Service,
    /// An object of Active Directory.
    DirectoryObject,
}

impl Kind {
    /// The rights of a name as `why --can` takes it, in any case: `modify`, `Remote Enable`, `write`.
    pub fn right(self, name: &str) -> Option<AccessMask> {
        let _ = name;
        None
    }
}
