//! Windows, asked by its own calls. Nothing is written: every handle is opened for reading.

mod calls;
mod wbem;

use std::os::windows::fs::FileTypeExt;

use cmlint_winsec::Sid;

use self::calls::Code;
use super::answers::{Answer, Computer, Group, Host, Member, ObjectKind, Refused, RegKey, Service, Share};

pub(crate) use self::calls::elevated;

/// The account that runs this program.
pub(crate) fn user() -> Option<String> {
    let name = std::env::var("USERNAME").ok().filter(|name| !name.is_empty())?;
    Some(match std::env::var("USERDOMAIN") {
        Ok(domain) if !domain.is_empty() => format!("{domain}\\{name}"),
        _ => name,
    })
}

/// This computer, or another one over the network.
#[derive(Debug)]
pub(crate) struct Native {
    /// Name of the other one.
    remote: Option<String>,
}

impl Native {
    /// The computer of a name; this one without a name.
    pub(crate) fn new(remote: Option<&str>) -> Native {
        Native { remote: remote.map(str::to_owned) }
    }

    /// What this computer calls itself.
    pub(crate) fn own_name(&self) -> String {
        calls::own_name(calls::FULL_NAME).unwrap_or_else(|| "localhost".to_owned()).to_lowercase()
    }

    fn server(&self) -> Option<String> {
        self.remote.as_ref().map(|name| format!("\\\\{name}"))
    }

    /// A path of the computer as this one reaches it: `\\?\C:\x`, or `\\?\UNC\host\C$\x` over the network.
    fn path(&self, path: &str) -> String {
        match (&self.remote, path.split_once(':')) {
            (Some(host), Some((drive, rest))) => {
                format!("\\\\?\\UNC\\{host}\\{drive}$\\{}", rest.trim_start_matches('\\'))
            }
            (None, Some(_)) => format!("\\\\?\\{path}"),
            _ => path.to_owned(),
        }
    }
}

fn refused(code: Code) -> Refused {
    match code.number {
        // ERROR_ACCESS_DENIED, ERROR_PRIVILEGE_NOT_HELD.
        5 | 1314 => Refused::Denied,
        // Bad network path, no such server, session or RPC server gone, logon or name failures of the network.
        53 | 59 | 64 | 67 | 121 | 1203 | 1231 | 1256 | 1722 | 1723 | 1727 | 2250 => {
            Refused::Unreachable(code.to_string())
        }
        _ => Refused::Failed(code.to_string()),
    }
}

/// ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_SERVICE_DOES_NOT_EXIST are answers: there is no such thing.
fn unless_absent<T>(result: Result<T, Code>) -> Answer<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(code) if matches!(code.number, 2 | 3 | 1060) => Ok(None),
        Err(code) => Err(refused(code)),
    }
}

fn of_io<T>(result: std::io::Result<T>, call: &'static str) -> Result<T, Code> {
    result.map_err(|e| Code { call, number: e.raw_os_error().map_or(0, i32::cast_unsigned) })
}

impl Host for Native {
    fn computer(&self) -> Answer<Computer> {
        let server = self.server();
        let server = server.as_deref();
        let role = calls::role(server).map_err(refused)?;
        let name = calls::workstation_name(server).map_err(refused)?;
        let dns_host = match &self.remote {
            Some(asked) if asked.contains('.') => asked.split('.').next().unwrap_or(asked).to_owned(),
            Some(_) => name.clone(),
            None => calls::own_name(calls::HOST_NAME).unwrap_or_else(|| name.clone()),
        };
        Ok(Computer {
            name,
            dns_host,
            domain: role.domain_dns.filter(|d| !d.is_empty()).or(role.domain_flat).unwrap_or_default(),
            role: role.role,
            machine_sid: calls::account_domain(server).ok(),
        })
    }

    fn windows_folder(&self) -> String {
        match &self.remote {
            None => calls::windows_folder().unwrap_or_else(|| "C:\\Windows".to_owned()),
            Some(_) => {
                let key = self.key(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion").ok().flatten();
                let root = key.and_then(|key| {
                    key.values.into_iter().find(|v| v.name.eq_ignore_ascii_case("SystemRoot"))
                });
                root.and_then(|value| value.text()).unwrap_or_else(|| "C:\\Windows".to_owned())
            }
        }
    }

    fn groups(&self) -> Answer<Vec<Group>> {
        let server = self.server();
        let own = self.remote.as_deref().and_then(|name| name.split('.').next()).map(str::to_owned);
        let own = own.or_else(|| calls::workstation_name(None).ok()).unwrap_or_default();
        let names = calls::local_groups(server.as_deref()).map_err(refused)?;
        let group = |name: String| {
            // A domain may have an account of the same name, so the computer's is asked for first; the built-in groups
            // belong to no computer.
            let qualified = format!("{own}\\{name}");
            let sid = calls::sid_of(server.as_deref(), &qualified)
                .or_else(|_| calls::sid_of(server.as_deref(), &name));
            sid.map(|sid| Group { name, sid }).map_err(refused)
        };
        names.into_iter().map(group).collect()
    }

    fn members(&self, group: &Group) -> Answer<Vec<Member>> {
        let members = calls::group_members(self.server().as_deref(), &group.name).map_err(refused)?;
        Ok(members
            .into_iter()
            .map(|(sid, usage, name)| Member {
                sid,
                name,
                // SID_NAME_USE (winnt.h). A computer account is a user to the calls of local groups.
                class: match usage {
                    1 => "User",
                    2 | 4 | 5 => "Group",
                    9 => "Computer",
                    _ => "",
                },
            })
            .collect())
    }

    fn holders(&self, right: &str) -> Answer<Option<Vec<Sid>>> {
        match calls::holders(self.server().as_deref(), right) {
            Ok(holders) => Ok(Some(holders)),
            // ERROR_NO_MORE_ITEMS, ERROR_FILE_NOT_FOUND: nobody. ERROR_NO_SUCH_PRIVILEGE: this Windows has no such right.
            Err(code) if matches!(code.number, 2 | 259) => Ok(Some(Vec::new())),
            Err(code) if code.number == 1313 => Ok(None),
            Err(code) => Err(refused(code)),
        }
    }

    fn services(&self) -> Answer<Vec<Service>> {
        calls::services(self.server().as_deref()).map_err(refused)
    }

    fn shares(&self) -> Answer<Vec<Share>> {
        let server = self.server();
        match calls::shares(server.as_deref()) {
            Ok(shares) => Ok(shares
                .into_iter()
                .map(|share| Share {
                    descriptor: share
                        .descriptor
                        .ok_or(Refused::Failed(format!("the share {} has no descriptor", share.name))),
                    path: Some(share.path).filter(|path| !path.is_empty()),
                    name: share.name,
                })
                .collect()),
            Err(code) if code.number == 5 => {
                // Everybody may see the names.
                let names = calls::share_names(server.as_deref()).map_err(refused)?;
                let bare = |name| Share { name, path: None, descriptor: Err(Refused::Denied) };
                Ok(names.into_iter().map(bare).collect())
            }
            Err(code) => Err(refused(code)),
        }
    }

    fn descriptor(&self, kind: ObjectKind, path: &str) -> Answer<Option<Vec<u8>>> {
        match kind {
            ObjectKind::Ntfs => unless_absent(calls::file_descriptor(&self.path(path))),
            ObjectKind::Registry => {
                unless_absent(calls::key_descriptor(self.server().as_deref(), below(path)?))
            }
            ObjectKind::Service => {
                let name =
                    self.server().map_or_else(|| path.to_owned(), |server| format!("{server}\\{path}"));
                unless_absent(calls::service_descriptor(&name))
            }
            ObjectKind::Wmi => wbem::descriptor(self.remote.as_deref(), path),
            ObjectKind::Share | ObjectKind::Dcom => Ok(None),
        }
    }

    fn folders(&self, path: &str) -> Answer<Option<Vec<String>>> {
        let list = || -> std::io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in std::fs::read_dir(self.path(path))? {
                let entry = entry?;
                let kind = entry.file_type()?;
                // A junction leads elsewhere, perhaps in a circle.
                if kind.is_dir() && !kind.is_symlink_dir() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
            Ok(names)
        };
        unless_absent(of_io(list(), "FindFirstFile"))
    }

    fn key(&self, path: &str) -> Answer<Option<RegKey>> {
        unless_absent(calls::key(self.server().as_deref(), below(path)?))
    }

    fn namespaces(&self, parent: &str) -> Answer<Option<Vec<String>>> {
        wbem::namespaces(self.remote.as_deref(), parent)
    }

    fn file(&self, path: &str) -> Answer<Option<Vec<u8>>> {
        unless_absent(of_io(std::fs::read(self.path(path)), "ReadFile"))
    }
}

/// The part of a key's path below `HKLM\`.
fn below(path: &str) -> Answer<&str> {
    path.strip_prefix("HKLM\\").ok_or_else(|| Refused::Failed(format!("{path} is not below HKLM")))
}
