//! The policy of a computer (LSA): its account database, and who holds which user right.

use std::ptr::{null, null_mut};

use cmlint_winsec::Sid;
use windows_sys::Win32::Foundation::{ERROR_INVALID_SID, ERROR_NO_MORE_ITEMS};
use windows_sys::Win32::Security::Authentication::Identity::{
    LSA_ENUMERATION_INFORMATION, LSA_HANDLE, LSA_OBJECT_ATTRIBUTES, LSA_UNICODE_STRING, LsaClose,
    LsaEnumerateAccountsWithUserRight, LsaFreeMemory, LsaNtStatusToWinError, LsaOpenPolicy,
    LsaQueryInformationPolicy, POLICY_ACCOUNT_DOMAIN_INFO, POLICY_LOOKUP_NAMES,
    POLICY_VIEW_LOCAL_INFORMATION, PolicyAccountDomainInformation,
};

use super::{Code, OnDrop, check, list, sid, wide};

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
pub(crate) fn account_domain(server: Option<&str>) -> Result<Sid, Code> {
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
pub(crate) fn holders(server: Option<&str>, right: &str) -> Result<Vec<Sid>, Code> {
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
        holders.ok_or(Code { call: CALL, number: ERROR_INVALID_SID })
    })
}
