//! The calls themselves: the only unsafe code of the project.
//!
//! Each function copies what Windows gave into values of Rust before it returns, and frees what has to be freed in
//! every case ([`OnDrop`]). Windows may give a null buffer with a success code, so no pointer is used unchecked.

#![allow(unsafe_code, reason = "Windows is called through its C interface; each block says why it is sound")]

use std::fmt;
use std::ptr::{null, null_mut};

use cmlint_winsec::Sid;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_INSUFFICIENT_BUFFER, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_SUCCESS,
    GetLastError, LocalFree,
};
use windows_sys::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_INFO_0, LOCALGROUP_MEMBERS_INFO_2, MAX_PREFERRED_LENGTH, NetApiBufferFree, NetLocalGroupEnum,
    NetLocalGroupGetMembers, NetWkstaGetInfo, WKSTA_INFO_100,
};
use windows_sys::Win32::Networking::ActiveDirectory::{
    DSROLE_PRIMARY_DOMAIN_INFO_BASIC, DsRoleFreeMemory, DsRoleGetPrimaryDomainInformation,
    DsRolePrimaryDomainInfoBasic,
};
use windows_sys::Win32::Security::Authentication::Identity::{
    LSA_ENUMERATION_INFORMATION, LSA_HANDLE, LSA_OBJECT_ATTRIBUTES, LSA_UNICODE_STRING, LsaClose,
    LsaEnumerateAccountsWithUserRight, LsaFreeMemory, LsaNtStatusToWinError, LsaOpenPolicy,
    LsaQueryInformationPolicy, POLICY_ACCOUNT_DOMAIN_INFO, POLICY_LOOKUP_NAMES,
    POLICY_VIEW_LOCAL_INFORMATION, PolicyAccountDomainInformation,
};
use windows_sys::Win32::Security::Authorization::{
    GetNamedSecurityInfoW, SE_FILE_OBJECT, SE_OBJECT_TYPE, SE_SERVICE,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, GetLengthSid, GetSecurityDescriptorLength,
    GetTokenInformation, IsValidSid, LookupAccountNameW, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR,
    PSID, TOKEN_ELEVATION, TOKEN_QUERY, TokenElevation,
};
use windows_sys::Win32::Storage::FileSystem::{NetShareEnum, SHARE_INFO_1, SHARE_INFO_502};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, RegCloseKey, RegConnectRegistryW, RegEnumKeyExW,
    RegEnumValueW, RegGetKeySecurity, RegOpenKeyExW,
};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, ENUM_SERVICE_STATUS_PROCESSW, EnumServicesStatusExW, OpenSCManagerW, OpenServiceW,
    QUERY_SERVICE_CONFIGW, QueryServiceConfigW, SC_ENUM_PROCESS_INFO, SC_HANDLE, SC_MANAGER_CONNECT,
    SC_MANAGER_ENUMERATE_SERVICE, SERVICE_QUERY_CONFIG, SERVICE_STATE_ALL, SERVICE_WIN32,
};
use windows_sys::Win32::System::SystemInformation::{
    COMPUTER_NAME_FORMAT, ComputerNameDnsFullyQualified, ComputerNameDnsHostname, GetComputerNameExW,
    GetSystemWindowsDirectoryW,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::super::answers::{RegKey, RegValue, Service};

/// A call that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Code {
    /// Name of the call.
    pub(super) call: &'static str,
    /// Error of Windows (winerror.h).
    pub(super) number: u32,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = std::io::Error::from_raw_os_error(self.number.cast_signed());
        write!(f, "{}: {text}", self.call)
    }
}

/// Frees something at the end of a scope, however that is left.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

const OWNER_GROUP_DACL: u32 =
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().filter(|unit| *unit != 0).chain([0]).collect()
}

/// A pointer to a text, or null for "this computer".
fn pointer(text: Option<&Vec<u16>>) -> *const u16 {
    text.map_or(null(), |text| text.as_ptr())
}

fn check(call: &'static str, number: u32) -> Result<(), Code> {
    if number == ERROR_SUCCESS { Ok(()) } else { Err(Code { call, number }) }
}

fn last(call: &'static str) -> Code {
    // SAFETY: reads the number of the calling thread.
    Code { call, number: unsafe { GetLastError() } }
}

/// The text up to its NUL.
///
/// # Safety
/// Null, or a NUL-terminated text that outlives the call.
unsafe fn text(at: *const u16) -> String {
    if at.is_null() {
        return String::new();
    }
    let mut len = 0;
    // SAFETY: the caller promises a NUL behind the text.
    while unsafe { *at.add(len) } != 0 {
        len += 1;
    }
    // SAFETY: `len` units were just read.
    String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(at, len) })
}

/// A list that Windows gave.
///
/// # Safety
/// Null, or `count` values of `T` that outlive the result.
unsafe fn list<'a, T>(at: *const T, count: u32) -> &'a [T] {
    if at.is_null() || count == 0 {
        return &[];
    }
    // SAFETY: the caller promises so many values.
    unsafe { std::slice::from_raw_parts(at, count as usize) }
}

/// A SID that Windows gave; `None` for one that is not valid.
///
/// # Safety
/// Null, or a pointer to readable memory that holds a SID and outlives the call.
unsafe fn sid(at: PSID) -> Option<Sid> {
    // SAFETY: the caller promises a SID; `IsValidSid` checks revision and count before the length is used.
    let bytes = unsafe {
        if at.is_null() || IsValidSid(at) == 0 {
            return None;
        }
        std::slice::from_raw_parts(at.cast::<u8>(), GetLengthSid(at) as usize)
    };
    Sid::from_binary(bytes)
}

/// Copies a self-relative descriptor.
///
/// # Safety
/// Null, or a valid self-relative descriptor that outlives the call.
unsafe fn descriptor(at: PSECURITY_DESCRIPTOR) -> Option<Vec<u8>> {
    if at.is_null() {
        return None;
    }
    // SAFETY: the caller promises a valid descriptor, of which the length is known.
    let bytes =
        unsafe { std::slice::from_raw_parts(at.cast::<u8>(), GetSecurityDescriptorLength(at) as usize) };
    Some(bytes.to_vec())
}

/// Reads all pages of a list of the network management calls, and frees each.
fn pages<T, R>(
    name: &'static str,
    mut ask: impl FnMut(&mut *mut u8, &mut u32, &mut usize) -> u32,
    mut take: impl FnMut(&T) -> R,
) -> Result<Vec<R>, Code> {
    let mut all = Vec::new();
    let mut resume = 0usize;
    loop {
        let (mut buffer, mut read) = (null_mut(), 0u32);
        let number = ask(&mut buffer, &mut read, &mut resume);
        let _free = OnDrop(|| {
            // SAFETY: the buffer came from the call before; null is allowed.
            unsafe { NetApiBufferFree(buffer.cast()) };
        });
        if number != ERROR_SUCCESS && number != ERROR_MORE_DATA {
            return Err(Code { call: name, number });
        }
        // SAFETY: the call gives `read` values of the type of its level, in memory that is freed below.
        all.extend(unsafe { list(buffer.cast::<T>().cast_const(), read) }.iter().map(&mut take));
        // "More" without anything read would go on for ever.
        if number == ERROR_SUCCESS || read == 0 {
            return Ok(all);
        }
    }
}

/// The name of this computer with its domain.
pub(super) const FULL_NAME: COMPUTER_NAME_FORMAT = ComputerNameDnsFullyQualified;
/// The name of this computer without its domain.
pub(super) const HOST_NAME: COMPUTER_NAME_FORMAT = ComputerNameDnsHostname;

/// A name of this computer.
pub(super) fn own_name(format: COMPUTER_NAME_FORMAT) -> Option<String> {
    let mut buffer = [0u16; 512];
    let mut len = buffer.len() as u32;
    // SAFETY: the buffer has `len` units.
    let done = unsafe { GetComputerNameExW(format, buffer.as_mut_ptr(), &mut len) } != 0;
    done.then(|| String::from_utf16_lossy(&buffer[..len as usize])).filter(|name| !name.is_empty())
}

/// The folder of Windows.
pub(super) fn windows_folder() -> Option<String> {
    let mut buffer = [0u16; 512];
    // SAFETY: the buffer has the stated length.
    let len = unsafe { GetSystemWindowsDirectoryW(buffer.as_mut_ptr(), buffer.len() as u32) } as usize;
    (len > 0 && len < buffer.len()).then(|| String::from_utf16_lossy(&buffer[..len]))
}

/// Whether this process runs elevated.
pub(crate) fn elevated() -> Option<bool> {
    let mut token = null_mut();
    // SAFETY: the pseudo handle of the process is always valid; the token is closed below.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) } == 0 {
        return None;
    }
    let _close = OnDrop(|| {
        // SAFETY: the token was opened above.
        unsafe { CloseHandle(token) };
    });
    let mut elevation = TOKEN_ELEVATION { TokenIsElevated: 0 };
    let mut len = 0;
    let size = size_of::<TOKEN_ELEVATION>() as u32;
    // SAFETY: the structure is the one of this class, and `size` is its size.
    let done =
        unsafe { GetTokenInformation(token, TokenElevation, (&raw mut elevation).cast(), size, &mut len) };
    (done != 0).then_some(elevation.TokenIsElevated != 0)
}

/// The role of a computer in its domain.
pub(super) struct Role {
    pub(super) role: u32,
    pub(super) domain_flat: Option<String>,
    pub(super) domain_dns: Option<String>,
}

pub(super) fn role(server: Option<&str>) -> Result<Role, Code> {
    const CALL: &str = "DsRoleGetPrimaryDomainInformation";
    let server = server.map(wide);
    let mut buffer = null_mut();
    // SAFETY: the name is NUL-terminated; the buffer is freed below.
    let number = unsafe {
        DsRoleGetPrimaryDomainInformation(pointer(server.as_ref()), DsRolePrimaryDomainInfoBasic, &mut buffer)
    };
    check(CALL, number)?;
    if buffer.is_null() {
        return Err(Code { call: CALL, number: ERROR_NO_MORE_ITEMS });
    }
    let _free = OnDrop(|| {
        // SAFETY: the buffer came from the call above.
        unsafe { DsRoleFreeMemory(buffer.cast()) };
    });
    // SAFETY: the call gives one structure of the asked level, whose texts lie in the same buffer.
    let (role, domain_flat, domain_dns) = unsafe {
        let info = &*buffer.cast::<DSROLE_PRIMARY_DOMAIN_INFO_BASIC>();
        (info.MachineRole.cast_unsigned(), text(info.DomainNameFlat), text(info.DomainNameDns))
    };
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Role { role, domain_flat: filled(domain_flat), domain_dns: filled(domain_dns) })
}

/// The NetBIOS name of a computer.
pub(super) fn workstation_name(server: Option<&str>) -> Result<String, Code> {
    const CALL: &str = "NetWkstaGetInfo";
    let server = server.map(wide);
    let mut buffer = null_mut();
    // SAFETY: the name is NUL-terminated; the buffer is freed below.
    check(CALL, unsafe { NetWkstaGetInfo(pointer(server.as_ref()), 100, &mut buffer) })?;
    let _free = OnDrop(|| {
        // SAFETY: the buffer came from the call above.
        unsafe { NetApiBufferFree(buffer.cast()) };
    });
    // SAFETY: level 100 is one structure of this type.
    let info = unsafe { list(buffer.cast::<WKSTA_INFO_100>().cast_const(), 1) };
    let name = info.first().ok_or(Code { call: CALL, number: ERROR_NO_MORE_ITEMS })?.wki100_computername;
    // SAFETY: the text lies in the buffer, which is freed later.
    Ok(unsafe { text(name) })
}

/// Opens the policy of a computer for reading, and hands it to `with`.
fn with_policy<R>(server: Option<&str>, with: impl FnOnce(LSA_HANDLE) -> Result<R, Code>) -> Result<R, Code> {
    let mut name = server.map(wide);
    let system = name.as_mut().map(unicode_string);
    let system = system.as_ref().map_or(null(), |system| &raw const *system);
    let attributes = LSA_OBJECT_ATTRIBUTES::default();
    let mut policy = LSA_HANDLE::default();
    let access = (POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION).cast_unsigned();
    // SAFETY: all pointers are to live values; the handle is closed below.
    let status = unsafe { LsaOpenPolicy(system, &attributes, access, &mut policy) };
    status_of("LsaOpenPolicy", status)?;
    let _close = OnDrop(|| {
        // SAFETY: the handle was opened above.
        unsafe { LsaClose(policy) };
    });
    with(policy)
}

fn status_of(call: &'static str, status: i32) -> Result<(), Code> {
    // SAFETY: turns a number into another.
    let number = if status == 0 { 0 } else { unsafe { LsaNtStatusToWinError(status) } };
    check(call, number)
}

/// The counted text of a NUL-terminated one; it borrows the buffer without saying so, and is used at once.
fn unicode_string(text: &mut Vec<u16>) -> LSA_UNICODE_STRING {
    let bytes = u16::try_from((text.len() - 1) * 2).unwrap_or(u16::MAX - 1);
    LSA_UNICODE_STRING { Length: bytes, MaximumLength: bytes.saturating_add(2), Buffer: text.as_mut_ptr() }
}

/// The SID of a computer's account database; of a domain controller, that of the domain.
pub(super) fn account_domain(server: Option<&str>) -> Result<Sid, Code> {
    const CALL: &str = "LsaQueryInformationPolicy";
    with_policy(server, |policy| {
        let mut buffer = null_mut();
        // SAFETY: the handle is open; the buffer is freed below.
        let status =
            unsafe { LsaQueryInformationPolicy(policy, PolicyAccountDomainInformation, &mut buffer) };
        status_of(CALL, status)?;
        let _free = OnDrop(|| {
            // SAFETY: the buffer came from the call above.
            unsafe { LsaFreeMemory(buffer) };
        });
        // SAFETY: the class is one structure of this type, and its SID lies in the buffer.
        let found = unsafe {
            list(buffer.cast::<POLICY_ACCOUNT_DOMAIN_INFO>().cast_const(), 1)
                .first()
                .and_then(|info| sid(info.DomainSid))
        };
        found.ok_or(Code { call: CALL, number: ERROR_NO_MORE_ITEMS })
    })
}

/// Who holds a user right.
pub(super) fn holders(server: Option<&str>, right: &str) -> Result<Vec<Sid>, Code> {
    const CALL: &str = "LsaEnumerateAccountsWithUserRight";
    with_policy(server, |policy| {
        let mut name = wide(right);
        let right = unicode_string(&mut name);
        let (mut buffer, mut count) = (null_mut(), 0);
        // SAFETY: the handle is open and the text alive; the buffer is freed below.
        let status = unsafe { LsaEnumerateAccountsWithUserRight(policy, &right, &mut buffer, &mut count) };
        status_of(CALL, status)?;
        let _free = OnDrop(|| {
            // SAFETY: the buffer came from the call above.
            unsafe { LsaFreeMemory(buffer) };
        });
        // SAFETY: the call gives `count` structures, whose SIDs lie in the buffer.
        let holders: Option<Vec<Sid>> = unsafe {
            let all = list(buffer.cast::<LSA_ENUMERATION_INFORMATION>().cast_const(), count);
            all.iter().map(|holder| sid(holder.Sid)).collect()
        };
        holders.ok_or(Code { call: CALL, number: windows_sys::Win32::Foundation::ERROR_INVALID_SID })
    })
}

/// Names of the local groups.
pub(super) fn local_groups(server: Option<&str>) -> Result<Vec<String>, Code> {
    let server = server.map(wide);
    pages(
        "NetLocalGroupEnum",
        |buffer, read, resume| {
            let mut total = 0;
            // SAFETY: all pointers are to live values; `pages` frees the buffer.
            unsafe {
                NetLocalGroupEnum(
                    pointer(server.as_ref()),
                    0,
                    buffer,
                    MAX_PREFERRED_LENGTH,
                    read,
                    &mut total,
                    resume,
                )
            }
        },
        // SAFETY: the name lies in the buffer, which `pages` frees afterwards.
        |group: &LOCALGROUP_INFO_0| unsafe { text(group.lgrpi0_name) },
    )
}

/// The direct members of a local group: SID, kind (`SID_NAME_USE`), name.
pub(super) fn group_members(server: Option<&str>, group: &str) -> Result<Vec<(Sid, i32, String)>, Code> {
    const CALL: &str = "NetLocalGroupGetMembers";
    let server = server.map(wide);
    let group = wide(group);
    let members = pages(
        CALL,
        |buffer, read, resume| {
            let mut total = 0;
            // SAFETY: all pointers are to live values; `pages` frees the buffer.
            unsafe {
                NetLocalGroupGetMembers(
                    pointer(server.as_ref()),
                    group.as_ptr(),
                    2,
                    buffer,
                    MAX_PREFERRED_LENGTH,
                    read,
                    &mut total,
                    resume,
                )
            }
        },
        // SAFETY: SID and name lie in the buffer, which `pages` frees afterwards.
        |member: &LOCALGROUP_MEMBERS_INFO_2| unsafe {
            sid(member.lgrmi2_sid).map(|sid| (sid, member.lgrmi2_sidusage, text(member.lgrmi2_domainandname)))
        },
    )?;
    let all: Option<Vec<_>> = members.into_iter().collect();
    all.ok_or(Code { call: CALL, number: windows_sys::Win32::Foundation::ERROR_INVALID_SID })
}

/// The SID of an account, by its name.
pub(super) fn sid_of(server: Option<&str>, name: &str) -> Result<Sid, Code> {
    const CALL: &str = "LookupAccountName";
    let server = server.map(wide);
    let name = wide(name);
    // SECURITY_MAX_SID_SIZE is 68 bytes; in words, so that the SID is aligned.
    let mut buffer = [0u32; 17];
    let mut domain = [0u16; 512];
    let (mut len, mut domain_len, mut usage) = (size_of_val(&buffer) as u32, domain.len() as u32, 0);
    // SAFETY: both buffers have the stated lengths.
    let done = unsafe {
        LookupAccountNameW(
            pointer(server.as_ref()),
            name.as_ptr(),
            buffer.as_mut_ptr().cast(),
            &mut len,
            domain.as_mut_ptr(),
            &mut domain_len,
            &mut usage,
        )
    };
    if done == 0 {
        return Err(last(CALL));
    }
    // SAFETY: the call has written a SID to the buffer.
    unsafe { sid(buffer.as_mut_ptr().cast()) }
        .ok_or(Code { call: CALL, number: windows_sys::Win32::Foundation::ERROR_INVALID_SID })
}

/// The shares: name, folder, descriptor.
pub(super) fn shares(server: Option<&str>) -> Result<Vec<(String, Option<String>, Option<Vec<u8>>)>, Code> {
    share_pages(server, 502, |share: &SHARE_INFO_502| {
        // SAFETY: name, path and descriptor lie in the buffer, which is freed afterwards.
        unsafe {
            (
                text(share.shi502_netname),
                Some(text(share.shi502_path)),
                descriptor(share.shi502_security_descriptor),
            )
        }
    })
}

/// The names of the shares, which everybody may see.
pub(super) fn share_names(server: Option<&str>) -> Result<Vec<String>, Code> {
    // SAFETY: the name lies in the buffer, which is freed afterwards.
    share_pages(server, 1, |share: &SHARE_INFO_1| unsafe { text(share.shi1_netname) })
}

/// `T` is the structure of the level.
fn share_pages<T, R>(server: Option<&str>, level: u32, take: impl FnMut(&T) -> R) -> Result<Vec<R>, Code> {
    let server = server.map(wide);
    pages(
        "NetShareEnum",
        |buffer, read, resume| {
            let mut total = 0;
            let mut handle = *resume as u32;
            // SAFETY: all pointers are to live values; `pages` frees the buffer.
            let number = unsafe {
                NetShareEnum(
                    pointer(server.as_ref()),
                    level,
                    buffer,
                    MAX_PREFERRED_LENGTH,
                    read,
                    &mut total,
                    &mut handle,
                )
            };
            *resume = handle as usize;
            number
        },
        take,
    )
}

/// Owner, group and DACL of a file or folder.
pub(super) fn file_descriptor(path: &str) -> Result<Vec<u8>, Code> {
    named_descriptor(path, SE_FILE_OBJECT)
}

/// Owner, group and DACL of a service.
pub(super) fn service_descriptor(name: &str) -> Result<Vec<u8>, Code> {
    named_descriptor(name, SE_SERVICE)
}

fn named_descriptor(name: &str, kind: SE_OBJECT_TYPE) -> Result<Vec<u8>, Code> {
    const CALL: &str = "GetNamedSecurityInfo";
    let name = wide(name);
    let mut found = null_mut();
    // SAFETY: the parts are not asked for one by one; the descriptor is freed below.
    let number = unsafe {
        GetNamedSecurityInfoW(
            name.as_ptr(),
            kind,
            OWNER_GROUP_DACL,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &mut found,
        )
    };
    check(CALL, number)?;
    let _free = OnDrop(|| {
        // SAFETY: the descriptor came from the call above.
        unsafe { LocalFree(found) };
    });
    // SAFETY: the call gives a self-relative descriptor.
    unsafe { descriptor(found) }.ok_or(Code { call: CALL, number: ERROR_NO_MORE_ITEMS })
}

/// Opens a key below `HKLM\` for reading, in the 64-bit view, and hands it to `with`.
fn with_key<R>(
    server: Option<&str>,
    path: &str,
    with: impl FnOnce(HKEY) -> Result<R, Code>,
) -> Result<R, Code> {
    let mut root = HKEY_LOCAL_MACHINE;
    if let Some(server) = server {
        let server = wide(server);
        // SAFETY: the name is NUL-terminated; the handle is closed below.
        check("RegConnectRegistry", unsafe {
            RegConnectRegistryW(server.as_ptr(), HKEY_LOCAL_MACHINE, &mut root)
        })?;
    }
    let _disconnect = OnDrop(|| {
        if server.is_some() {
            // SAFETY: the handle was opened above.
            unsafe { RegCloseKey(root) };
        }
    });
    let path = wide(path);
    let mut key = null_mut();
    // SAFETY: the root is open and the path NUL-terminated; the handle is closed below.
    check("RegOpenKeyEx", unsafe {
        RegOpenKeyExW(root, path.as_ptr(), 0, KEY_READ | KEY_WOW64_64KEY, &mut key)
    })?;
    let _close = OnDrop(|| {
        // SAFETY: the handle was opened above.
        unsafe { RegCloseKey(key) };
    });
    with(key)
}

/// Owner, group and DACL of a registry key.
pub(super) fn key_descriptor(server: Option<&str>, path: &str) -> Result<Vec<u8>, Code> {
    const CALL: &str = "RegGetKeySecurity";
    with_key(server, path, |key| {
        let mut len = 0u32;
        let mut buffer: Vec<u32> = Vec::new();
        loop {
            // SAFETY: the buffer has at least `len` bytes; words keep it aligned.
            let number =
                unsafe { RegGetKeySecurity(key, OWNER_GROUP_DACL, buffer.as_mut_ptr().cast(), &mut len) };
            if number == ERROR_INSUFFICIENT_BUFFER && len as usize > buffer.len() * 4 {
                buffer = vec![0; (len as usize).div_ceil(4)];
                continue;
            }
            check(CALL, number)?;
            // SAFETY: the call has written a self-relative descriptor to the buffer.
            let found =
                if buffer.is_empty() { None } else { unsafe { descriptor(buffer.as_mut_ptr().cast()) } };
            return found.ok_or(Code { call: CALL, number: ERROR_NO_MORE_ITEMS });
        }
    })
}

/// A key: values, and names of the keys below.
pub(super) fn key(server: Option<&str>, path: &str) -> Result<RegKey, Code> {
    with_key(server, path, |key| {
        let mut found = RegKey::default();
        for index in 0.. {
            // A name has at most 255 characters (registry element size limits).
            let mut name = [0u16; 256];
            let mut len = name.len() as u32;
            // SAFETY: the buffer has `len` units; the rest is not asked for.
            let number = unsafe {
                RegEnumKeyExW(
                    key,
                    index,
                    name.as_mut_ptr(),
                    &mut len,
                    null(),
                    null_mut(),
                    null_mut(),
                    null_mut(),
                )
            };
            if number == ERROR_NO_MORE_ITEMS {
                break;
            }
            check("RegEnumKeyEx", number)?;
            found.keys.push(String::from_utf16_lossy(&name[..len as usize]));
        }
        let mut data = vec![0u8; 4096];
        let mut index = 0;
        loop {
            // A value's name has at most 16,383 characters.
            let mut name = vec![0u16; 16_384];
            let (mut len, mut size, mut kind) = (name.len() as u32, data.len() as u32, 0);
            // SAFETY: both buffers have the stated lengths.
            let number = unsafe {
                RegEnumValueW(
                    key,
                    index,
                    name.as_mut_ptr(),
                    &mut len,
                    null(),
                    &mut kind,
                    data.as_mut_ptr(),
                    &mut size,
                )
            };
            match number {
                ERROR_NO_MORE_ITEMS => return Ok(found),
                ERROR_MORE_DATA if size as usize > data.len() => data = vec![0; size as usize],
                ERROR_MORE_DATA => data = vec![0; data.len() * 2],
                _ => {
                    check("RegEnumValue", number)?;
                    found.values.push(RegValue {
                        name: String::from_utf16_lossy(&name[..len as usize]),
                        kind,
                        data: data[..size as usize].to_vec(),
                    });
                    index += 1;
                }
            }
        }
    })
}

/// The services, without drivers, in the order of the service manager.
pub(super) fn services(server: Option<&str>) -> Result<Vec<Service>, Code> {
    const CALL: &str = "EnumServicesStatusEx";
    let server = server.map(wide);
    // SAFETY: the name is NUL-terminated; the handle is closed below.
    let manager = unsafe {
        OpenSCManagerW(pointer(server.as_ref()), null(), SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE)
    };
    if manager.is_null() {
        return Err(last("OpenSCManager"));
    }
    let _close = OnDrop(|| {
        // SAFETY: the handle was opened above.
        unsafe { CloseServiceHandle(manager) };
    });
    let mut all = Vec::new();
    let mut resume = 0u32;
    // 64 KiB, aligned for the structures; a call gives what fits.
    let mut buffer = vec![0u64; 8192];
    loop {
        let (mut needed, mut count) = (0, 0);
        // SAFETY: the buffer has the stated length in bytes.
        let done = unsafe {
            EnumServicesStatusExW(
                manager,
                SC_ENUM_PROCESS_INFO,
                SERVICE_WIN32,
                SERVICE_STATE_ALL,
                buffer.as_mut_ptr().cast(),
                (buffer.len() * 8) as u32,
                &mut needed,
                &mut count,
                &mut resume,
                null(),
            )
        };
        let more = done == 0;
        if more && last(CALL).number != ERROR_MORE_DATA {
            return Err(last(CALL));
        }
        // SAFETY: the call has written `count` structures, whose texts lie in the same buffer.
        for status in unsafe { list(buffer.as_ptr().cast::<ENUM_SERVICE_STATUS_PROCESSW>(), count) } {
            // SAFETY: as above.
            let (name, display_name) = unsafe { (text(status.lpServiceName), text(status.lpDisplayName)) };
            let state = match status.ServiceStatusProcess.dwCurrentState {
                1 => "Stopped",
                2 => "Start Pending",
                3 => "Stop Pending",
                4 => "Running",
                5 => "Continue Pending",
                6 => "Pause Pending",
                7 => "Paused",
                _ => "Unknown",
            };
            let config = service_config(manager, &name);
            let (start_mode, account, path) =
                config.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
            all.push(Service { name, display_name, state, start_mode, account, path });
        }
        if !more {
            return Ok(all);
        }
        if count == 0 {
            buffer = vec![0; buffer.len().max(needed as usize / 8) * 2];
        }
    }
}

/// Start mode, account and command line; `None` where the caller may not read them.
fn service_config(manager: SC_HANDLE, name: &str) -> Option<(&'static str, String, String)> {
    let name = wide(name);
    // SAFETY: the manager is open and the name NUL-terminated; the handle is closed below.
    let service = unsafe { OpenServiceW(manager, name.as_ptr(), SERVICE_QUERY_CONFIG) };
    if service.is_null() {
        return None;
    }
    let _close = OnDrop(|| {
        // SAFETY: the handle was opened above.
        unsafe { CloseServiceHandle(service) };
    });
    // 8 KiB is the most that this call ever needs (its documentation).
    let mut buffer = vec![0u64; 1024];
    let mut needed = 0;
    // SAFETY: the buffer has the stated length in bytes.
    let done = unsafe {
        QueryServiceConfigW(service, buffer.as_mut_ptr().cast(), (buffer.len() * 8) as u32, &mut needed)
    };
    if done == 0 {
        return None;
    }
    // SAFETY: the call has written one structure, whose texts lie in the same buffer.
    let (start, account, path) = unsafe {
        let config = &*buffer.as_ptr().cast::<QUERY_SERVICE_CONFIGW>();
        (config.dwStartType, text(config.lpServiceStartName), text(config.lpBinaryPathName))
    };
    let start = match start {
        0 => "Boot",
        1 => "System",
        2 => "Auto",
        3 => "Manual",
        4 => "Disabled",
        _ => "Unknown",
    };
    Some((start, account, path))
}
