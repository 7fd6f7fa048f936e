//! Keys of the registry: values, names of the keys below, descriptors.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, RegCloseKey, RegConnectRegistryW, RegEnumKeyExW,
    RegEnumValueW, RegGetKeySecurity, RegOpenKeyExW,
};

use super::super::super::answers::{RegKey, RegValue};
use super::{Code, OWNER_GROUP_DACL, OnDrop, check, descriptor, wide};

/// Owner, group and DACL of a registry key.
pub(crate) fn key_descriptor(server: Option<&str>, path: &str) -> Result<Vec<u8>, Code> {
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
pub(crate) fn key(server: Option<&str>, path: &str) -> Result<RegKey, Code> {
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
