//! Going from row to row, over what cannot be read.

use std::ops::Range;

use super::cursor::Result;
use super::de::Reader;
use super::document::{AGAIN, Section};
use super::error::Error;
use super::skip::{COLON, KEY, LIST_NEXT, OBJECT_NEXT};
use crate::support::Problems;

/// What follows behind a list of rows and has not been looked at yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tail {
    /// Nothing that is not known.
    Seen,
    /// The end of the text.
    End,
    /// The other members of an OData answer, then the end of the text.
    Answer,
}

/// What is called at the start of each row; it reads the row and keeps it.
pub(super) type OnRow<'f, 'a> = &'f mut dyn FnMut(&mut Reader<'a>) -> Result<()>;

/// A walk over the rows of a section.
pub(super) struct Walk<'p, 'a> {
    reader: Reader<'a>,
    single: bool,
    tail: Tail,
    /// Offset of a syntax error that has been reported already.
    reported: Option<usize>,
    problems: &'p mut Problems,
    /// Ranges that could not be read.
    pub(super) gaps: Vec<Range<usize>>,
}

impl<'p, 'a> Walk<'p, 'a> {
    pub(super) fn new(section: &Section<'a>, problems: &'p mut Problems) -> Self {
        Walk {
            reader: section.reader(),
            single: section.single,
            tail: section.tail,
            reported: section.broken,
            problems,
            gaps: Vec::new(),
        }
    }

    pub(super) fn each(&mut self, row: OnRow<'_, 'a>) {
        let whole = if self.single { self.row(row) } else { self.list(row) };
        if whole && let Err(error) = self.tail() {
            self.stop(&error, AGAIN);
        }
    }

    /// Whether the end of the list was reached.
    fn list(&mut self, row: OnRow<'_, 'a>) -> bool {
        self.reader.cursor.at += 1;
        self.reader.depth += 1;
        let mut comma = None;
        let mut due = true;
        loop {
            match self.reader.cursor.peek() {
                Some(b']') => {
                    if let Some(comma) = comma.filter(|_| due) {
                        let message = "a row is missing behind the last comma";
                        self.problems.lost(comma..comma + 1, message, AGAIN);
                    }
                    self.reader.cursor.at += 1;
                    self.reader.depth -= 1;
                    return true;
                }
                Some(b',') if !due => {
                    comma = Some(self.reader.cursor.at);
                    self.reader.cursor.at += 1;
                    due = true;
                }
                // Behind a complete row an object can only be the next row.
                Some(b'{') if !due => {
                    let at = self.reader.cursor.at;
                    self.problems.lost(at..at + 1, "expected `,` before this row", AGAIN);
                    due = true;
                }
                Some(_) if due => {
                    if !self.row(row) {
                        return false;
                    }
                    due = false;
                }
                _ => {
                    let expected = if due { "a row or `]`" } else { LIST_NEXT };
                    let error = self.reader.cursor.fail(expected);
                    self.stop(&error, "the rows before this place were kept; collect the file again");
                    return false;
                }
            }
        }
    }

    /// Whether reading can go on behind the row.
    fn row(&mut self, row: OnRow<'_, 'a>) -> bool {
        let start = self.reader.cursor.at;
        let depth = self.reader.depth;
        let error = if self.reader.cursor.peek() == Some(b'{') {
            match row(&mut self.reader) {
                Ok(()) => {
                    self.odd();
                    return true;
                }
                Err(error) => error,
            }
        } else {
            Error::data("expected a row (an object in braces), found another value")
        };
        // What was odd in it went with the row.
        self.reader.odd.clear();
        if error.is_syntax() {
            return self.resume(&error, start, depth);
        }
        self.reader.rewind(start, depth);
        match self.reader.skip() {
            Ok(()) => {
                let error = error.place(start, self.reader.cursor.at - start);
                let at = error.range();
                let message = format!("{}; the row was left out", error.message());
                self.problems.lost(at, message, "correct the value, or collect the file again");
                true
            }
            Err(error) => self.resume(&error, start, depth),
        }
    }

    /// Reports the values of a row that were kept as unknown.
    #[inline(always)]
    fn odd(&mut self) {
        for error in self.reader.odd.drain(..) {
            let message = format!("{}; the property is unknown", error.message());
            self.problems.lost(error.range(), message, "correct the value, or collect the file again");
        }
    }

    /// Goes to the end of a row with a syntax error in it, where that is certain.
    fn resume(&mut self, error: &Error, start: usize, depth: u32) -> bool {
        self.reader.rewind(start, depth);
        let found = self.reader.cursor.skip_loosely();
        let next = self.reader.cursor.peek();
        let certain = found.is_some() && (self.single || matches!(next, Some(b',' | b']')));
        if !certain {
            self.stop(
                error,
                "the rows before this place were kept, those behind it are lost; collect the \
                              file again",
            );
            return false;
        }
        self.gaps.push(error.at()..self.reader.cursor.at);
        if self.reported != Some(error.at()) {
            let message = format!("{}; the row was left out", error.message());
            self.problems.lost(error.range(), message, AGAIN);
        }
        true
    }

    /// Reports an error behind which nothing can be read.
    fn stop(&mut self, error: &Error, help: &str) {
        self.gaps.push(error.at()..self.reader.cursor.text.len());
        if self.reported != Some(error.at()) {
            self.problems.lost(error.range(), error.message(), help);
        }
    }

    fn tail(&mut self) -> Result<()> {
        match self.tail {
            Tail::Seen => Ok(()),
            Tail::End => end(&mut self.reader),
            Tail::Answer => self.answer(),
        }
    }

    /// Behind the rows of an OData answer.
    fn answer(&mut self) -> Result<()> {
        let reader = &mut self.reader;
        while reader.cursor.peek() != Some(b'}') {
            reader.cursor.expect(b',', OBJECT_NEXT)?;
            reader.cursor.expect(b'"', KEY)?;
            let name = reader.cursor.string(&mut reader.scratch)?;
            let next_page = is_next_page(name.unwrap_or(&reader.scratch));
            reader.cursor.expect(b':', COLON)?;
            reader.cursor.peek();
            let start = reader.cursor.at;
            reader.skip()?;
            if next_page {
                more_pages(reader, start, self.problems);
            }
        }
        reader.cursor.at += 1;
        end(reader)
    }
}

/// Whether a member of an OData answer names the next page.
pub(super) fn is_next_page(name: &str) -> bool {
    let name = name.strip_prefix('@').unwrap_or(name);
    name.eq_ignore_ascii_case("odata.nextLink")
}

/// Reports that an answer is only one page of several; its link has just been read from `start` on.
pub(super) fn more_pages(reader: &Reader<'_>, start: usize, problems: &mut Problems) {
    if reader.cursor.bytes()[start] == b'"' && reader.cursor.at - start > 2 {
        problems.lost(
            start..reader.cursor.at,
            "the answer goes on in another page, which is not in this file",
            "follow `@odata.nextLink` until it is gone and write all rows into one file",
        );
    }
}

/// Checks that nothing follows the document.
pub(super) fn end(reader: &mut Reader<'_>) -> Result<()> {
    match reader.cursor.peek() {
        None => Ok(()),
        Some(b'{' | b'[') => Err(reader
            .cursor
            .fail("nothing behind the document (several documents belong into one list: `[ …, … ]`)")),
        Some(_) => Err(reader.cursor.fail("nothing behind the document")),
    }
}
