//! Decoding what stands for other characters, leniently, with the places kept.

use std::borrow::Cow;

use cmlint_source::OffsetMap;

use crate::json::escape_at;

/// Builds a decoded text and the map back to where it came from.
struct Decoder {
    text: String,
    breaks: Vec<(u32, u32)>,
}

impl Decoder {
    fn new() -> Self {
        Decoder { text: String::new(), breaks: vec![(0, 0)] }
    }

    /// Adds a character that ends at `behind` of the outer text.
    fn add(&mut self, c: char, behind: usize) {
        self.text.push(c);
        self.breaks.push((self.text.len() as u32, behind as u32));
    }

    fn finish<'t>(self, outer_len: usize) -> (Cow<'t, str>, OffsetMap) {
        (Cow::Owned(self.text), OffsetMap::from_breaks(self.breaks, outer_len))
    }
}

/// The text of a JSON string without its quotes, and a map to offsets in `raw`. An escape that is none
/// stands for itself.
pub(super) fn unescape(raw: &str) -> (Cow<'_, str>, OffsetMap) {
    let Some(mut at) = memchr::memchr(b'\\', raw.as_bytes()) else {
        return (Cow::Borrowed(raw), OffsetMap::verbatim(0, raw.len()));
    };
    let mut decoder = Decoder::new();
    decoder.text.push_str(&raw[..at]);
    while at < raw.len() {
        match escape_at(raw, at) {
            Some((c, behind)) => {
                decoder.add(c, behind);
                at = behind;
            }
            None => {
                decoder.text.push('\\');
                at += 1;
            }
        }
        let plain = memchr::memchr(b'\\', &raw.as_bytes()[at..]).unwrap_or(raw.len() - at);
        decoder.text.push_str(&raw[at..at + plain]);
        at += plain;
    }
    decoder.finish(raw.len())
}

/// The same without the map, which costs a list of its own.
pub(super) fn unescaped(raw: &str) -> Cow<'_, str> {
    match memchr::memchr(b'\\', raw.as_bytes()) {
        None => Cow::Borrowed(raw),
        Some(_) => unescape(raw).0,
    }
}

/// The same as [`resolve`] without the map.
pub(super) fn resolved(raw: &str) -> Cow<'_, str> {
    match memchr::memchr(b'&', raw.as_bytes()) {
        None => Cow::Borrowed(raw),
        Some(_) => resolve(raw).0,
    }
}

/// The text of XML character data, and a map to offsets in `raw`. An entity that is not one of the five
/// known ones, or a character number, stands for itself.
pub(super) fn resolve(raw: &str) -> (Cow<'_, str>, OffsetMap) {
    let Some(mut at) = memchr::memchr(b'&', raw.as_bytes()) else {
        return (Cow::Borrowed(raw), OffsetMap::verbatim(0, raw.len()));
    };
    let mut decoder = Decoder::new();
    decoder.text.push_str(&raw[..at]);
    while at < raw.len() {
        match entity(&raw[at..]) {
            Some((c, len)) => {
                decoder.add(c, at + len);
                at += len;
            }
            None => {
                decoder.text.push('&');
                at += 1;
            }
        }
        let plain = memchr::memchr(b'&', &raw.as_bytes()[at..]).unwrap_or(raw.len() - at);
        decoder.text.push_str(&raw[at..at + plain]);
        at += plain;
    }
    decoder.finish(raw.len())
}

/// The character of an entity at the start of a text, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    // The longest is `&#x10FFFF;`; leading zeros are allowed, though nobody writes many.
    let end = text.bytes().take(16).position(|b| b == b';')?;
    let c = match &text[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_entities_map_back() {
        let (text, map) = unescape(r#"a\u003cb\"\q\ud83d\ude00\ud800"#);
        assert_eq!(text, "a<b\"\\q😀\u{fffd}");
        assert_eq!(map.outer(1, 2), (1, 7));
        assert_eq!(map.outer(2, 3), (7, 8));
        let (text, map) = resolve("a&lt;&#65;&#x42;&nbsp;& b;");
        assert_eq!(text, "a<AB&nbsp;& b;");
        assert_eq!(map.outer(1, 3), (1, 10));
        assert_eq!(map.outer(4, 5), (16, 17));
    }

    #[test]
    fn broken_ends_are_kept() {
        for raw in ["\\", "a\\u00", "\\u+123", "\\ud800\\u12"] {
            unescape(raw);
        }
        for raw in ["&", "&#", "&#x;", "&#xFFFFFFFFF;", "&é;", "&#55296;"] {
            assert_eq!(resolve(raw).0, raw);
        }
    }
}
