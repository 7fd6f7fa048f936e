//! Rows of a section.

use std::marker::PhantomData;

use cmlint_source::{Problem, Spanned, Str};
use serde::de::{Deserialize, IgnoredAny};

use super::de::Reader;
use super::document::Section;
use super::walk::Walk;
use crate::support::Problems;

impl<'a> Section<'a> {
    /// Reads all rows as `T`, each with its place. A row that cannot be read is left out and reported; the
    /// others are kept. Behind a syntax error reading goes on at the next row where it is certain where
    /// that begins, and stops where it is not.
    pub fn rows<T: Deserialize<'a>>(&self, problems: &mut Vec<Problem>) -> Vec<Spanned<T>> {
        let mut rows = Vec::new();
        let mut found = Problems::new(self.source.id());
        self.walk(&mut found).each(&mut |reader| {
            let start = reader.cursor.at;
            match T::deserialize(&mut *reader) {
                Ok(value) => {
                    rows.push(Spanned::new(value, reader.file.span(start, reader.cursor.at - start)));
                    Ok(())
                }
                Err(error) => Err(error),
            }
        });
        problems.append(&mut found.finish());
        rows
    }

    /// How many rows there are that can be read at all. As dear as reading them.
    pub fn count(&self) -> usize {
        self.rows::<IgnoredAny>(&mut Vec::new()).len()
    }

    /// The names of the first row's properties, by which its class can be told. Empty when there is no
    /// row, or when it is no object.
    pub fn peek(&self) -> Vec<Str<'a>> {
        let mut names = Vec::new();
        self.first_row(|name, _| {
            names.push(name);
            None::<()>
        });
        names
    }

    /// The text of one of the first row's properties (`__CLASS`), its name in any case; `None` when it is
    /// not there or no text.
    pub fn peek_text(&self, property: &str) -> Option<Spanned<Str<'a>>> {
        self.first_row(|name, reader| {
            if !name.eq_ignore_ascii_case(property) {
                return None;
            }
            reader.value(PhantomData::<Spanned<Str<'a>>>).ok()
        })
    }

    /// Calls `member` with each property of the first row, the reader standing before the value, until it
    /// returns something.
    fn first_row<T>(&self, mut member: impl FnMut(Str<'a>, &mut Reader<'a>) -> Option<T>) -> Option<T> {
        let mut reader = self.reader();
        if !self.single {
            reader.cursor.expect(b'[', "a list").ok()?;
        }
        reader.cursor.expect(b'{', "an object").ok()?;
        if reader.cursor.peek()? == b'}' {
            return None;
        }
        loop {
            let name: Str<'a> = reader.value(PhantomData).ok()?;
            reader.cursor.expect(b':', "a colon").ok()?;
            let start = reader.cursor.at;
            if let Some(found) = member(name, &mut reader) {
                return Some(found);
            }
            reader.rewind(start, self.depth + 1);
            reader.skip().ok()?;
            reader.cursor.expect(b',', "a comma").ok()?;
        }
    }

    pub(super) fn reader(&self) -> Reader<'a> {
        let mut reader = Reader::new(self.source, self.span.start as usize);
        reader.depth = self.depth;
        reader
    }

    pub(super) fn walk<'p>(&self, problems: &'p mut Problems) -> Walk<'p, 'a> {
        Walk::new(self, problems)
    }
}
