//! Looking at a document to see where its rows are.

use std::ops::Range;

use cmlint_source::{Source, Spanned, Str};

use super::cursor::{Cursor, Result};
use super::de::Reader;
use super::document::{AGAIN, Document, Section};
use super::error::Error;
use super::skip::{COLON, KEY, OBJECT_NEXT};
use super::walk::{Tail, end, is_next_page, more_pages};
use crate::support::{Problems, text_of};

/// What a look at the document gave.
pub(super) struct Found<'a> {
    pub(super) document: Document<'a>,
    pub(super) problems: Problems,
    /// Ranges outside of the lists that could not be read.
    pub(super) gaps: Vec<Range<usize>>,
}

/// Finds the lists of rows.
pub(super) fn find(source: &Source) -> Found<'_> {
    let mut found = Found {
        document: Document { sections: Vec::new(), whole: None },
        problems: Problems::new(source.id()),
        gaps: Vec::new(),
    };
    if text_of(source, &mut found.problems).is_none() {
        return found;
    }
    let mut reader = Reader::new(source, 0);
    match reader.cursor.peek() {
        None => found.problems.lost(
            0..source.text().len(),
            "the text is empty; expected a list of rows",
            "an export of nothing writes no text in PowerShell; write `[]` where there is nothing to list",
        ),
        Some(b'[') => {
            let at = reader.cursor.at;
            let section = section(source, at..source.text().trim_end().len(), 0, Tail::End);
            found.document.sections.push(section);
        }
        Some(b'{') => Object::new(source, reader).read(&mut found),
        Some(_) => {
            let start = reader.cursor.at;
            match reader.skip().and_then(|()| end(&mut reader)) {
                Ok(()) => found.problems.lost(
                    start..source.text().trim_end().len(),
                    "expected a list of rows or an object, found a single value",
                    "export the objects themselves, not one of their properties",
                ),
                Err(error) => found.lose(&error, source.text().len()),
            }
        }
    }
    found
}

impl Found<'_> {
    /// Reports a syntax error behind which nothing is read.
    fn lose(&mut self, error: &Error, end: usize) {
        self.problems.lost(error.range(), error.message(), AGAIN);
        self.gaps.push(error.at()..end);
    }
}

fn section(source: &Source, range: Range<usize>, depth: u32, tail: Tail) -> Section<'_> {
    Section {
        name: None,
        context: None,
        span: source.id().span(range.start, range.len()),
        single: source.text().as_bytes()[range.start] == b'{',
        source,
        depth,
        tail,
        broken: None,
    }
}

/// A document that is an object, while its members are looked at.
struct Object<'a> {
    source: &'a Source,
    reader: Reader<'a>,
    start: usize,
    /// Members that are lists of objects or empty.
    lists: Vec<Section<'a>>,
    /// Whether one of the lists holds an object.
    rows: bool,
    /// Members that are neither lists of objects nor about the answer.
    others: usize,
    /// Whether a member says that the object is a row itself.
    row: bool,
    context: Option<Str<'a>>,
    /// Offset of the first syntax error.
    broken: Option<usize>,
}

/// What a member's look has told.
enum Next {
    Member,
    End,
    /// The rows of an OData answer begin here.
    Answer(usize),
}

impl<'a> Object<'a> {
    fn new(source: &'a Source, mut reader: Reader<'a>) -> Self {
        let start = reader.cursor.at;
        reader.cursor.at += 1;
        reader.depth = 1;
        Object {
            source,
            reader,
            start,
            lists: Vec::new(),
            rows: false,
            others: 0,
            row: false,
            context: None,
            broken: None,
        }
    }

    fn read(mut self, found: &mut Found<'a>) {
        let text_end = self.source.text().trim_end().len();
        let mut stop = text_end;
        let mut first = true;
        loop {
            match self.member(first, found) {
                Ok(Next::Member) => first = false,
                Ok(Next::End) => {
                    stop = self.reader.cursor.at;
                    if let Err(error) = end(&mut self.reader) {
                        found.lose(&error, self.source.text().len());
                    }
                    break;
                }
                Ok(Next::Answer(at)) => {
                    let mut rows = section(self.source, at..text_end, 1, Tail::Answer);
                    rows.context = self.context.take();
                    found.document.sections.push(rows);
                    break;
                }
                Err(error) => {
                    self.broken.get_or_insert(error.at());
                    found.lose(&error, self.source.text().len());
                    break;
                }
            }
        }
        let mut whole = section(self.source, self.start..stop, 0, Tail::Seen);
        whole.broken = self.broken;
        whole.context = self.context.clone();
        if found.document.sections.is_empty() {
            let several =
                self.rows && self.lists.len() >= self.others || !self.lists.is_empty() && self.others == 0;
            if several && !self.row && self.context.is_none() {
                found.document.sections = self.lists;
            } else {
                found.document.sections.push(whole.clone());
            }
        }
        found.document.whole = Some(whole);
    }

    /// Looks at one member and goes behind it.
    fn member(&mut self, first: bool, found: &mut Found<'a>) -> Result<Next> {
        match self.reader.cursor.peek() {
            Some(b'}') => {
                self.reader.cursor.at += 1;
                return Ok(Next::End);
            }
            Some(b',') if !first => self.reader.cursor.at += 1,
            Some(_) if first => {}
            _ => return Err(self.reader.cursor.fail(OBJECT_NEXT)),
        }
        if self.reader.cursor.peek() != Some(b'"') {
            return Err(self.reader.cursor.fail(KEY));
        }
        let name: Spanned<Str<'a>> = self.reader.value(std::marker::PhantomData)?;
        self.reader.cursor.expect(b':', COLON)?;
        let kind = self.reader.cursor.peek();
        let start = self.reader.cursor.at;
        let about_answer = name.starts_with(['@', '$']) || name.starts_with("odata.");
        if name.eq_ignore_ascii_case("value") && self.is_answer(kind, start) {
            return Ok(Next::Answer(start));
        }
        if about_answer {
            self.about(&name, kind)?;
            if is_next_page(&name) {
                more_pages(&self.reader, start, &mut found.problems);
            }
            return Ok(Next::Member);
        }
        self.row |= name.starts_with("__");
        let inside = (kind == Some(b'[')).then(|| Cursor::new(self.source.text(), start + 1).peek());
        match inside {
            Some(Some(b'{' | b']') | None) => {
                self.rows |= inside == Some(Some(b'{'));
                self.list(name, start, found)?;
            }
            _ => {
                self.others += 1;
                self.reader.skip()?;
            }
        }
        Ok(Next::Member)
    }

    /// Whether a member called `value` holds the rows of an answer. PowerShell's lists have no context, and
    /// then only a list of objects in the first place will do.
    fn is_answer(&self, kind: Option<u8>, start: usize) -> bool {
        let alone = self.lists.is_empty() && self.others == 0 && !self.row;
        match kind {
            Some(b'[') if self.context.is_none() => {
                let inside = Cursor::new(self.source.text(), start + 1).peek();
                alone && matches!(inside, Some(b'{' | b']') | None)
            }
            Some(b'[' | b'{') => alone && self.context.is_some(),
            _ => false,
        }
    }

    /// A member about the answer: its context is kept, an etag says that the object is a row.
    fn about(&mut self, name: &str, kind: Option<u8>) -> Result<()> {
        let name = name.strip_prefix('@').unwrap_or(name);
        self.row |= name.eq_ignore_ascii_case("odata.etag");
        if name.eq_ignore_ascii_case("odata.context") && kind == Some(b'"') {
            self.context = Some(self.reader.value(std::marker::PhantomData)?);
            return Ok(());
        }
        self.reader.skip()
    }

    /// A member that is a list of objects. A syntax error in it does not hide the rows before it, nor the
    /// lists behind it where it is certain where they begin.
    fn list(&mut self, name: Spanned<Str<'a>>, start: usize, found: &mut Found<'a>) -> Result<()> {
        let skipped = self.reader.skip();
        let text_end = self.source.text().trim_end().len();
        let mut lost = None;
        let end = match skipped {
            Ok(()) => self.reader.cursor.at,
            Err(error) => {
                self.broken.get_or_insert(error.at());
                self.reader.rewind(start, 1);
                let resumed = self.reader.cursor.skip_loosely();
                let end = if resumed.is_some() { self.reader.cursor.at } else { text_end };
                if resumed.is_some() {
                    found.problems.lost(error.range(), error.message(), AGAIN);
                }
                lost = Some((error, resumed));
                end
            }
        };
        let mut list = section(self.source, start..end, 1, Tail::Seen);
        list.name = Some(name);
        list.broken = lost.as_ref().map(|(error, _)| error.at());
        self.lists.push(list);
        match lost {
            Some((error, None)) => Err(error),
            _ => Ok(()),
        }
    }
}
