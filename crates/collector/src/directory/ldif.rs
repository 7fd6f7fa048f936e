//! LDIF (RFC 2849), as the linter reads it: SIDs and descriptors as text, so that a person can read them too.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cmlint_winsec::{Sid, binary, sddl};

use super::entry::Entry;

/// Attributes that hold a SID.
const SIDS: &[&str] = &["objectsid", "securityidentifier"];

/// Attributes that hold a security descriptor.
const DESCRIPTORS: &[&str] =
    &["ntsecuritydescriptor", "msds-groupmsamembership", "msds-allowedtoactonbehalfofotheridentity"];

/// Bytes of a line before it is folded.
const WIDTH: usize = 76;

/// Writes one record with the blank line after it.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn write(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    line(out, "dn", entry.dn.as_bytes())?;
    line(out, "changetype", b"add")?;
    for (name, values) in &entry.attributes {
        for value in values {
            match as_text(name, value) {
                Some(text) => line(out, name, text.as_bytes())?,
                None => line(out, name, value)?,
            }
        }
    }
    out.write_all(b"\n")
}

/// The text for a SID or a descriptor; `None` for other attributes, and for bytes that are neither.
fn as_text(name: &str, value: &[u8]) -> Option<String> {
    let name = name.to_ascii_lowercase();
    if SIDS.contains(&name.as_str()) {
        return Sid::from_binary(value).map(|sid| sid.to_string());
    }
    if DESCRIPTORS.contains(&name.as_str()) {
        return binary::read(value).ok().and_then(|descriptor| sddl::write(&descriptor).ok());
    }
    None
}

/// One attribute: as it is where RFC 2849 allows it, else as base64; folded.
fn line(out: &mut impl Write, name: &str, value: &[u8]) -> io::Result<()> {
    let text = match std::str::from_utf8(value) {
        Ok(text) if is_safe(text) => format!("{name}: {text}"),
        _ => format!("{name}:: {}", STANDARD.encode(value)),
    };
    // The name is ASCII by the syntax of LDAP, and the value by the check above.
    let mut rest = text.as_bytes();
    let mut width = WIDTH;
    while rest.len() > width {
        let (now, later) = rest.split_at(width);
        out.write_all(now)?;
        out.write_all(b"\n ")?;
        rest = later;
        width = WIDTH - 1;
    }
    out.write_all(rest)?;
    out.write_all(b"\n")
}

/// SAFE-STRING of RFC 2849, and no blank at the end, which an editor would take away.
fn is_safe(text: &str) -> bool {
    let first = !text.starts_with([' ', ':', '<']);
    first && !text.ends_with(' ') && text.bytes().all(|b| (0x20..0x7f).contains(&b))
}
