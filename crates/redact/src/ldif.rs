//! LDIF (RFC 2849): lines that go on in the next, and values in base64.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cmlint_winsec::Sid;

use crate::Redactor;

/// LDIF with pseudonyms. Names of attributes stay. A value that went on in the next lines stands in its first
/// and is followed by empty continuations: a place is still in its line.
pub(crate) fn ldif(redactor: &Redactor, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(first) = lines.next() {
        let mut logical = vec![first];
        while lines.peek().is_some_and(|next| next.starts_with(' ')) {
            logical.extend(lines.next());
        }
        let body = |line: &str| line.trim_end_matches(['\r', '\n']).len();
        let mut joined = String::new();
        for (index, line) in logical.iter().enumerate() {
            joined.push_str(&line[usize::from(index > 0)..body(line)]);
        }
        out.push_str(&attribute(redactor, &joined));
        for (index, line) in logical.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            out.push_str(&line[body(line)..]);
        }
    }
    out
}

/// Attributes whose value is a name even where it looks like a number.
const NAMES: [&str; 6] = ["samaccountname", "cn", "name", "displayname", "ou", "givenname"];

fn attribute<'a>(redactor: &Redactor, line: &'a str) -> Cow<'a, str> {
    if line.starts_with('#') {
        return redactor.line(line).into();
    }
    let Some((name, value)) = line.split_once(':') else { return redactor.line(line).into() };
    if let Some(encoded) = value.strip_prefix(':') {
        let Ok(bytes) = STANDARD.decode(encoded.trim()) else { return redactor.line(line).into() };
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => redactor.line(&text).into_bytes(),
            Ok(text) => binary(redactor, text.into_bytes()),
            Err(error) => binary(redactor, error.into_bytes()),
        };
        return format!("{name}:: {}", STANDARD.encode(bytes)).into();
    }
    let lower = name.to_ascii_lowercase();
    let number = value.trim();
    if let Ok(rid) = number.parse::<u32>() {
        if lower == "primarygroupid" {
            return format!("{name}: {}", redactor.key.rid(rid)).into();
        }
        if NAMES.contains(&lower.as_str()) && number.len() >= 3 {
            return format!("{name}: {}", redactor.key.word(number)).into();
        }
    }
    format!("{name}:{}", redactor.line(value)).into()
}

/// SIDs in a binary value: one alone, or those of a descriptor (MS-DTYP 2.4.2.2). Texts in UTF-16 are hidden.
fn binary(redactor: &Redactor, mut bytes: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while at + 8 <= bytes.len() {
        let len = 8 + 4 * bytes[at + 1] as usize;
        let begins = bytes[at] == 1 && (4..=15).contains(&bytes[at + 1]) && bytes[at + 2..at + 7] == [0; 5];
        if begins
            && at + len <= bytes.len()
            && let Some(sid) = Sid::from_binary(&bytes[at..at + len])
        {
            bytes[at..at + len].copy_from_slice(&redactor.key.sid(&sid).to_binary());
            at += len;
            continue;
        }
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_value_is_one_name_and_lines_stay_lines() {
        let redactor = Redactor::new(b"a key", []);
        let name = redactor.line("jdoe");
        let out = ldif(&redactor, "dn: CN=jd\n oe,DC=com\nwibble: 3\n\n");
        assert_eq!(out, format!("dn: CN={name},DC=com\n \nwibble: 3\n\n"));
    }

    #[test]
    fn values_in_base64_are_read() {
        let redactor = Redactor::new(b"a key", []);
        let sid: Sid = "S-1-5-21-1-2-3-1105".parse().unwrap();
        let text =
            format!("cn:: {}\nobjectSid:: {}\n", STANDARD.encode("jdoe"), STANDARD.encode(sid.to_binary()));
        let out = ldif(&redactor, &text);
        let name = STANDARD.encode(redactor.line("jdoe"));
        let mapped = STANDARD.encode(redactor.key.sid(&sid).to_binary());
        assert_eq!(out, format!("cn:: {name}\nobjectSid:: {mapped}\n"));
    }

    #[test]
    fn a_number_may_be_a_name() {
        let redactor = Redactor::new(b"a key", []);
        let out = ldif(&redactor, "sAMAccountName: 104233\nprimaryGroupID: 513\nuSNChanged: 104233\n");
        let name = redactor.key.word("104233");
        assert_eq!(out, format!("sAMAccountName: {name}\nprimaryGroupID: 513\nuSNChanged: 104233\n"));
    }
}
