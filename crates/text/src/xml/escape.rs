//! Text as written into text as meant: references, line ends.

use std::borrow::Cow;

/// What a piece of text is, which decides what is replaced in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Text between tags: references and line ends.
    Text,
    /// CDATA: line ends only.
    CData,
    /// The value of an attribute: references, and a space for every white space as written.
    Attribute,
}

impl Kind {
    /// The next byte that has to be replaced.
    fn special(self, raw: &[u8]) -> Option<usize> {
        match self {
            Kind::Text => memchr::memchr2(b'&', b'\r', raw),
            Kind::CData => memchr::memchr(b'\r', raw),
            Kind::Attribute => raw.iter().position(|b| matches!(b, b'&' | b'\r' | b'\n' | b'\t')),
        }
    }
}

/// Decodes `raw`; borrowed when there is nothing to replace. A reference that is none is left as written.
pub(super) fn decode(raw: &str, kind: Kind) -> Cow<'_, str> {
    if kind.special(raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    decode_into(raw, kind, &mut text, |_, _| ());
    Cow::Owned(text)
}

/// Decodes `raw` to the end of `out`. `behind` hears, behind each replacement that changed the length, the
/// length of `out` and the offset in `raw`.
pub(super) fn decode_into(raw: &str, kind: Kind, out: &mut String, mut behind: impl FnMut(usize, usize)) {
    let mut at = 0;
    while let Some(found) = kind.special(&raw.as_bytes()[at..]) {
        out.push_str(&raw[at..at + found]);
        at += found;
        let rest = &raw[at..];
        let (replacement, len) = match rest.as_bytes()[0] {
            b'&' => reference(rest).unwrap_or(('&', 1)),
            first => {
                let len = if rest.starts_with("\r\n") { 2 } else { 1 };
                let space = if kind == Kind::Attribute { ' ' } else { '\n' };
                debug_assert!(first.is_ascii_whitespace());
                (space, len)
            }
        };
        out.push(replacement);
        at += len;
        if replacement.len_utf8() != len {
            behind(out.len(), at);
        }
    }
    out.push_str(&raw[at..]);
}

/// The character that a reference at the start of `rest` stands for, and the length of the reference;
/// `None` when it is none of the five entities and no character reference.
pub(super) fn reference(rest: &str) -> Option<(char, usize)> {
    // The longest sensible one is `&#x0010FFFF;`.
    const LONGEST: usize = 16;
    let bytes = rest.as_bytes();
    let end = memchr::memchr(b';', &bytes[..bytes.len().min(LONGEST)])?;
    let name = rest[..end].strip_prefix('&')?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix('x') {
                Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    u32::from_str_radix(hex, 16).ok()?
                }
                None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
                _ => return None,
            };
            // XML 1.0 has no character 0 in any form.
            char::from_u32(number).filter(|&c| c != '\0')?
        }
    };
    Some((c, end + 1))
}

/// Length of what looks like a reference at the start of `rest` and is none, for a span.
pub(super) fn bad_reference_len(rest: &str) -> usize {
    let name = rest[1..].bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    1 + name + usize::from(rest.as_bytes().get(1 + name) == Some(&b';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_entities_and_character_references_are_known() {
        for (raw, c) in [
            ("&amp;", '&'),
            ("&lt;", '<'),
            ("&gt;", '>'),
            ("&quot;", '"'),
            ("&apos;", '\''),
            ("&#65;", 'A'),
            ("&#xFC;", 'ü'),
            ("&#x1F600;", '😀'),
        ] {
            assert_eq!(reference(raw), Some((c, raw.len())));
        }
        for raw in [
            "&nbsp;",
            "&#0;",
            "&#xD800;",
            "&#x110000;",
            "&#;",
            "&#x;",
            "&#+5;",
            "&;",
            "&",
            "&amp",
            "&#99999999999;",
        ] {
            assert_eq!(reference(raw), None, "{raw}");
        }
    }

    #[test]
    fn what_is_no_reference_stays_as_written() {
        assert_eq!(decode("a & b &nbsp; c", Kind::Text), "a & b &nbsp; c");
        assert_eq!(decode("&amp;amp;", Kind::Text), "&amp;");
        assert_eq!(decode("&amp;\r\n", Kind::CData), "&amp;\n");
    }

    #[test]
    fn white_space_in_an_attribute_becomes_spaces() {
        assert_eq!(decode("a\r\nb\tc\nd\re&#10;f", Kind::Attribute), "a b c d e\nf");
    }
}
