//! The deserializer.

use cmlint_source::{FIELD_NEWTYPE, FileId, MANY_NEWTYPE, SPAN_NEWTYPE, Source};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

use super::access::{Elements, FieldParts, Many, Members, Properties, SpanParts};
use super::cursor::{Cursor, Number, Result, VALUE};
use super::error::Error;
use super::names::Shape;
use super::skip::{MAX_DEPTH, too_deep};

/// Reads the text of one source from front to back.
pub(super) struct Reader<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) file: FileId,
    /// Lists and objects that are open at the current place.
    pub(super) depth: u32,
    /// The last string that held escapes.
    pub(super) scratch: String,
    /// Values of properties that are of another type than expected and were passed over: what the property
    /// says is unknown, and that must not be silent.
    pub(super) odd: Vec<Error>,
    /// What is known of the structs seen so far: a handful, looked up by the address of their fields.
    shapes: Vec<Shape<'a>>,
}

/// More odd values than this are not told apart: one row could hold millions.
const ODD: usize = 1000;

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, at: usize) -> Self {
        Reader {
            cursor: Cursor::new(source.text(), at),
            file: source.id(),
            depth: 0,
            scratch: String::new(),
            odd: Vec::new(),
            shapes: Vec::new(),
        }
    }

    /// Remembers the value from `start` on, which has just been skipped.
    pub(super) fn passed_over(&mut self, error: Error, start: usize) {
        if self.odd.len() < ODD {
            self.odd.push(error.place(start, self.cursor.at - start));
        }
    }

    /// Skips the value at the current place.
    pub(super) fn skip(&mut self) -> Result<()> {
        self.cursor.skip_value(self.depth)
    }

    /// Goes back to the start of a value that could not be read as what was asked for.
    pub(super) fn rewind(&mut self, at: usize, depth: u32) {
        self.cursor.at = at;
        self.depth = depth;
    }

    /// Reads a value and, when it is of another type than expected, says where it stands.
    #[inline(always)]
    pub(super) fn value<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value> {
        self.cursor.peek();
        let start = self.cursor.at;
        match seed.deserialize(&mut *self) {
            Err(error) if !error.is_placed() => Err(self.placed(error, start)),
            result => result,
        }
    }

    #[cold]
    fn placed(&mut self, error: Error, start: usize) -> Error {
        let mut measure = Cursor::new(self.cursor.text, start);
        let len = measure.skip_value(0).map_or(1, |()| measure.at - start);
        error.place(start, len)
    }

    fn enter(&mut self) -> Result<()> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.cursor.at));
        }
        self.cursor.at += 1;
        self.depth += 1;
        Ok(())
    }

    /// Closes a list or an object, of which a visitor must have taken everything.
    #[inline(always)]
    fn leave(&mut self, closed: bool) -> Result<()> {
        self.depth -= 1;
        if closed { Ok(()) } else { Err(Error::data("expected fewer elements")) }
    }

    pub(super) fn list<V: Visitor<'a>>(&mut self, visitor: V) -> Result<V::Value> {
        self.enter()?;
        let mut elements = Elements::new(self);
        let value = visitor.visit_seq(&mut elements)?;
        let closed = elements.close()?;
        self.leave(closed)?;
        Ok(value)
    }

    /// Takes the shape of a struct out, for as long as one is read; a struct inside itself starts anew.
    #[inline]
    fn take_shape(&mut self, fields: &'static [&'static str]) -> Shape<'a> {
        match self.shapes.iter().position(|s| s.is_for(fields)) {
            Some(known) => self.shapes.swap_remove(known),
            None => Shape::new(fields),
        }
    }
}

impl<'a> de::Deserializer<'a> for &mut Reader<'a> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.cursor.peek() {
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'{') => {
                self.enter()?;
                let mut members = Members::new(self);
                let value = visitor.visit_map(&mut members)?;
                let closed = members.close()?;
                self.leave(closed)?;
                Ok(value)
            }
            Some(b'[') => self.list(visitor),
            Some(b'0'..=b'9' | b'-') => match self.cursor.number()? {
                Number::Unsigned(n) => visitor.visit_u64(n),
                Number::Signed(n) => visitor.visit_i64(n),
                Number::Float(n) => visitor.visit_f64(n),
            },
            Some(b't') => {
                self.cursor.literal("true")?;
                visitor.visit_bool(true)
            }
            Some(b'f') => {
                self.cursor.literal("false")?;
                visitor.visit_bool(false)
            }
            Some(b'n') => {
                self.cursor.literal("null")?;
                visitor.visit_unit()
            }
            _ => Err(self.cursor.fail(VALUE)),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        if self.cursor.peek() != Some(b'"') {
            return self.deserialize_any(visitor);
        }
        self.cursor.at += 1;
        match self.cursor.string(&mut self.scratch)? {
            Some(text) => visitor.visit_borrowed_str(text),
            None => visitor.visit_str(&self.scratch),
        }
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        if self.cursor.peek() == Some(b'n') {
            self.cursor.literal("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'a>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            SPAN_NEWTYPE => visitor.visit_seq(SpanParts::new(self)),
            FIELD_NEWTYPE => visitor.visit_seq(FieldParts::new(self)),
            MANY_NEWTYPE => match self.cursor.peek() {
                Some(b'[') => self.list(visitor),
                Some(b'n') => {
                    self.cursor.literal("null")?;
                    visitor.visit_seq(Many::None)
                }
                _ => visitor.visit_seq(Many::One(self)),
            },
            _ => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if self.cursor.peek() != Some(b'{') {
            return self.deserialize_any(visitor);
        }
        self.enter()?;
        let mut shape = self.take_shape(fields);
        let mut properties = Properties::new(self, &mut shape);
        let value = visitor.visit_map(&mut properties)?;
        let closed = properties.close()?;
        self.shapes.push(shape);
        self.leave(closed)?;
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if self.cursor.peek() != Some(b'"') {
            return Err(<Error as de::Error>::unknown_variant("", variants));
        }
        self.cursor.at += 1;
        match self.cursor.string(&mut self.scratch)? {
            Some(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            None => visitor.visit_enum(self.scratch.as_str().into_deserializer()),
        }
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map
    }
}
