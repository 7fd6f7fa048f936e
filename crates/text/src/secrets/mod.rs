//! What of a text must never be shown.
//!
//! The scan knows the lexical surface of each format and nothing else: no reader has to succeed for a
//! secret to be hidden, a broken file hides as much as a sound one, and properties that no row type asks
//! for are covered like all others. It errs on the side of hiding.
//!
//! Three things are secrets: the value of a name that one table lists (`names`), a value beside a property
//! that names such a name or says that the value is masked, and what gives itself away by its form
//! (`[enc:…]`, `Password=…`, `net use … /user:…`). Not secrets, and not hidden: empty values, null, truth
//! values, `0` and `1`, values of nothing but `*`, `(removed)`, and the name of a task sequence variable
//! (`%Name%`).
//!
//! A text without any word of the table costs one quick pass over its bytes; see `sieve`.

mod command;
mod escape;
mod found;
mod json;
mod ldif;
mod lines;
mod names;
mod net;
mod patterns;
mod sets;
mod sieve;
mod table;
mod unparsed;
mod xml;

#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;

use std::ops::Range;

use cmlint_source::{OffsetMap, Source, Span, Why};
use found::Found;

pub use net::{hushed, last_net};
pub use unparsed::{mask_unparsed, mask_unparsed_range};

/// How the text of a file is written, as far as hiding its secrets is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// JSON.
    Json,
    /// XML, also `applicationHost.config` and task sequences.
    Xml,
    /// A table with a header, its columns parted by `,`, `;` or tabs.
    Csv,
    /// An INF file, as `secedit` writes it.
    Inf,
    /// LDIF.
    Ldif,
    /// A `.reg` file.
    Reg,
    /// Anything else: all of it is tried.
    Unknown,
}

/// Finds the secrets of a text: spans in ascending order, none inside another, on character boundaries.
///
/// [`Why::NotUnderstood`] stands for values of which a cut text leaves open whether they are secrets, and
/// for documents nested too deep to look into.
pub fn scan(source: &Source, format: Format) -> Vec<(Span, Why)> {
    let text = source.text();
    if u32::try_from(text.len()).is_err() {
        // Places beyond 4 GiB cannot be named; no reader reads such a text.
        return vec![(source.id().span(0, usize::MAX), Why::NotUnderstood)];
    }
    let mut found = Found::default();
    match format {
        // Base64 shows nothing to the sieve, and the keys of a registry export are secrets by their path.
        Format::Ldif => ldif::scan(text, &mut found),
        Format::Reg => lines::reg(text, &mut found),
        // What names the secrets of an object may have stood behind the place where a text was cut.
        Format::Json if !text.trim_end().ends_with(['}', ']']) => json::scan(text, 0, &mut found),
        _ if !sieve::hits(text) => {}
        Format::Json => json::scan(text, 0, &mut found),
        Format::Xml => xml::scan(text, 0, &mut found),
        Format::Csv => table::scan(text, &mut found),
        Format::Inf => lines::inf(text, &mut found),
        Format::Unknown => {
            json::scan(text, 0, &mut found);
            xml::scan(text, 0, &mut found);
            lines::inf(text, &mut found);
            ldif::scan(text, &mut found);
            patterns::scan(text, &mut found);
        }
    }
    found.finish(source)
}

/// Documents inside documents are looked into this deep: JSON, in it a task sequence, in it a CDATA section
/// with escaped rules.
const DEPTH: u32 = 6;

/// Looks into a value that was decoded from `range` of the text around it; the map's offsets are relative
/// to the start of the range.
fn inner(value: &str, depth: u32, map: &OffsetMap, range: Range<usize>, found: &mut Found) {
    if depth >= DEPTH {
        found.doubtful(range);
        return;
    }
    let mut here = Found::default();
    let start = value.trim_start();
    if looks_like_xml(value) {
        xml::scan(value, depth + 1, &mut here);
    } else if start.starts_with(['{', '[']) {
        json::scan(value, depth + 1, &mut here);
    }
    if !start.starts_with('<') {
        patterns::scan(value, &mut here);
    }
    found.take_mapped(here, map, range.start);
}

/// Whether a value is XML or holds some: it begins with a tag, or there is one that ends. A manual writes
/// `-u <user> -p <password>` and means none.
fn looks_like_xml(text: &str) -> bool {
    let tag = |b: Option<&u8>| matches!(b, Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'!' | b'?'));
    let bytes = text.as_bytes();
    let mut tags = memchr::memchr_iter(b'<', bytes).filter(|&at| tag(bytes.get(at + 1)));
    let Some(first) = tags.next() else { return false };
    let ends = |end: &str| memchr::memmem::find(&bytes[first..], end.as_bytes()).is_some();
    text[..first].trim().is_empty() || ends("</") || ends("/>") || ends("<![CDATA[")
}

/// The text that bytes hold, when they hold one: UTF-8, or UTF-16 as Windows stores it.
fn text_of_bytes(bytes: &[u8]) -> Option<String> {
    let units = bytes.strip_prefix(b"\xFF\xFE").unwrap_or(bytes);
    let pairs = units.chunks_exact(2);
    // Latin letters in UTF-16 have a zero in every other byte.
    let zeros = pairs.clone().filter(|pair| pair[1] == 0).count();
    if zeros > 0 && zeros * 2 >= pairs.len() {
        let units: Vec<u16> = pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        return Some(String::from_utf16_lossy(&units));
    }
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Whether a text that was decoded from an encoded value holds a secret. Its places mean nothing.
fn holds_secret(text: &str) -> bool {
    let mut found = Found::default();
    let map = OffsetMap::coarse(0, text.len());
    if sieve::hits(text) {
        inner(text, 0, &map, 0..text.len(), &mut found);
    }
    !found.is_empty()
}
