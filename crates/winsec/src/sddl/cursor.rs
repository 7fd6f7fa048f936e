use crate::TextRange;
use crate::sddl::SddlError;

/// Result of a reader of SDDL text.
pub(super) type Read<T> = Result<T, SddlError>;

/// A place in the text that moves forward. All offsets are in bytes of the whole text, and every error is
/// cut to character boundaries.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

/// Most characters of the text that an error repeats.
const SHOWN: usize = 24;

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Cursor { text, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Steps over one byte if it is this one.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over these bytes if they stand here.
    pub(super) fn eat_all(&mut self, bytes: &[u8]) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(bytes);
        self.at += if found { bytes.len() } else { 0 };
        found
    }

    /// Steps over one byte or says what was expected.
    pub(super) fn expect(&mut self, byte: u8, expected: &'static str) -> Read<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.error(expected)) }
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    /// Steps over the bytes that `wanted` accepts, which must be ASCII or all of UTF-8, and gives them.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'t str {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// Something else was expected here.
    pub(super) fn error(&self, expected: &'static str) -> SddlError {
        let len = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.error_at(self.at..self.at + len, expected)
    }

    /// Something else was expected in place of this range.
    pub(super) fn error_at(&self, range: std::ops::Range<usize>, expected: &'static str) -> SddlError {
        let shown: String = self.text[range.start..].chars().take(SHOWN).collect();
        let found = self.text.get(range.clone()).filter(|part| !part.is_empty());
        let found = match found {
            Some(part) if part.chars().count() <= SHOWN => part.to_owned(),
            _ => shown,
        };
        SddlError { at: range.into(), found, expected }
    }
}

/// `wspace` of MS-DTYP 2.5.1.1: tab, line feed, vertical tab, form feed, carriage return, space.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, 0x09..=0x0D | b' ')
}

impl From<std::ops::Range<usize>> for TextRange {
    /// The reader refuses texts of 4 GiB and more, so that nothing is cut here.
    fn from(range: std::ops::Range<usize>) -> TextRange {
        TextRange { start: range.start as u32, end: range.end as u32 }
    }
}
