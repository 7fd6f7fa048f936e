//! Descriptors of what has a name: files and services.

use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_NO_MORE_ITEMS, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    GetNamedSecurityInfoW, SE_FILE_OBJECT, SE_OBJECT_TYPE, SE_SERVICE,
};

use super::{Code, OWNER_GROUP_DACL, OnDrop, check, descriptor, wide};

/// Owner, group and DACL of a file or folder.
pub(crate) fn file_descriptor(path: &str) -> Result<Vec<u8>, Code> {
    named_descriptor(path, SE_FILE_OBJECT)
}

/// Owner, group and DACL of a service.
pub(crate) fn service_descriptor(name: &str) -> Result<Vec<u8>, Code> {
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
