//! CSV as a table with places.
//!
//! Reads RFC 4180 and what Windows makes of it: `Export-Csv` with its `#TYPE` line, `;` and tab as
//! delimiters, and the output of `sqlcmd -s`, which draws a line of dashes below the header, pads the
//! fields and ends with `(n rows affected)` in the language of the server.
//!
//! A table of a million records holds offsets only; a field becomes text when it is asked for.

mod split;

use std::borrow::Cow;
use std::fmt;

use cmlint_source::{FileId, OffsetMap, Problem, Source, Span, Spanned, Str};

/// Reads a table. The first line that is no comment holds the names of the columns.
///
/// Never fails: records with too few or too many fields are kept with a problem, a quote that is never
/// closed ends the table with a problem at the quote, and a row count in the last line that disagrees with
/// the records is a problem.
pub fn parse(source: &Source) -> (Table<'_>, Vec<Problem>) {
    split::split(source)
}

/// A header and records.
pub struct Table<'a> {
    text: &'a str,
    file: FileId,
    delimiter: u8,
    /// Fields are padded with spaces, which are no part of the values.
    padded: bool,
    header: Vec<Spanned<Str<'a>>>,
    records: Vec<RawRecord>,
    /// Where each field of each record ends. The next field starts behind one delimiter.
    ends: Vec<u32>,
}

#[derive(Clone, Copy)]
struct RawRecord {
    start: u32,
    /// Index in `ends` of the first field.
    first: u32,
}

/// A column of one [`Table`], looked up once for all records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Column(usize);

impl<'a> Table<'a> {
    /// The names of the columns.
    pub fn header(&self) -> &[Spanned<Str<'a>>] {
        &self.header
    }

    /// The column of this name, in any case; the first when there are several.
    pub fn column(&self, name: &str) -> Option<Column> {
        self.header.iter().position(|h| crate::support::same_name(h.value.trim(), name)).map(Column)
    }

    /// What separates the fields: `,`, `;`, `|` or a tab.
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// Number of records, the header not counted.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The record at `index`, counted from 0.
    pub fn record(&self, index: usize) -> Option<Record<'_, 'a>> {
        (index < self.len()).then_some(Record { table: self, index })
    }

    /// All records, in the order of the file.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_, 'a>> + DoubleEndedIterator {
        (0..self.len()).map(|index| Record { table: self, index })
    }

    /// The field between two offsets, with its place without quotes.
    fn decode(&self, start: usize, end: usize) -> Spanned<Str<'a>> {
        let raw = &self.text[start..end];
        let Some(quoted) = raw.strip_prefix('"') else {
            let range = if self.padded { crate::support::trim(raw, start) } else { start..end };
            let value = Str(Cow::Borrowed(&self.text[range.clone()]));
            return Spanned::new(value, self.file.span(range.start, range.len()));
        };
        if let Some(inner) = quoted.strip_suffix('"').filter(|i| memchr::memchr(b'"', i.as_bytes()).is_none())
        {
            return Spanned::new(Str(Cow::Borrowed(inner)), self.file.span(start + 1, inner.len()));
        }
        let mut value = String::with_capacity(quoted.len());
        let (end_of_value, _) = unquote(quoted, self.padded, &mut value);
        Spanned::new(Str(Cow::Owned(value)), self.file.span(start + 1, end_of_value))
    }
}

/// Appends the value of a field behind its opening quote. Returns the length of what became the value, and
/// for each doubled quote the length of the value and the offset behind it.
fn unquote(quoted: &str, padded: bool, value: &mut String) -> (usize, Vec<(usize, usize)>) {
    let mut breaks = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'"', &quoted.as_bytes()[at..]) {
        value.push_str(&quoted[at..at + found]);
        at += found;
        if quoted.as_bytes().get(at + 1) != Some(&b'"') {
            // Text behind the closing quote belongs to the value, as in other readers.
            let rest = &quoted[at + 1..];
            if rest.is_empty() || (padded && rest.trim().is_empty()) {
                return (at, breaks);
            }
            breaks.push((value.len(), at + 1));
            value.push_str(rest);
            return (quoted.len(), breaks);
        }
        value.push('"');
        at += 2;
        breaks.push((value.len(), at));
    }
    value.push_str(&quoted[at..]);
    (quoted.len(), breaks)
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("file", &self.file).field("records", &self.len()).finish()
    }
}

/// A record of a [`Table`].
#[derive(Clone, Copy)]
pub struct Record<'t, 'a> {
    table: &'t Table<'a>,
    index: usize,
}

impl<'t, 'a> Record<'t, 'a> {
    /// Which record of the table this is, from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// Number of fields, which may differ from that of the header.
    pub fn len(self) -> usize {
        self.ends().len()
    }

    /// Whether the record has no fields; never so for a record of a table.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The whole record without its line end.
    pub fn span(self) -> Span {
        let start = self.start();
        let end = self.ends().last().map_or(start, |&e| e as usize);
        self.table.file.span(start, end - start)
    }

    /// The value in a column, decoded; its span leaves out the quotes. `None` when the record is short.
    pub fn field(self, column: Column) -> Option<Spanned<Str<'a>>> {
        let (start, end) = self.bounds(column.0)?;
        Some(self.table.decode(start, end))
    }

    /// The value in the column of this name, in any case. `None` when there is no such column or the record
    /// is short. For many records look the [`Column`] up once.
    pub fn get(self, name: &str) -> Option<Spanned<Str<'a>>> {
        self.field(self.table.column(name)?)
    }

    /// All values.
    pub fn fields(self) -> impl ExactSizeIterator<Item = Spanned<Str<'a>>> + use<'t, 'a> {
        (0..self.len()).map(move |i| {
            let (start, end) = self.bounds(i).unwrap_or_default();
            self.table.decode(start, end)
        })
    }

    /// How offsets in the value of a column map to the file, for a part of it (one entry of an SDDL string).
    pub fn map(self, column: Column) -> Option<OffsetMap> {
        let (start, end) = self.bounds(column.0)?;
        let value = self.table.decode(start, end);
        let at = value.span.start;
        let Some(quoted) = self.table.text[start..end].strip_prefix('"') else {
            return Some(OffsetMap::verbatim(at as usize, value.span.len as usize));
        };
        let (_, breaks) = unquote(quoted, self.table.padded, &mut String::new());
        let breaks = std::iter::once((0, at))
            .chain(breaks.into_iter().map(|(inner, raw)| (inner as u32, at + raw as u32)))
            .collect();
        Some(OffsetMap::from_breaks(breaks, value.span.end() as usize))
    }

    fn start(self) -> usize {
        self.table.records[self.index].start as usize
    }

    fn ends(self) -> &'t [u32] {
        let table = self.table;
        let first = table.records[self.index].first as usize;
        let end = table.records.get(self.index + 1).map_or(table.ends.len(), |r| r.first as usize);
        &table.ends[first..end]
    }

    fn bounds(self, field: usize) -> Option<(usize, usize)> {
        let ends = self.ends();
        let end = *ends.get(field)? as usize;
        let start = match field.checked_sub(1) {
            None => self.start(),
            Some(before) => ends[before] as usize + 1,
        };
        Some((start, end))
    }
}

impl fmt::Debug for Record<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the values: they may be secrets.
        write!(f, "Record {} of {} fields", self.index, self.len())
    }
}

#[cfg(test)]
mod tests;
