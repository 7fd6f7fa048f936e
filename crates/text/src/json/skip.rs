//! Skipping a value without reading it, by the same grammar.

use super::cursor::{Cursor, Result, VALUE};
use super::error::Error;

/// The deepest nesting that is read. A hostile file with a million brackets ends in an error here, not in
/// an exhausted stack.
pub(super) const MAX_DEPTH: u32 = 128;

#[cold]
pub(super) fn too_deep(at: usize) -> Error {
    Error::syntax(at, 1, "lists and objects are nested deeper than 128 levels")
}

impl Cursor<'_> {
    /// Skips one value that stands `depth` levels deep. Not recursive: which brackets are open is kept in
    /// the bits of a number, 1 for an object.
    pub(super) fn skip_value(&mut self, depth: u32) -> Result<()> {
        let mut open: u128 = 0;
        let mut level = depth;
        'value: loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    self.skip_string()?;
                }
                Some(b'{') => {
                    if level >= MAX_DEPTH {
                        return Err(too_deep(self.at));
                    }
                    self.at += 1;
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                    } else {
                        level += 1;
                        open = open << 1 | 1;
                        self.skip_key()?;
                        continue 'value;
                    }
                }
                Some(b'[') => {
                    if level >= MAX_DEPTH {
                        return Err(too_deep(self.at));
                    }
                    self.at += 1;
                    if self.peek() == Some(b']') {
                        self.at += 1;
                    } else {
                        level += 1;
                        open <<= 1;
                        continue 'value;
                    }
                }
                Some(b'0'..=b'9' | b'-') => self.skip_number()?,
                Some(b't') => self.literal("true")?,
                Some(b'f') => self.literal("false")?,
                Some(b'n') => self.literal("null")?,
                _ => return Err(self.fail(VALUE)),
            }
            loop {
                if level == depth {
                    return Ok(());
                }
                let object = open & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if object {
                            self.skip_key()?;
                        }
                        continue 'value;
                    }
                    Some(b'}') if object => {}
                    Some(b']') if !object => {}
                    _ => return Err(self.fail(if object { OBJECT_NEXT } else { LIST_NEXT })),
                }
                self.at += 1;
                open >>= 1;
                level -= 1;
            }
        }
    }

    /// Skips a property's name and the colon.
    #[inline(always)]
    fn skip_key(&mut self) -> Result<()> {
        self.expect(b'"', KEY)?;
        self.skip_string()?;
        self.expect(b':', COLON)
    }
}

pub(super) const KEY: &str = "a property's name in quotes";
pub(super) const COLON: &str = "`:` behind the property's name";
pub(super) const OBJECT_NEXT: &str = "`,` or `}` behind the property's value";
pub(super) const LIST_NEXT: &str = "`,` or `]` behind the list's element";
