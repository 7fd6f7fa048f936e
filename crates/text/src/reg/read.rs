//! Lines into keys and values.

use std::borrow::Cow;

use cmlint_source::{FileId, Problem, Source, Spanned, Str};

use super::data::{self, BINARY};
use super::{Data, Key, Reg, Value, unescape};
use crate::support::{Line, Problems, shown, text_of, trim};

const AGAIN: &str = "export the key again: `reg export KEY FILE`";

pub(super) fn read(source: &Source) -> (Reg<'_>, Vec<Problem>) {
    let mut problems = Problems::new(source.id());
    let mut reg = Reg { keys: Vec::new() };
    let Some(text) = text_of(source, &mut problems) else { return (reg, problems.finish()) };
    let mut reader = Reader { text, file: source.id(), problems, unicode: true, in_deleted: false };
    let mut at = reader.header();
    while let Some(line) = Line::at(text, at) {
        at = reader.line(&mut reg, &line);
    }
    (reg, reader.problems.finish())
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    problems: Problems,
    /// Whether texts in digits are UTF-16: not so in `REGEDIT4`.
    unicode: bool,
    /// Below a key that the file deletes.
    in_deleted: bool,
}

impl<'a> Reader<'a> {
    /// Reads the first line. Returns where the next one starts.
    fn header(&mut self) -> usize {
        let text = self.text;
        let mut at = text.len() - text.trim_start_matches('\u{FEFF}').len();
        while let Some(line) = Line::at(text, at) {
            let range = line.trimmed();
            match &text[range.clone()] {
                "" => at = line.next,
                "REGEDIT4" => {
                    self.unicode = false;
                    return line.next;
                }
                first if first.starts_with("Windows Registry Editor Version ") => {
                    if first != "Windows Registry Editor Version 5.00" {
                        let message = "another version than 5.00; it was read as version 5.00";
                        self.problems.note(range, message, AGAIN);
                    }
                    return line.next;
                }
                _ => {
                    let message = "no `Windows Registry Editor Version 5.00` in the first line";
                    self.problems.note(range, message, AGAIN);
                    return at;
                }
            }
        }
        self.problems.lost(at..at, "the text is empty: this is no registry export", AGAIN);
        at
    }

    /// Reads the key or value that starts in `line`. Returns where the next line starts.
    fn line(&mut self, reg: &mut Reg<'a>, line: &Line<'a>) -> usize {
        let range = line.trimmed();
        let content = &self.text[range.clone()];
        if content.is_empty() || content.starts_with(';') {
            return line.next;
        }
        if content.starts_with('[') {
            self.key(reg, range);
            return line.next;
        }
        let Some((name, behind)) = self.name(range.start, line.end()) else {
            let message = "a line that is neither key, value nor comment; it was skipped";
            self.problems.lost(range, message, AGAIN);
            return line.next;
        };
        let (value, next) = self.value(name, behind, line);
        let Some(value) = value else { return next };
        match reg.keys.last_mut() {
            Some(key) if !self.in_deleted => key.values.push(value),
            _ => {
                let message =
                    format!("the value {} stands below no key; it was skipped", shown(&value.name.value));
                self.problems.lost(range, message, AGAIN);
            }
        }
        next
    }

    fn key(&mut self, reg: &mut Reg<'a>, range: std::ops::Range<usize>) {
        let content = &self.text[range.clone()];
        let path = content[1..].strip_suffix(']').unwrap_or_else(|| {
            let message = "the path of a key without its closing `]`";
            self.problems.lost(range.clone(), message, AGAIN);
            &content[1..]
        });
        self.in_deleted = path.starts_with('-');
        if self.in_deleted {
            let message = "a key that the file deletes; it was left out";
            self.problems.note(range, message, "give an export of the registry, not a change to it");
            return;
        }
        let span = self.file.span(range.start + 1, path.len());
        reg.keys.push(Key { path: Spanned::new(path, span), values: Vec::new() });
    }

    /// The name of a value at `start` and where its `=` ends; `None` when there is none before `end`.
    fn name(&self, start: usize, end: usize) -> Option<(Spanned<Str<'a>>, usize)> {
        let line = &self.text[start..end];
        let (name, behind) = if line.starts_with('@') {
            (Spanned::new(Str::default(), self.file.span(start, 1)), 1)
        } else {
            let close = closing_quote(line.strip_prefix('"')?)? + 1;
            let raw = &line[1..close];
            (Spanned::new(Str(unescape(raw)), self.file.span(start + 1, raw.len())), close + 1)
        };
        let equals = behind + (line[behind..].len() - line[behind..].trim_start().len());
        line[equals..].starts_with('=').then_some((name, start + equals + 1))
    }

    /// The data behind the `=`, and where the next line starts. No value for a deletion.
    fn value(
        &mut self,
        name: Spanned<Str<'a>>,
        behind: usize,
        line: &Line<'a>,
    ) -> (Option<Value<'a>>, usize) {
        let range = trim(&self.text[behind..line.end()], behind);
        let content = &self.text[range.clone()];
        if content == "-" {
            let message = format!("the file deletes the value {}; it was left out", shown(&name.value));
            self.problems.note(range, message, "give an export of the registry, not a change to it");
            return (None, line.next);
        }
        if content.starts_with('"') {
            return self.string(name, range.start, line);
        }
        let (range, next) = self.continued(range, line);
        let content = &self.text[range.clone()];
        let span = self.file.span(range.start, range.len());
        let data = match read_data(content, self.unicode) {
            Some((data, wrong)) => {
                if let Some(wrong) = wrong {
                    self.problems.lost(range, format!("{} holds {wrong}", shown(&name.value)), AGAIN);
                }
                data
            }
            None => {
                let message = format!("the data of {} cannot be read; it is unknown", shown(&name.value));
                self.problems.lost(range, message, AGAIN);
                Data::Unreadable
            }
        };
        (Some(Value { name, data, span }), next)
    }

    /// Takes in the lines that continue data behind a `\` at the end of a line.
    fn continued(
        &self,
        mut range: std::ops::Range<usize>,
        line: &Line<'a>,
    ) -> (std::ops::Range<usize>, usize) {
        let mut next = line.next;
        while self.text[range.clone()].ends_with('\\') {
            let Some(more) = Line::at(self.text, next) else { break };
            let more_range = more.trimmed();
            let content = &self.text[more_range.clone()];
            // A key or value behind a stray `\` is none of its data.
            if content.starts_with(['[', '"', '@', ';']) {
                break;
            }
            // An empty line ends the data, too.
            if content.is_empty() {
                break;
            }
            range.end = more_range.end;
            next = more.next;
        }
        (range, next)
    }

    /// A string at the quote `open`, which may go on over several lines.
    fn string(&mut self, name: Spanned<Str<'a>>, open: usize, line: &Line<'a>) -> (Option<Value<'a>>, usize) {
        let mut end = line.end();
        let mut next = line.next;
        let mut from = open + 1;
        loop {
            if let Some(close) = closing_quote(&self.text[from..end]).map(|at| from + at) {
                let behind = self.text[close + 1..end].trim();
                if !(behind.is_empty() || behind.starts_with(';')) {
                    let message = format!("text behind the closing quote of {}", shown(&name.value));
                    self.problems.lost(close + 1..end, message, "escape quotes in a string: `\\\"`");
                }
                let raw = &self.text[open + 1..close];
                let span = self.file.span(open + 1, raw.len());
                return (Some(Value { name, data: Data::String(Str(unescape(raw))), span }), next);
            }
            // The quote is still open: the string goes on unless the next line starts something new.
            let more = Line::at(self.text, next).filter(|more| !self.starts_something(more));
            let Some(more) = more else {
                let message = format!("the string of {} is never closed; it is unknown", shown(&name.value));
                self.problems.lost(open..end, message, AGAIN);
                let span = self.file.span(open, end - open);
                return (Some(Value { name, data: Data::Unreadable, span }), next);
            };
            // A `\` at the end of a line escapes nothing across the line end.
            from = more.start;
            end = more.end();
            next = more.next;
        }
    }

    /// Whether a line below an open string looks like a key or a value.
    fn starts_something(&self, line: &Line<'a>) -> bool {
        let hive = |s: &str| s.len() >= 5 && s.as_bytes()[..5].eq_ignore_ascii_case(b"HKEY_");
        let key = line.text.strip_prefix('[').is_some_and(|p| hive(p.strip_prefix('-').unwrap_or(p)));
        key || self.name(line.start, line.end()).is_some()
    }
}

/// The first quote in `text` that no `\` escapes.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Data other than a string: `dword:…`, `hex:…`, `hex(n):…`. The second part says what is wrong with it.
fn read_data(content: &str, unicode: bool) -> Option<(Data<'static>, Option<&'static str>)> {
    let (kind, digits) = content.split_once(':')?;
    let kind: Cow<'_, str> = kind.trim().to_ascii_lowercase().into();
    if kind == "dword" {
        let digits = digits.split(';').next()?.trim();
        let hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        return hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten().map(|n| (Data::Dword(n), None));
    }
    let kind = match kind.strip_prefix("hex")? {
        "" => BINARY,
        number => {
            let number = number.strip_prefix('(')?.strip_suffix(')')?;
            let hex = !number.is_empty() && number.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| u32::from_str_radix(number, 16).ok()).flatten()?
        }
    };
    Some(data::of_kind(kind, data::bytes(digits)?, unicode))
}
