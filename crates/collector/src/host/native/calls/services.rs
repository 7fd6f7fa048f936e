//! The services of a computer.

use std::ptr::null;

use windows_sys::Win32::Foundation::ERROR_MORE_DATA;
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, ENUM_SERVICE_STATUS_PROCESSW, EnumServicesStatusExW, OpenSCManagerW, OpenServiceW,
    QUERY_SERVICE_CONFIGW, QueryServiceConfigW, SC_ENUM_PROCESS_INFO, SC_HANDLE, SC_MANAGER_CONNECT,
    SC_MANAGER_ENUMERATE_SERVICE, SERVICE_QUERY_CONFIG, SERVICE_STATE_ALL, SERVICE_WIN32,
};

use super::super::super::answers::Service;
use super::{Code, OnDrop, last, list, pointer, text, wide};

/// The services, without drivers, in the order of the service manager.
pub(crate) fn services(server: Option<&str>) -> Result<Vec<Service>, Code> {
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
