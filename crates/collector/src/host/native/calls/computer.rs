//! What a computer is: its names, its place in a domain, and who runs this program on it.

use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CloseHandle, ERROR_NO_MORE_ITEMS};
use windows_sys::Win32::NetworkManagement::NetManagement::{
    NetApiBufferFree, NetWkstaGetInfo, WKSTA_INFO_100,
};
use windows_sys::Win32::Networking::ActiveDirectory::{
    DSROLE_PRIMARY_DOMAIN_INFO_BASIC, DsRoleFreeMemory, DsRoleGetPrimaryDomainInformation,
    DsRolePrimaryDomainInfoBasic,
};
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_ELEVATION, TOKEN_QUERY, TokenElevation};
use windows_sys::Win32::System::SystemInformation::{
    COMPUTER_NAME_FORMAT, ComputerNameDnsFullyQualified, ComputerNameDnsHostname, GetComputerNameExW,
    GetSystemWindowsDirectoryW,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::{Code, OnDrop, check, list, pointer, text, wide};

/// The name of this computer with its domain.
pub(crate) const FULL_NAME: COMPUTER_NAME_FORMAT = ComputerNameDnsFullyQualified;
/// The name of this computer without its domain.
pub(crate) const HOST_NAME: COMPUTER_NAME_FORMAT = ComputerNameDnsHostname;

/// A name of this computer.
pub(crate) fn own_name(format: COMPUTER_NAME_FORMAT) -> Option<String> {
    let mut buffer = [0u16; 512];
    let mut len = buffer.len() as u32;
    // SAFETY: the buffer has `len` units.
    let done = unsafe { GetComputerNameExW(format, buffer.as_mut_ptr(), &mut len) } != 0;
    done.then(|| String::from_utf16_lossy(&buffer[..len as usize])).filter(|name| !name.is_empty())
}

/// The folder of Windows.
pub(crate) fn windows_folder() -> Option<String> {
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
pub(crate) struct Role {
    pub(crate) role: u32,
    pub(crate) domain_flat: Option<String>,
    pub(crate) domain_dns: Option<String>,
}

pub(crate) fn role(server: Option<&str>) -> Result<Role, Code> {
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
pub(crate) fn workstation_name(server: Option<&str>) -> Result<String, Code> {
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
