//! What a computer answers. The one seam between what is collected and how Windows is asked: tests answer from tables.

use std::fmt;

use cmlint_winsec::Sid;

/// An answer, or why there is none.
pub(crate) type Answer<T> = Result<T, Refused>;

/// Why a computer did not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// The caller lacks the right.
    Denied,
    /// The computer, or the service that would answer, cannot be reached.
    Unreachable(String),
    /// Anything else: the call and what the system says.
    Failed(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Denied => f.write_str("access denied"),
            Refused::Unreachable(what) => write!(f, "cannot be reached: {what}"),
            Refused::Failed(what) => f.write_str(what),
        }
    }
}

/// The computer itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Computer {
    /// NetBIOS name.
    pub(crate) name: String,
    /// Host part of the DNS name.
    pub(crate) dns_host: String,
    /// DNS name of the domain, or name of the workgroup.
    pub(crate) domain: String,
    /// As `Win32_ComputerSystem` counts: 0, 1 workstation (alone, member); 2, 3 server; 4, 5 domain controller.
    pub(crate) role: u32,
    /// SID of the account database.
    pub(crate) machine_sid: Option<Sid>,
}

impl Computer {
    /// Whether it belongs to a domain.
    pub(crate) fn in_domain(&self) -> bool {
        !matches!(self.role, 0 | 2)
    }

    /// The key of its scope: the DNS name, or the short name of a computer that stands alone.
    pub(crate) fn key(&self) -> String {
        let full = if self.in_domain() {
            format!("{}.{}", self.dns_host, self.domain)
        } else {
            self.dns_host.clone()
        };
        full.to_lowercase()
    }
}

/// A local group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// Name, localised for the built-in ones.
    pub(crate) name: String,
    /// SID.
    pub(crate) sid: Sid,
}

/// A member of a local group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    /// SID.
    pub(crate) sid: Sid,
    /// `DOMAIN\name`; empty where nobody knows it any more.
    pub(crate) name: String,
    /// `User`, `Group` or `Computer`; empty when unknown.
    pub(crate) class: &'static str,
}

/// A service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Service {
    /// Short name.
    pub(crate) name: String,
    /// Name for people.
    pub(crate) display_name: String,
    /// `Running`, `Stopped`, …
    pub(crate) state: &'static str,
    /// `Auto`, `Manual`, `Disabled`, …; absent when the caller may not read the configuration.
    pub(crate) start_mode: Option<&'static str>,
    /// Account.
    pub(crate) account: Option<String>,
    /// Command line.
    pub(crate) path: Option<String>,
}

/// A share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Share {
    /// Name.
    pub(crate) name: String,
    /// Folder; absent when the caller may not know it.
    pub(crate) path: Option<String>,
    /// Self-relative descriptor, if the caller may read it.
    pub(crate) descriptor: Answer<Vec<u8>>,
}

/// A registry value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RegValue {
    /// Name; empty for the default value.
    pub(crate) name: String,
    /// Type as the registry numbers them: 1 REG_SZ, 3 REG_BINARY, 4 REG_DWORD, 7 REG_MULTI_SZ.
    pub(crate) kind: u32,
    /// Data as the registry holds it.
    pub(crate) data: Vec<u8>,
}

impl RegValue {
    /// The text of a REG_SZ or REG_EXPAND_SZ.
    pub(crate) fn text(&self) -> Option<String> {
        let units = self.data.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let text: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        matches!(self.kind, 1 | 2).then(|| String::from_utf16_lossy(&text))
    }
}

/// A registry key: its values and the names of the keys below it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct RegKey {
    /// Values.
    pub(crate) values: Vec<RegValue>,
    /// Names of the keys below.
    pub(crate) keys: Vec<String>,
}

/// Kinds of objects with a descriptor, in the words of `acl.csv`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum ObjectKind {
    /// A folder.
    Ntfs,
    /// A registry key: `HKLM\SOFTWARE\…`.
    Registry,
    /// A WMI namespace: `root\SMS`.
    Wmi,
    /// A service.
    Service,
    /// A share.
    Share,
    /// One of the machine-wide COM permissions.
    Dcom,
}

impl ObjectKind {
    /// The word of `acl.csv`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            ObjectKind::Ntfs => "ntfs",
            ObjectKind::Registry => "registry",
            ObjectKind::Wmi => "wmi",
            ObjectKind::Service => "service",
            ObjectKind::Share => "share",
            ObjectKind::Dcom => "dcom",
        }
    }
}

/// A computer that answers. `None` inside an answer means that there is no such thing.
pub(crate) trait Host {
    /// What it is.
    fn computer(&self) -> Answer<Computer>;
    /// The folder of Windows: `C:\Windows`.
    fn windows_folder(&self) -> String;
    /// Its local groups.
    fn groups(&self) -> Answer<Vec<Group>>;
    /// The direct members of a local group.
    fn members(&self, group: &Group) -> Answer<Vec<Member>>;
    /// Who holds a user right; `None` when this Windows knows no such right.
    fn holders(&self, right: &str) -> Answer<Option<Vec<Sid>>>;
    /// Its services, without drivers.
    fn services(&self) -> Answer<Vec<Service>>;
    /// Its shares.
    fn shares(&self) -> Answer<Vec<Share>>;
    /// Owner, group and DACL of an object, self-relative (MS-DTYP 2.4.6). Not asked of shares and COM.
    fn descriptor(&self, kind: ObjectKind, path: &str) -> Answer<Option<Vec<u8>>>;
    /// Names of the folders in a folder, links left out.
    fn folders(&self, path: &str) -> Answer<Option<Vec<String>>>;
    /// A registry key below `HKLM\`.
    fn key(&self, path: &str) -> Answer<Option<RegKey>>;
    /// Names of the WMI namespaces in a namespace.
    fn namespaces(&self, parent: &str) -> Answer<Option<Vec<String>>>;
    /// A small file.
    fn file(&self, path: &str) -> Answer<Option<Vec<u8>>>;
}
