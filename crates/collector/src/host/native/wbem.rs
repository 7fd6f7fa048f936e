//! WMI namespaces: which there are, and who may do what in them.

use std::collections::HashMap;

use wmi::{AuthLevel, Variant, WMIConnection, WMIError};

use super::super::answers::{Answer, Refused};

/// Owner, group and DACL of a namespace (`__SystemSecurity::GetSD`).
pub(super) fn descriptor(host: Option<&str>, namespace: &str) -> Answer<Option<Vec<u8>>> {
    let Some(connection) = connect(host, namespace)? else { return Ok(None) };
    let answer = connection.exec_method("__SystemSecurity=@", "GetSD", None).map_err(|e| refused(&e))?;
    let answer = answer.ok_or_else(|| Refused::Failed("GetSD gave nothing".to_owned()))?;
    let Variant::Array(bytes) = answer.get_property("SD").map_err(|e| refused(&e))? else {
        return Err(Refused::Failed("GetSD gave no descriptor".to_owned()));
    };
    let byte = |variant: Variant| match variant {
        Variant::UI1(byte) => Ok(byte),
        _ => Err(Refused::Failed("GetSD gave something else than bytes".to_owned())),
    };
    bytes.into_iter().map(byte).collect::<Result<_, _>>().map(Some)
}

/// Names of the namespaces in a namespace.
pub(super) fn namespaces(host: Option<&str>, parent: &str) -> Answer<Option<Vec<String>>> {
    let Some(connection) = connect(host, parent)? else { return Ok(None) };
    let rows: Vec<HashMap<String, Variant>> =
        connection.raw_query("SELECT Name FROM __NAMESPACE").map_err(|e| refused(&e))?;
    let name = |mut row: HashMap<String, Variant>| match row.remove("Name") {
        Some(Variant::String(name)) => Some(name),
        _ => None,
    };
    Ok(Some(rows.into_iter().filter_map(name).collect()))
}

fn connect(host: Option<&str>, namespace: &str) -> Answer<Option<WMIConnection>> {
    let path = host.map_or_else(|| namespace.to_owned(), |host| format!("\\\\{host}\\{namespace}"));
    // WBEM_E_INVALID_NAMESPACE, WBEM_E_NOT_FOUND.
    let absent = |e: &WMIError| matches!(code(e), Some(0x8004_100e | 0x8004_1002));
    let connection = match WMIConnection::with_namespace_path(&path) {
        Ok(connection) => connection,
        Err(e) if absent(&e) => return Ok(None),
        Err(e) => return Err(refused(&e)),
    };
    // Namespaces may ask for encryption, and no answer should cross the network without it.
    if host.is_some() {
        connection.set_proxy_blanket(AuthLevel::PktPrivacy).map_err(|e| refused(&e))?;
    }
    Ok(Some(connection))
}

fn code(error: &WMIError) -> Option<u32> {
    match error {
        WMIError::HResultError { hres } => Some(hres.cast_unsigned()),
        _ => None,
    }
}

fn refused(error: &WMIError) -> Refused {
    match code(error) {
        // WBEM_E_ACCESS_DENIED, E_ACCESSDENIED.
        Some(0x8004_1003 | 0x8007_0005) => Refused::Denied,
        // RPC server unavailable, bad network path.
        Some(0x8007_06ba | 0x8007_0035) => {
            Refused::Unreachable("WMI does not answer (RPC, port 135)".to_owned())
        }
        _ => Refused::Failed(format!("WMI: {error}")),
    }
}
