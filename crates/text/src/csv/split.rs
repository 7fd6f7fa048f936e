//! Finds the fields.

use std::ops::Range;

use cmlint_source::{Problem, Source};

use super::{RawRecord, Table};
use crate::support::{Line, Problems, shown, text_of};

pub(super) fn split(source: &Source) -> (Table<'_>, Vec<Problem>) {
    let mut problems = Problems::new(source.id());
    let text = text_of(source, &mut problems);
    let table = Table {
        text: text.unwrap_or_default(),
        file: source.id(),
        delimiter: b',',
        padded: false,
        header: Vec::new(),
        records: Vec::new(),
        ends: Vec::new(),
    };
    let mut splitter = Splitter { table, problems };
    if text.is_some() {
        splitter.run();
    }
    (splitter.table, splitter.problems.finish())
}

struct Splitter<'a> {
    table: Table<'a>,
    problems: Problems,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        let text = self.table.text;
        let (start, delimiter) = self.preamble();
        let Some(line) = header_line(text, start) else {
            let help = "an export without rows still has a header: export the file again";
            self.problems.lost(start..start, "the text ends before a header line", help);
            return;
        };
        let dashes = sqlcmd_header(text, line.start);
        let start = dashes.as_ref().map_or(line.start, |d| d.header);
        if start > line.start {
            let message = "text in front of the header line; it was skipped";
            self.problems.note(
                line.start..start,
                message,
                "export the table alone (`sqlcmd -b -h`, no `USE`)",
            );
        }
        let detected = || detect_delimiter(&text.as_bytes()[start..]);
        self.table.delimiter = dashes.as_ref().map(|d| d.delimiter).or(delimiter).unwrap_or_else(detected);
        self.table.padded = dashes.is_some();
        let Some(mut at) = self.header(start) else { return };
        at = dashes.map_or(at, |d| d.next);
        while let Some(next) = self.record(at) {
            at = next;
        }
        self.trailer();
        self.widths();
    }

    /// Passes the byte order mark, `#TYPE` and `sep=` lines. Returns where the table starts, and the
    /// delimiter if it is named.
    fn preamble(&mut self) -> (usize, Option<u8>) {
        let text = self.table.text;
        let mut at = text.len() - text.trim_start_matches('\u{FEFF}').len();
        let mut delimiter = None;
        while let Some(line) = Line::at(text, at) {
            let named = line.text.strip_prefix("sep=").filter(|d| d.len() == 1);
            if let Some(named) = named {
                delimiter = Some(named.as_bytes()[0]).filter(|d| b",;|\t".contains(d));
            } else if !(line.text.starts_with("#TYPE ") || line.text.starts_with("\"#TYPE ")) {
                break;
            }
            at = line.next;
        }
        (at, delimiter)
    }

    /// Reads the header at `at`. Returns where the records start, unless a quote is never closed.
    fn header(&mut self, at: usize) -> Option<usize> {
        let next = self.record(at);
        let header = self.table.record(0).map(|r| r.fields().collect());
        self.table.header = header.unwrap_or_default();
        self.table.records.clear();
        self.table.ends.clear();
        let mut seen = std::collections::HashSet::new();
        for name in &self.table.header {
            if !name.value.is_empty() && !seen.insert(name.value.to_lowercase()) {
                let message = format!("the column {} stands twice; the first is used", shown(&name.value));
                self.problems.note(name.span.range(), message, "give each column its own name");
            }
        }
        next
    }

    /// Splits the next record at or behind `at`. Returns where the one behind it may start; `None` at the
    /// end.
    fn record(&mut self, mut at: usize) -> Option<usize> {
        let bytes = self.table.text.as_bytes();
        let delimiter = self.table.delimiter;
        while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        if at >= bytes.len() {
            return None;
        }
        let (start, first) = (at, self.table.ends.len());
        let mut open = false;
        loop {
            let field = at;
            if bytes[at..].first() == Some(&b'"') {
                let Some(close) = closing_quote(bytes, at + 1) else {
                    let message = "a quote that is never closed: the rest of the text was not read";
                    self.problems.lost(at..at + 1, message, "close the quote, or double it inside a value");
                    open = true;
                    break;
                };
                at = close + 1;
            }
            let end = memchr::memchr3(delimiter, b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            let padding = || self.table.padded && self.table.text[at..end].trim().is_empty();
            if end > at && at > field && !padding() {
                let message = "text behind the closing quote of a field";
                self.problems.lost(at..end, message, "double quotes inside a value");
            }
            self.table.ends.push(end as u32);
            at = end;
            if bytes.get(at) != Some(&delimiter) {
                break;
            }
            at += 1;
        }
        if self.table.ends.len() > first {
            self.table.records.push(RawRecord { start: start as u32, first: first as u32 });
        }
        (!open).then_some(at)
    }

    /// Drops what sqlcmd and Management Studio write behind the rows, and checks the number it tells.
    fn trailer(&mut self) {
        let n = self.table.len();
        let at = |i: Option<usize>| i.and_then(|i| Some((i, self.row_count(i)?)));
        let last_is_short = n > 0 && self.table.header.len() > 1 && self.width(n - 1) == 1;
        // Management Studio writes `Completion time: …` behind it, in any language.
        let before_last = || at(n.checked_sub(2).filter(|_| last_is_short));
        let Some((rows, count)) = at(n.checked_sub(1)).or_else(before_last) else { return };
        self.table.ends.truncate(self.table.records[rows].first as usize);
        self.table.records.truncate(rows);
        if let Some(told) = count.rows.filter(|&told| told != rows) {
            let message = format!("the last line counts {told} rows, but {rows} were found");
            self.problems.lost(
                count.at,
                message,
                "values with line breaks cannot be told apart: export as JSON",
            );
        }
    }

    /// Reads a record as `(n rows affected)`.
    fn row_count(&self, index: usize) -> Option<RowCount> {
        if self.width(index) != 1 {
            return None;
        }
        let at = self.table.record(index)?.span().range();
        let inner = self.table.text[at.clone()].trim().strip_prefix('(')?.strip_suffix(')')?;
        // In a table of one column that sqlcmd did not write it might be a value.
        if self.table.header.len() == 1 && !self.table.padded && !self.blank_before(at.start) {
            return None;
        }
        let mut numbers = inner.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
        let number = numbers.next()?;
        // Two runs of digits are one grouped number, or something else.
        let rows = if numbers.next().is_none() { number.parse().ok() } else { None };
        Some(RowCount { at, rows })
    }

    fn blank_before(&self, at: usize) -> bool {
        let before = &self.table.text[..at];
        let line = before.strip_suffix('\n').map(|b| b.strip_suffix('\r').unwrap_or(b));
        line.is_some_and(|line| line.ends_with('\n'))
    }

    fn width(&self, index: usize) -> usize {
        let first = self.table.records[index].first as usize;
        self.table.records.get(index + 1).map_or(self.table.ends.len(), |r| r.first as usize) - first
    }

    /// Reports records that have another number of fields than the header.
    fn widths(&mut self) {
        let expected = self.table.header.len();
        for index in 0..self.table.len() {
            let width = self.width(index);
            if width == expected {
                continue;
            }
            let Some(record) = self.table.record(index) else { continue };
            let message = format!("{} where the header has {expected}", fields(width));
            let help = "put values that hold the delimiter or a line break in quotes";
            self.problems.lost(record.span().range(), message, help);
        }
    }
}

/// The line `(n rows affected)`.
struct RowCount {
    at: Range<usize>,
    rows: Option<usize>,
}

fn fields(n: usize) -> String {
    if n == 1 { "1 field".to_owned() } else { format!("{n} fields") }
}

/// The quote that closes a field; doubled quotes are passed.
fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// The first line at or behind `at` that is not empty.
fn header_line(text: &str, mut at: usize) -> Option<Line<'_>> {
    loop {
        let line = Line::at(text, at)?;
        if !line.text.is_empty() {
            return Some(line);
        }
        at = line.next;
    }
}

/// A header of sqlcmd, known by the dashes below it.
struct SqlcmdHeader {
    /// Where the header starts: sqlcmd writes messages (`Changed database context to …`) in front of it.
    header: usize,
    delimiter: u8,
    /// Behind the dashes.
    next: usize,
}

fn sqlcmd_header(text: &str, at: usize) -> Option<SqlcmdHeader> {
    const MESSAGES: usize = 4;
    let mut header = Line::at(text, at)?;
    for _ in 0..=MESSAGES {
        let dashes = Line::at(text, header.next)?;
        let delimiter = detect_delimiter(header.text.as_bytes());
        if underlines(header.text, dashes.text, char::from(delimiter)) {
            return Some(SqlcmdHeader { header: header.start, delimiter, next: dashes.next });
        }
        header = dashes;
    }
    None
}

/// Whether every field of `header` has at least as many dashes below it as it has letters.
fn underlines(header: &str, dashes: &str, delimiter: char) -> bool {
    let dashed = |d: &str| !d.is_empty() && d.bytes().all(|b| b == b'-');
    header.split(delimiter).count() == dashes.split(delimiter).count()
        && header
            .split(delimiter)
            .zip(dashes.split(delimiter))
            .all(|(name, d)| dashed(d.trim()) && d.trim().len() >= name.trim().chars().count())
}

/// The candidate that stands most often in the first line, quoted text not counted.
fn detect_delimiter(bytes: &[u8]) -> u8 {
    const CANDIDATES: [u8; 4] = *b",;\t|";
    let mut counts = [0_usize; 4];
    let mut quoted = false;
    for &b in bytes {
        match b {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(i) = CANDIDATES.iter().position(|&c| c == b) {
                    counts[i] += 1;
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let best = counts.iter().position(|&c| c == most).unwrap_or_default();
    CANDIDATES[best]
}
