//! INF files as Windows' security editor writes them: `secedit /export` and the `GptTmpl.inf` of a group
//! policy.
//!
//! Sections of `key = value` lines; `;` starts a comment at the start of a line only, because texts (logon
//! notices) hold it. Lines without a key (`"Spooler",4,"D:…"` below `[Service General Setting]`) are entries
//! too. Case does not matter in names (`SeSystemTimePrivilege`, `SeSystemtimePrivilege`); duplicates are
//! kept, because only the reader of a file knows whether the first or the last wins.

use cmlint_source::{FileId, Problem, Source, Span, Spanned};

use crate::support::{Line, Problems, same_name, shown, text_of, trim};

/// Reads an INF file.
///
/// Never fails: a line that is neither section, entry nor comment, and an entry in front of the first
/// section, is a problem and is left out.
pub fn parse(source: &Source) -> (Inf<'_>, Vec<Problem>) {
    let mut problems = Problems::new(source.id());
    let mut inf = Inf { sections: Vec::new() };
    let Some(text) = text_of(source, &mut problems) else { return (inf, problems.finish()) };
    let file = source.id();
    let mut at = text.len() - text.trim_start_matches('\u{FEFF}').len();
    while let Some(line) = Line::at(text, at) {
        at = line.next;
        let range = line.trimmed();
        let content = &text[range.clone()];
        if content.is_empty() || content.starts_with(';') {
            continue;
        }
        if let Some(rest) = content.strip_prefix('[') {
            let (name, behind) = rest.split_once(']').unwrap_or((rest, "]"));
            let behind = behind.trim();
            if !(behind.is_empty() || behind.starts_with(';')) {
                let message = "the name of a section is not closed with `]` at the end of the line";
                problems.lost(range.clone(), message, "close the name: `[Privilege Rights]`");
            }
            let name = place(text, file, trim(name, range.start + 1));
            inf.sections.push(Section { name, entries: Vec::new() });
            continue;
        }
        match (inf.sections.last_mut(), entry(text, file, range.clone())) {
            (Some(section), Some(entry)) => section.entries.push(entry),
            (None, Some(entry)) => {
                let key = entry
                    .key
                    .map_or_else(|| "an entry".to_owned(), |k| format!("the entry {}", shown(k.value)));
                let message = format!("{key} stands in front of the first section; it was skipped");
                problems.lost(range, message, "write the `[section]` it belongs to above it");
            }
            (_, None) => {
                let message = "a line that is neither section, entry nor comment; it was skipped";
                problems.lost(range, message, "write it as `key = value`, or start it with `;`");
            }
        }
    }
    if inf.sections.is_empty() {
        let message = "no section: this is no INF file";
        problems.lost(0..0, message, "export it again with `secedit /export /cfg FILE`");
    }
    (inf, problems.finish())
}

/// The sections of an INF file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inf<'a> {
    sections: Vec<Section<'a>>,
}

impl<'a> Inf<'a> {
    /// All sections in the order of the file; a name may occur twice.
    pub fn sections(&self) -> &[Section<'a>] {
        &self.sections
    }

    /// The first section of this name, in any case.
    pub fn section(&self, name: &str) -> Option<&Section<'a>> {
        self.sections.iter().find(|s| same_name(s.name.value, name))
    }

    /// The entries of all sections of this name, in any case.
    pub fn entries<'i>(&'i self, section: &'i str) -> impl Iterator<Item = &'i Entry<'a>> {
        self.sections.iter().filter(move |s| same_name(s.name.value, section)).flat_map(|s| &s.entries)
    }

    /// The first entry of this section with this key, both in any case.
    pub fn get(&self, section: &str, key: &str) -> Option<&Entry<'a>> {
        self.sections.iter().filter(|s| same_name(s.name.value, section)).find_map(|s| s.get(key))
    }
}

/// A section of an [`Inf`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section<'a> {
    /// The name without brackets.
    pub name: Spanned<&'a str>,
    entries: Vec<Entry<'a>>,
}

impl<'a> Section<'a> {
    /// The entries in the order of the file, duplicates included.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The first entry with this key, in any case.
    pub fn get(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.has_key(key))
    }

    /// All entries with this key, in any case.
    pub fn get_all<'i>(&'i self, key: &'i str) -> impl Iterator<Item = &'i Entry<'a>> {
        self.entries.iter().filter(move |e| e.has_key(key))
    }
}

/// A line of a [`Section`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry<'a> {
    /// The key without quotes; `None` for a line without one.
    pub key: Option<Spanned<&'a str>>,
    /// The value as written, quotes included, without white space around it; the whole line when there is
    /// no key. Empty is a value: nobody has this user right.
    pub value: Spanned<&'a str>,
    /// The whole line without white space around it.
    pub span: Span,
}

impl<'a> Entry<'a> {
    /// Whether this is the entry's key, in any case.
    pub fn has_key(&self, key: &str) -> bool {
        self.key.is_some_and(|k| same_name(k.value, key))
    }

    /// The value without the quotes around it, if it is one quoted text.
    pub fn unquoted(&self) -> Spanned<&'a str> {
        match self.fields().as_slice() {
            [one] => *one,
            _ => self.value,
        }
    }

    /// The parts of a comma-separated value (`*S-1-5-32-544, Guest`) that are not empty, without white
    /// space and quotes around them. No parts: nobody.
    pub fn list(&self) -> Vec<Spanned<&'a str>> {
        let mut parts = self.fields();
        parts.retain(|part| !part.value.is_empty());
        parts
    }

    /// All parts of a comma-separated value, empty ones included (`7,first,,third`), without white space
    /// and quotes around them. An empty value has one empty part.
    pub fn fields(&self) -> Vec<Spanned<&'a str>> {
        let text = self.value.value;
        let mut parts = Vec::new();
        let mut start = 0;
        loop {
            let end = part_end(text, start);
            let range = trim(&text[start..end], start);
            let part = &text[range.clone()];
            let inner = part.strip_prefix('"').map(|p| p.strip_suffix('"').unwrap_or(p));
            let (value, at) = inner.map_or((part, range.start), |inner| (inner, range.start + 1));
            parts.push(Spanned::new(value, self.value.span.sub(at, value.len())));
            if end == text.len() {
                return parts;
            }
            start = end + 1;
        }
    }
}

/// The comma behind the part that starts at `start`, or the end.
fn part_end(text: &str, start: usize) -> usize {
    let first = start + (text[start..].len() - text[start..].trim_start().len());
    let from = match text[first..].starts_with('"') {
        true => closing_quote(text, first).map_or(text.len(), |quote| quote + 1),
        false => first,
    };
    memchr::memchr(b',', &text.as_bytes()[from..]).map_or(text.len(), |comma| from + comma)
}

/// The quote that closes the one at `open`; doubled quotes are passed.
fn closing_quote(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = open + 1;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Reads a line as an entry.
fn entry(text: &str, file: FileId, line: std::ops::Range<usize>) -> Option<Entry<'_>> {
    let content = &text[line.clone()];
    let span = file.span(line.start, line.len());
    let keyless = Entry { key: None, value: Spanned::new(content, span), span };
    let (key, equals) = if content.starts_with('"') {
        let close = closing_quote(content, 0)?;
        let behind = trim(&content[close + 1..], close + 1);
        match content[behind.clone()].bytes().next() {
            Some(b'=') => (1..close, behind.start),
            Some(b',') | None => return Some(keyless),
            Some(_) => return None,
        }
    } else {
        // A `=` inside quotes is a part of a value (a conditional entry of an SDDL string).
        match memchr::memchr2(b'=', b'"', content.as_bytes()).filter(|&at| content.as_bytes()[at] == b'=') {
            Some(0) => return None,
            Some(equals) => (0..equals, equals),
            None => return content.contains(',').then_some(keyless),
        }
    };
    let key = place(text, file, trim(&content[key.clone()], line.start + key.start));
    let value = place(text, file, trim(&content[equals + 1..], line.start + equals + 1));
    Some(Entry { key: Some(key), value, span })
}

fn place(text: &str, file: FileId, range: std::ops::Range<usize>) -> Spanned<&str> {
    let span = file.span(range.start, range.len());
    Spanned::new(&text[range], span)
}

#[cfg(test)]
mod tests;
