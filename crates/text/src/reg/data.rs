//! Digits into data.

use super::Data;

/// Kinds of registry values, from `winnt.h`.
const SZ: u32 = 1;
const EXPAND_SZ: u32 = 2;
pub(super) const BINARY: u32 = 3;
const DWORD: u32 = 4;
const MULTI_SZ: u32 = 7;
const QWORD: u32 = 11;

/// Pairs of hexadecimal digits with commas between them; white space, line continuations and a comment at
/// the end are passed.
/// `None` when there is anything else.
pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    let nibble = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    let mut bytes = Vec::with_capacity(digits.len() / 3 + 1);
    // What was read of the byte that is being read.
    let mut half: Option<u8> = None;
    let mut full = false;
    for b in digits.split(';').next().unwrap_or_default().bytes() {
        match b {
            b',' => {
                if let Some(one) = half.take() {
                    bytes.push(one);
                }
                full = false;
            }
            b'\\' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                let digit = nibble(b)?;
                half = match half {
                    None => Some(digit),
                    Some(_) if full => return None,
                    Some(high) => {
                        full = true;
                        Some(high << 4 | digit)
                    }
                };
            }
        }
    }
    bytes.extend(half);
    Some(bytes)
}

/// Data of a kind. The second part says what is wrong when the bytes do not fit the kind.
pub(super) fn of_kind(kind: u32, bytes: Vec<u8>, unicode: bool) -> (Data<'static>, Option<&'static str>) {
    match kind {
        SZ | EXPAND_SZ => match text(&bytes, unicode) {
            Some(text) => {
                let text = text.trim_end_matches('\0').to_owned();
                (Data::Text { text, expand: kind == EXPAND_SZ }, None)
            }
            None => (Data::Bytes { kind, bytes }, Some("a text that is no UTF-16; it was kept as bytes")),
        },
        MULTI_SZ => match text(&bytes, unicode) {
            Some(text) => {
                // An empty text ends the list.
                let all = text.split('\0').take_while(|t| !t.is_empty()).map(str::to_owned).collect();
                (Data::Texts(all), None)
            }
            None => (Data::Bytes { kind, bytes }, Some("texts that are no UTF-16; they were kept as bytes")),
        },
        DWORD => match bytes.as_slice().try_into() {
            Ok(four) => (Data::Dword(u32::from_le_bytes(four)), None),
            Err(_) => {
                (Data::Bytes { kind, bytes }, Some("a dword that has not 4 bytes; it was kept as bytes"))
            }
        },
        QWORD => match bytes.as_slice().try_into() {
            Ok(eight) => (Data::Qword(u64::from_le_bytes(eight)), None),
            Err(_) => {
                (Data::Bytes { kind, bytes }, Some("a qword that has not 8 bytes; it was kept as bytes"))
            }
        },
        _ => (Data::Bytes { kind, bytes }, None),
    }
}

fn text(bytes: &[u8], unicode: bool) -> Option<String> {
    if !unicode {
        return Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned());
    }
    encoding_rs::UTF_16LE.decode_without_bom_handling_and_without_replacement(bytes).map(|t| t.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_over_continued_lines() {
        assert_eq!(bytes("01,0a,\\\r\n  FF"), Some(vec![1, 10, 255]));
        assert_eq!(bytes(""), Some(vec![]));
        assert_eq!(bytes("1,2"), Some(vec![1, 2]));
        assert_eq!(bytes("01,02 ; why"), Some(vec![1, 2]));
        for wrong in ["0g", "001", "01 02 03", "é"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
