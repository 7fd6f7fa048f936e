//! The native formats: `secedit` and `reg` exports, CSV, and `applicationHost.config` without its secrets.

use super::answers::{RegKey, RegValue};

/// UTF-16LE with a byte order mark and CRLF, as `secedit` and `reg` write.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.split('\n').enumerate().flat_map(|(index, line)| {
        let end = if index == 0 { "" } else { "\r\n" };
        end.encode_utf16().chain(line.encode_utf16()).collect::<Vec<u16>>()
    }));
    units.flat_map(u16::to_le_bytes).collect()
}

/// A field of a CSV file (RFC 4180).
pub(crate) fn csv_field(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The text of a `secedit` export of user rights. A right that nobody holds is left out, as `secedit` does.
pub(crate) fn user_rights<'r>(rights: impl IntoIterator<Item = (&'r str, Vec<String>)>) -> String {
    let mut text = String::from("[Unicode]\nUnicode=yes\n[Privilege Rights]\n");
    for (right, holders) in rights {
        if !holders.is_empty() {
            let holders: Vec<String> = holders.into_iter().map(|sid| format!("*{sid}")).collect();
            text.push_str(&format!("{right} = {}\n", holders.join(",")));
        }
    }
    text.push_str("[Version]\nsignature=\"$CHICAGO$\"\nRevision=1\n");
    text
}

/// First line of a `reg` export.
pub(crate) const REG_HEADER: &str = "Windows Registry Editor Version 5.00\n";

/// One key of a `reg` export; `path` begins with `HKLM\`.
pub(crate) fn reg_key(path: &str, key: &RegKey) -> String {
    let full = path
        .strip_prefix("HKLM\\")
        .map_or_else(|| path.to_owned(), |rest| format!("HKEY_LOCAL_MACHINE\\{rest}"));
    let mut text = format!("\n[{full}]\n");
    for value in &key.values {
        text.push_str(&reg_value(value));
        text.push('\n');
    }
    text
}

fn reg_value(value: &RegValue) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let name = if value.name.is_empty() { "@".to_owned() } else { quoted(&value.name) };
    if value.kind == 1
        && let Some(text) = value.text()
        && !text.contains(|c: char| c.is_control())
    {
        return format!("{name}={}", quoted(&text));
    }
    if let (4, Ok(bytes)) = (value.kind, <[u8; 4]>::try_from(value.data.as_slice())) {
        return format!("{name}=dword:{:08x}", u32::from_le_bytes(bytes));
    }
    let kind = if value.kind == 3 { "hex".to_owned() } else { format!("hex({:x})", value.kind) };
    let mut text = format!("{name}={kind}:");
    let mut column = text.chars().count();
    for (index, byte) in value.data.iter().enumerate() {
        let last = index + 1 == value.data.len();
        text.push_str(&format!("{byte:02x}{}", if last { "" } else { "," }));
        column += 3;
        if column > 76 && !last {
            text.push_str("\\\n  ");
            column = 2;
        }
    }
    text
}

/// `applicationHost.config` with empty passwords, keys and encrypted values. Everything else stays as it is, so that
/// lines and columns are those of the file on the server.
pub(crate) fn without_secrets(config: &[u8]) -> Result<Vec<u8>, &'static str> {
    let text = std::str::from_utf8(config)
        .map_err(|_| "it is not UTF-8; its passwords cannot be cut with certainty")?;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let (before, after) = rest.split_at(equals + 1);
        out.push_str(before);
        rest = after;
        let name = before[..equals].trim_end();
        let name: &str = name.rsplit(|c: char| c.is_whitespace() || c == '<').next().unwrap_or_default();
        let blanks = rest.len() - rest.trim_start().len();
        let Some(quote) = rest[blanks..].chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let value_start = blanks + 1;
        let Some(len) = rest[value_start..].find(quote) else { break };
        let value = &rest[value_start..value_start + len];
        out.push_str(&rest[..value_start]);
        if !is_secret(name, value) {
            out.push_str(value);
        }
        out.push(quote);
        rest = &rest[value_start + len + 1..];
    }
    out.push_str(rest);
    Ok(out.into_bytes())
}

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let value = value.to_ascii_lowercase();
    let named = name.ends_with("password")
        || name == "pwd"
        || name.ends_with("connectionstring")
        || matches!(name.as_str(), "sessionkey" | "validationkey" | "decryptionkey");
    named || value.contains("[enc:") || value.contains("password=") || value.contains("pwd=")
}
