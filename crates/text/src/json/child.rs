//! Documents inside strings.

use std::borrow::Cow;

use cmlint_source::{OffsetMap, Source, Span};

use super::cursor::{Cursor, Result, string_stop};

/// The decoded text of the JSON string that stands at `span`, quotes included, and how its offsets map to
/// the file: what `Sources::add_child` needs for a task sequence inside a property.
///
/// `None` when no complete string stands there.
pub fn decode_string(source: &Source, span: Span) -> Option<(String, OffsetMap)> {
    let range = span.range();
    let quoted = source.text().get(range.clone())?;
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let (text, map) = unescape(inner, range.start + 1).ok()?;
    Some((text.into_owned(), map))
}

/// The character of the escape whose backslash stands at `at`, and the offset behind it; `None` if it is
/// not a valid one.
pub(crate) fn escape_at(text: &str, at: usize) -> Option<(char, usize)> {
    let mut cursor = Cursor::new(text, at);
    Some((cursor.escape().ok()?, cursor.at))
}

/// Decodes the escapes of a string without its quotes that begins at `start` of the outer text. Fails on
/// an invalid escape, a quote or a control character.
fn unescape(inner: &str, start: usize) -> std::result::Result<(Cow<'_, str>, OffsetMap), ()> {
    if string_stop(inner.as_bytes(), 0) == inner.len() {
        return Ok((Cow::Borrowed(inner), OffsetMap::verbatim(start, inner.len())));
    }
    let mut breaks = vec![(0, start as u32)];
    let mut text = String::with_capacity(inner.len());
    decode(inner, |plain, escape, behind| {
        text.push_str(plain);
        text.push(escape);
        breaks.push((text.len() as u32, (start + behind) as u32));
    })
    .map(|rest| text.push_str(rest))
    .map_err(|_| ())?;
    Ok((Cow::Owned(text), OffsetMap::from_breaks(breaks, start + inner.len())))
}

/// Calls `piece` for each escape with the text before it, its character and the offset behind it; returns
/// the text after the last one.
fn decode(inner: &str, mut piece: impl FnMut(&str, char, usize)) -> Result<&str> {
    let mut cursor = Cursor::new(inner, 0);
    loop {
        let start = cursor.at;
        let stop = string_stop(inner.as_bytes(), start);
        if stop == inner.len() {
            return Ok(&inner[start..]);
        }
        cursor.at = stop;
        if inner.as_bytes()[stop] != b'\\' {
            return Err(cursor.fail("a text without raw quotes and control characters"));
        }
        let escape = cursor.escape()?;
        piece(&inner[start..stop], escape, cursor.at);
    }
}

#[cfg(test)]
mod tests {
    use cmlint_source::{Encoding, Sources};

    use super::*;

    #[test]
    fn a_decoded_string_maps_back_to_the_escapes_it_came_from() {
        let text = r#"{"Sequence":"\u003csequence a=\"1\"\u003e\u00e9\ud83d\ude00x\/\r\n"}"#;
        let mut sources = Sources::new();
        let file = sources.add("x.json", text.to_owned(), Encoding::Utf8);
        let start = text.find(r#""\u003c"#).unwrap();
        let span = file.span(start, text.len() - 1 - start);
        let (inner, map) = decode_string(sources.get(file), span).unwrap();
        assert_eq!(inner, "<sequence a=\"1\">é😀x/\r\n");
        let child = sources.add_child(file, "sequence", inner.clone(), map);
        let outer = |piece: &str| {
            let at = inner.find(piece).unwrap();
            sources.text(sources.outermost(child.span(at, piece.len()))).to_owned()
        };
        assert_eq!(outer("<"), r"\u003c");
        assert_eq!(outer("<sequence"), r"\u003csequence");
        assert_eq!(outer("\"1\""), r#"\"1\""#);
        assert_eq!(outer("1"), "1");
        assert_eq!(outer("é"), r"\u00e9");
        assert_eq!(outer("😀x"), r"\ud83d\ude00x");
        assert_eq!(outer("/\r\n"), r"\/\r\n");
    }

    #[test]
    fn a_string_without_escapes_stands_verbatim() {
        let mut sources = Sources::new();
        let file = sources.add("x.json", r#"["abc"]"#.to_owned(), Encoding::Utf8);
        let (inner, map) = decode_string(sources.get(file), file.span(1, 5)).unwrap();
        assert_eq!(inner, "abc");
        assert_eq!(map, OffsetMap::verbatim(2, 3));
    }

    #[test]
    fn what_is_no_string_is_not_decoded() {
        let mut sources = Sources::new();
        let file = sources.add("x.json", r#"["a\q", 12, "b"#.to_owned(), Encoding::Utf8);
        for (start, len) in [(1, 5), (8, 2), (12, 2), (12, 1), (90, 4)] {
            assert!(decode_string(sources.get(file), file.span(start, len)).is_none(), "{start}");
        }
    }
}
