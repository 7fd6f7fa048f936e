//! Secrets of a table: whole columns by their header.

use std::ops::Range;

use cmlint_source::OffsetMap;

use super::found::Found;
use super::names::{self, Part, is_harmless};
use super::sets::Sets;
use super::{inner, sieve};
use crate::support::Line;

/// Finds the secrets of a table.
pub(super) fn scan(text: &str, found: &mut Found) {
    // A quote that is never closed makes one field of all the rest. Then it is also read as if no field
    // held a line break, and what either reading hides is hidden.
    if rows(text, false, found) {
        rows(text, true, found);
    }
}

/// What the header says of a column.
struct Column {
    secret: Option<&'static str>,
    part: Part,
}

/// Goes through all rows; says whether a quote was not closed.
fn rows(text: &str, lines: bool, found: &mut Found) -> bool {
    let mut reader = Fields { text, at: header(text), delimiter: delimiter(text), lines, unclosed: false };
    let mut columns = Vec::new();
    while let Some((range, last)) = reader.next() {
        let name = text[range].trim();
        columns.push(Column { secret: names::secret(name), part: names::part(name) });
        if last {
            break;
        }
    }
    let mut sets = Sets::new(text);
    let mut number = 0;
    while let Some((range, last)) = reader.next() {
        if let Some(column) = columns.get(number) {
            field(text, range, column, &mut sets, found);
        }
        number += 1;
        if last {
            sets.close(false, found);
            number = 0;
        }
    }
    reader.unclosed
}

fn field(text: &str, range: Range<usize>, column: &Column, sets: &mut Sets<'_>, found: &mut Found) {
    let value = &text[range.clone()];
    sets.property(0, column.part, value, range.clone());
    match column.secret {
        // A rule below the header, as sqlcmd draws it.
        Some(_) if is_harmless(value) || value.bytes().all(|b| b == b'-') => {}
        Some(kind) => found.secret(range, kind),
        None if sieve::hits(value) => {
            inner(value, 0, &OffsetMap::verbatim(0, value.len()), range, found);
        }
        None => {}
    }
}

/// Offset of the header: behind PowerShell's `#TYPE` and Excel's `sep=`.
fn header(text: &str) -> usize {
    let mut start = 0;
    while let Some(line) = Line::at(text, start)
        && (line.text.starts_with("#TYPE") || line.text.starts_with("sep=") || line.text.trim().is_empty())
    {
        start = line.next;
    }
    start
}

/// The delimiter that the header has most of, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let line = Line::at(text, header(text)).map_or("", |line| line.text);
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(byte == *delimiter && !quoted);
        }
    }
    // The first of equals wins, which makes a comma the delimiter of a single column.
    counts.iter().rev().max_by_key(|c| c.1).map_or(b',', |c| c.0)
}

/// Goes from field to field.
struct Fields<'t> {
    text: &'t str,
    at: usize,
    delimiter: u8,
    /// Whether a field ends at the end of its line even inside quotes.
    lines: bool,
    unclosed: bool,
}

impl Fields<'_> {
    /// The content of the next field without its quotes, and whether it is the last of its row.
    fn next(&mut self) -> Option<(Range<usize>, bool)> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let quoted = bytes[self.at] == b'"';
        let start = self.at + usize::from(quoted);
        let mut end = start;
        if quoted {
            end = self.closing(start);
        }
        let behind = bytes[end..].iter().position(|&b| b == self.delimiter || b == b'\n');
        let stop = behind.map_or(bytes.len(), |len| end + len);
        self.at = stop + 1;
        // What stands behind a closing quote is a part of the field in a broken file.
        let closes = quoted && bytes.get(end) == Some(&b'"');
        let tail = self.text[end..stop].trim_end_matches('\r');
        let plain = closes && tail.len() == 1;
        let range = if plain { start..end } else { start..end + tail.len() };
        Some((range, bytes.get(stop) != Some(&self.delimiter)))
    }

    /// Offset of the quote that closes the field, of the line's end, or of the end of the text.
    fn closing(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        loop {
            let Some(len) = memchr::memchr2(b'"', b'\n', &bytes[at..]) else {
                self.unclosed = true;
                return bytes.len();
            };
            at += len;
            match (bytes[at], bytes.get(at + 1)) {
                (b'"', Some(b'"')) => at += 2,
                (b'"', _) => return at,
                _ if self.lines => return at,
                _ => at += 1,
            }
        }
    }
}
