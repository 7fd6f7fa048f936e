//! The calls themselves: the only unsafe code of the project.
//!
//! Each function copies what Windows gave into values of Rust before it returns, and frees what has to be freed in
//! every case ([`OnDrop`]). Windows may give a null buffer with a success code, so no pointer is used unchecked.

#![allow(unsafe_code, reason = "Windows is called through its C interface; each block says why it is sound")]

mod computer;
mod descriptors;
mod network;
mod policy;
mod registry;
mod services;

use std::fmt;
use std::ptr::null;

use cmlint_winsec::Sid;
use windows_sys::Win32::Foundation::{ERROR_SUCCESS, GetLastError};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, GetLengthSid, GetSecurityDescriptorLength,
    IsValidSid, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
};

pub(crate) use computer::elevated;
pub(super) use computer::{FULL_NAME, HOST_NAME, own_name, role, windows_folder, workstation_name};
pub(super) use descriptors::{file_descriptor, service_descriptor};
pub(super) use network::{group_members, local_groups, share_names, shares, sid_of};
pub(super) use policy::{account_domain, holders};
pub(super) use registry::{key, key_descriptor};
pub(super) use services::services;

/// A call that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code {
    /// Name of the call.
    pub(crate) call: &'static str,
    /// Error of Windows (winerror.h).
    pub(crate) number: u32,
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
