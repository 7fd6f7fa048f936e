//! Lines into records.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cmlint_source::{FileId, Problem, Source, Spanned};

use super::{Attribute, Record, Text, Value};
use crate::support::{Line, Problems, shown, text_of};

const AGAIN: &str = "export the file again";

pub(super) fn read<'a>(source: &'a Source, each: impl FnMut(Record<'a>)) -> Vec<Problem> {
    let mut problems = Problems::new(source.id());
    let Some(text) = text_of(source, &mut problems) else { return problems.finish() };
    let mut reader = Reader {
        text,
        file: source.id(),
        problems,
        each,
        records: 0,
        state: State::Between,
        left_out: 0,
        announced: None,
    };
    reader.run();
    reader.problems.finish()
}

struct Reader<'a, F> {
    text: &'a str,
    file: FileId,
    problems: Problems,
    each: F,
    /// How many there were.
    records: usize,
    state: State<'a>,
    /// Records that are no entries.
    left_out: usize,
    /// How many entries ldapsearch counted, and where it says so.
    announced: Option<(usize, Range<usize>)>,
}

enum State<'a> {
    /// Behind an empty line, or at the start.
    Between,
    /// In a record.
    In(Record<'a>),
    /// In a record that is left out; up to the next empty line.
    Skipping,
    /// In what ldapsearch writes behind the entries.
    Trailer,
}

/// A line with the lines that continue it.
struct Logical {
    start: usize,
    /// Where the first of its lines ends.
    first_end: usize,
    end: usize,
}

impl<'a, F: FnMut(Record<'a>)> Reader<'a, F> {
    fn run(&mut self) {
        let mut at = self.text.len() - self.text.trim_start_matches('\u{FEFF}').len();
        while let Some(line) = Line::at(self.text, at) {
            let mut logical = Logical { start: line.start, first_end: line.end(), end: line.end() };
            at = line.next;
            if line.text.is_empty() {
                self.end_record();
                continue;
            }
            while let Some(more) = Line::at(self.text, at).filter(|l| l.text.starts_with(' ')) {
                logical.end = more.end();
                at = more.next;
            }
            if line.text.starts_with('#') {
                self.comment(&logical);
            } else {
                self.line(&logical);
            }
        }
        self.end_record();
        self.completeness();
    }

    fn end_record(&mut self) {
        if let State::In(record) = std::mem::replace(&mut self.state, State::Between) {
            self.records += 1;
            (self.each)(record);
        }
    }

    fn comment(&mut self, line: &Logical) {
        let text = &self.text[line.start..line.end];
        let count = text.strip_prefix("# numEntries: ").and_then(|n| n.trim().parse::<usize>().ok());
        if let Some(count) = count {
            // Several searches may stand in one file.
            let before = self.announced.take().map_or(0, |(n, _)| n);
            self.announced = Some((before.saturating_add(count), line.start..line.end));
        }
    }

    /// What says that entries are missing.
    fn completeness(&mut self) {
        if let Some((count, at)) = self.announced.take() {
            let found = self.records + self.left_out;
            if found < count {
                let message =
                    format!("{count} entries were counted by the search, but {found} stand in the file");
                self.problems.lost(at, message, AGAIN);
            }
        }
        let last = self.text.rfind('\n').map_or(0, |at| at + 1);
        if last < self.text.len() && !self.text[last..].starts_with('#') {
            let end = self.text.len();
            let message = "the last line has no line end: the file may be cut off";
            self.problems.lost(end..end, message, "export the file again, or end it with an empty line");
        }
    }

    /// A line that is neither empty nor a comment.
    fn line(&mut self, line: &Logical) {
        let whole = line.start..line.end;
        if matches!(self.state, State::Skipping) {
            return;
        }
        let first = &self.text[line.start..line.first_end];
        let Some(colon) = first.find(':').filter(|_| !first.starts_with(' ')) else {
            let message = "a line that is no attribute: expected `name: value`; it was skipped";
            self.problems.lost(whole, message, AGAIN);
            return;
        };
        let description = &first[..colon];
        let (name, options) = description.split_once(';').unwrap_or((description, ""));
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            let message = "a line whose name is no name of an attribute; it was skipped";
            self.problems.lost(line.start..line.start + colon, message, AGAIN);
            return;
        }
        let behind = line.start + colon + 1;
        if name.eq_ignore_ascii_case("dn") {
            if matches!(self.state, State::In(_)) {
                let message = "a new record without an empty line in front of it";
                self.problems.note(whole.clone(), message, AGAIN);
            }
            self.end_record();
            let dn = self.value(behind, line, name);
            let span = self.file.span(line.start, line.end - line.start);
            self.state = State::In(Record { dn, span, attributes: Vec::new() });
            return;
        }
        match &mut self.state {
            State::In(record) => {
                // The span grows with each line, so that it ends in front of the empty line.
                record.span =
                    self.file.span(record.span.start as usize, line.end - record.span.start as usize);
                self.attribute(line, name, options, behind);
            }
            _ => self.outside(line, name, behind),
        }
    }

    fn attribute(&mut self, line: &Logical, name: &'a str, options: &'a str, behind: usize) {
        if name.eq_ignore_ascii_case("control") {
            return;
        }
        let value = self.value(behind, line, name);
        if name.eq_ignore_ascii_case("changetype") {
            let add = value.text().is_some_and(|t| t.value.trim().eq_ignore_ascii_case("add"));
            if !add {
                let message = "a change to the directory, not an entry of it; the record was skipped";
                let help = "export entries: `ldifde -f FILE`, without changes";
                self.problems.lost(value.span().range(), message, help);
                self.state = State::Skipping;
                self.left_out += 1;
            }
            return;
        }
        let name = Spanned::new(name, self.file.span(line.start, name.len()));
        if let State::In(record) = &mut self.state {
            record.attributes.push(Attribute { name, options, value });
        }
    }

    /// A line outside of a record.
    fn outside(&mut self, line: &Logical, name: &str, behind: usize) {
        let whole = line.start..line.end;
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("version") {
            let text = self.text[behind..line.end].trim();
            if text != "1" {
                let message = "another version than 1; it was read as version 1";
                self.problems.note(whole, message, "export the file as LDIF version 1 (RFC 2849)");
            }
        } else if is("search") || is("text") || is("matchedDN") || is("pagedresults") {
            self.state = State::Trailer;
        } else if is("ref") {
            let message = "a referral to another server, whose entries are not in this file";
            self.problems.note(whole, message, "search the other naming context too, if it is of interest");
            self.state = State::Trailer;
        } else if is("result") {
            self.state = State::Trailer;
            let code = self.text[behind..line.end].split_whitespace().next();
            if code != Some("0") {
                let message = match code.and_then(|c| c.parse::<u32>().ok()) {
                    Some(4) => {
                        "the search ended at the server's size limit (result 4): entries are missing".into()
                    }
                    Some(code) => format!("the search ended with result {code}: entries may be missing"),
                    None => "the search ended without a result code: entries may be missing".into(),
                };
                let help = "search again with paging: `ldapsearch -E pr=1000/noprompt`";
                self.problems.lost(whole, message, help);
            }
        } else if !matches!(self.state, State::Trailer) {
            let message = format!(
                "{} stands outside of a record; up to the next empty line all was skipped",
                shown(name)
            );
            self.problems.lost(whole, message, "a record starts with its `dn:` line: export the file again");
            self.state = State::Skipping;
        }
    }

    /// The value behind the colon that ends at `behind`.
    fn value(&mut self, behind: usize, line: &Logical, name: &str) -> Value<'a> {
        let rest = &self.text[behind..line.end];
        let fill = |rest: &str| rest.len() - rest.trim_start_matches(' ').len();
        match rest.bytes().next() {
            Some(b':') => {
                let start = behind + 1 + fill(&rest[1..]);
                let span = self.file.span(start, line.end - start);
                let digits: Vec<u8> = self.text[start..line.end]
                    .bytes()
                    .filter(|b| !matches!(b, b'\n' | b'\r' | b' '))
                    .collect();
                match STANDARD.decode(digits) {
                    Ok(bytes) => Value::Base64 { span, bytes },
                    Err(_) => {
                        let message =
                            format!("the value of {} is no valid base64; it is unknown", shown(name));
                        self.problems.lost(start..line.end, message, AGAIN);
                        Value::Unreadable { span }
                    }
                }
            }
            Some(b'<') => {
                let start = behind + 1 + fill(&rest[1..]);
                let message = format!("the value of {} is given by URL, which is not followed", shown(name));
                self.problems.lost(start..line.end, message, "export the value itself, in base64");
                Value::Unreadable { span: self.file.span(start, line.end - start) }
            }
            _ => {
                let start = behind + fill(rest);
                Value::Text(Text::new(&self.text[start..line.end], self.file, start))
            }
        }
    }
}
