//! What a visitor gets to see of lists, objects and the newtypes that ask for positions.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};

use super::cursor::Result;
use super::de::Reader;
use super::error::Error;
use super::names::Shape;
use super::skip::{COLON, KEY, LIST_NEXT, OBJECT_NEXT};

/// The elements of a list, behind its opening bracket.
pub(super) struct Elements<'r, 'a> {
    reader: &'r mut Reader<'a>,
    first: bool,
    closed: bool,
}

impl<'r, 'a> Elements<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        Elements { reader, first: true, closed: false }
    }

    /// Whether another element follows; consumes the comma or the closing bracket.
    #[inline(always)]
    fn more(&mut self) -> Result<bool> {
        if self.closed {
            return Ok(false);
        }
        match self.reader.cursor.peek() {
            Some(b']') => {
                self.reader.cursor.at += 1;
                self.closed = true;
                return Ok(false);
            }
            Some(b',') if !self.first => self.reader.cursor.at += 1,
            Some(_) if self.first => {}
            _ => return Err(self.reader.cursor.fail(LIST_NEXT)),
        }
        self.first = false;
        Ok(true)
    }

    /// Whether the list ends here: a visitor may stop before the closing bracket.
    pub(super) fn close(mut self) -> Result<bool> {
        Ok(self.closed || !self.more()?)
    }
}

impl<'a> SeqAccess<'a> for &mut Elements<'_, 'a> {
    type Error = Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if !self.more()? {
            return Ok(None);
        }
        self.reader.value(seed).map(Some)
    }
}

/// The members of an object, behind its opening brace.
pub(super) struct Members<'r, 'a> {
    reader: &'r mut Reader<'a>,
    first: bool,
    closed: bool,
}

impl<'r, 'a> Members<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        Members { reader, first: true, closed: false }
    }

    /// Whether another member follows; stops before its name's opening quote.
    #[inline(always)]
    fn more(&mut self) -> Result<bool> {
        if self.closed {
            return Ok(false);
        }
        match self.reader.cursor.peek() {
            Some(b'}') => {
                self.reader.cursor.at += 1;
                self.closed = true;
                return Ok(false);
            }
            Some(b',') if !self.first => self.reader.cursor.at += 1,
            Some(_) if self.first => {}
            _ => return Err(self.reader.cursor.fail(OBJECT_NEXT)),
        }
        self.first = false;
        if self.reader.cursor.peek() != Some(b'"') {
            return Err(self.reader.cursor.fail(KEY));
        }
        Ok(true)
    }

    /// Whether the object ends here.
    pub(super) fn close(mut self) -> Result<bool> {
        Ok(self.closed || !self.more()?)
    }

    #[inline(always)]
    fn value<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value> {
        self.reader.cursor.expect(b':', COLON)?;
        self.reader.value(seed)
    }
}

impl<'a> MapAccess<'a> for &mut Members<'_, 'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.more()? {
            return Ok(None);
        }
        self.reader.value(seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value> {
        self.value(seed)
    }
}

/// The members of an object that is read as a struct: names are handed over as the struct writes them.
pub(super) struct Properties<'r, 'a> {
    members: Members<'r, 'a>,
    shape: &'r mut Shape<'a>,
    /// Number of the next member.
    number: usize,
}

impl<'r, 'a> Properties<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>, shape: &'r mut Shape<'a>) -> Self {
        Properties { members: Members::new(reader), shape, number: 0 }
    }

    pub(super) fn close(self) -> Result<bool> {
        self.members.close()
    }
}

impl<'a> MapAccess<'a> for &mut Properties<'_, 'a> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.members.more()? {
            return Ok(None);
        }
        let reader = &mut *self.members.reader;
        let start = reader.cursor.at + 1;
        let number = self.number;
        self.number += 1;
        if let Some((name, len)) = self.shape.expected(number, &reader.cursor.bytes()[start..]) {
            reader.cursor.at = start + len;
            return seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some);
        }
        reader.cursor.at = start;
        match reader.cursor.string(&mut reader.scratch)? {
            Some(name) => {
                let name = self.shape.learn(number, name, &reader.cursor.text[start..reader.cursor.at]);
                seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
            }
            None => {
                let name = reader.scratch.as_str();
                let name = self.shape.find(name).unwrap_or(name);
                seed.deserialize(name.into_deserializer()).map(Some)
            }
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value> {
        self.members.value(seed)
    }
}

/// The answer to `SPAN_NEWTYPE`: file root, file child, start, value, length.
pub(super) struct SpanParts<'r, 'a> {
    reader: &'r mut Reader<'a>,
    start: usize,
    step: u8,
}

impl<'r, 'a> SpanParts<'r, 'a> {
    #[inline]
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        reader.cursor.peek();
        let start = reader.cursor.at;
        SpanParts { reader, start, step: 0 }
    }

    /// The number that is due at a step; `None` at the value's turn.
    #[inline(always)]
    fn number(&mut self) -> Option<u32> {
        self.step += 1;
        let (root, child) = self.reader.file.parts();
        match self.step {
            1 => Some(root),
            2 => Some(child),
            3 => Some(offset(self.start)),
            4 => None,
            _ => Some(offset(self.reader.cursor.at - self.start)),
        }
    }
}

/// Texts are shorter than 4 GiB: the archive refuses 2 GiB and more.
#[inline(always)]
fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<'a> SeqAccess<'a> for SpanParts<'_, 'a> {
    type Error = Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        match self.number() {
            Some(n) => seed.deserialize(n.into_deserializer()).map(Some),
            None => seed.deserialize(&mut *self.reader).map(Some),
        }
    }
}

/// The answer to `FIELD_NEWTYPE`: the same five parts, but reading goes on behind a value of another type.
pub(super) struct FieldParts<'r, 'a> {
    span: SpanParts<'r, 'a>,
    depth: u32,
    /// Why the text cannot be read further; reported when the length is asked for.
    fatal: Option<Error>,
}

impl<'r, 'a> FieldParts<'r, 'a> {
    #[inline]
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        let depth = reader.depth;
        FieldParts { span: SpanParts::new(reader), depth, fatal: None }
    }

    /// Skips the value that could not be read; remembers when that is not possible.
    #[cold]
    fn recover(&mut self, error: &Error) {
        if error.is_syntax() {
            self.fatal = Some(error.clone());
            return;
        }
        let reader = &mut *self.span.reader;
        reader.rewind(self.span.start, self.depth);
        match reader.skip() {
            Ok(()) => reader.passed_over(error.clone(), self.span.start),
            Err(error) => self.fatal = Some(error),
        }
    }
}

impl<'a> SeqAccess<'a> for FieldParts<'_, 'a> {
    type Error = Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if let Some(fatal) = self.fatal.take() {
            return Err(fatal);
        }
        match self.span.number() {
            Some(n) => seed.deserialize(n.into_deserializer()).map(Some),
            None => match seed.deserialize(&mut *self.span.reader) {
                Ok(value) => Ok(Some(value)),
                Err(error) => {
                    self.recover(&error);
                    Err(error)
                }
            },
        }
    }
}

/// The answer to `MANY_NEWTYPE` where no list stands.
pub(super) enum Many<'r, 'a> {
    /// Null, or the one value has been taken.
    None,
    /// A single value in the place of a list.
    One(&'r mut Reader<'a>),
}

impl<'a> SeqAccess<'a> for Many<'_, 'a> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        match std::mem::replace(self, Many::None) {
            Many::None => Ok(None),
            Many::One(reader) => reader.value(seed).map(Some),
        }
    }
}
