//! Lists of the network management calls, which come in pages: local groups, their members, shares.

use std::ptr::null_mut;

use cmlint_winsec::Sid;
use windows_sys::Win32::Foundation::{ERROR_INVALID_SID, ERROR_MORE_DATA, ERROR_SUCCESS};
use windows_sys::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_INFO_0, LOCALGROUP_MEMBERS_INFO_2, MAX_PREFERRED_LENGTH, NetApiBufferFree, NetLocalGroupEnum,
    NetLocalGroupGetMembers,
};
use windows_sys::Win32::Security::LookupAccountNameW;
use windows_sys::Win32::Storage::FileSystem::{NetShareEnum, SHARE_INFO_1, SHARE_INFO_502};

use super::{Code, OnDrop, descriptor, last, list, pointer, sid, text, wide};

/// Names of the local groups.
pub(crate) fn local_groups(server: Option<&str>) -> Result<Vec<String>, Code> {
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
pub(crate) fn group_members(server: Option<&str>, group: &str) -> Result<Vec<(Sid, i32, String)>, Code> {
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
    all.ok_or(Code { call: CALL, number: ERROR_INVALID_SID })
}

/// The SID of an account, by its name.
pub(crate) fn sid_of(server: Option<&str>, name: &str) -> Result<Sid, Code> {
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
    unsafe { sid(buffer.as_mut_ptr().cast()) }.ok_or(Code { call: CALL, number: ERROR_INVALID_SID })
}

/// A share as the system tells of it.
pub(crate) struct FoundShare {
    pub(crate) name: String,
    /// Its folder.
    pub(crate) path: String,
    /// Self-relative; absent where it has none.
    pub(crate) descriptor: Option<Vec<u8>>,
}

/// The shares with their descriptors.
pub(crate) fn shares(server: Option<&str>) -> Result<Vec<FoundShare>, Code> {
    share_pages(server, 502, |share: &SHARE_INFO_502| {
        // SAFETY: name, path and descriptor lie in the buffer, which is freed afterwards.
        unsafe {
            FoundShare {
                name: text(share.shi502_netname),
                path: text(share.shi502_path),
                descriptor: descriptor(share.shi502_security_descriptor),
            }
        }
    })
}

/// The names of the shares, which everybody may see.
pub(crate) fn share_names(server: Option<&str>) -> Result<Vec<String>, Code> {
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
