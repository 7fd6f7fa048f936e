//! The lexical level: white space, strings, numbers, literals.

use super::error::Error;

pub(super) type Result<T> = std::result::Result<T, Error>;

/// A place in a text that is read from front to back.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// A number as the text writes it.
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// Index of the first `"`, `\` or control character at or after `at`, or the length.
///
/// Eight bytes at a time: `x - 0x01` has its high bit set where `x` was 0 (or, behind such a byte, by a
/// borrow, which is why only the lowest hit counts). Bytes of 0x80 and more never match.
#[inline(always)]
pub(crate) fn string_stop(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let v = u64::from_le_bytes(*chunk);
        let control = v.wrapping_sub(ONES * 0x20) & !v;
        let quote = v ^ (ONES * b'"' as u64);
        let quote = quote.wrapping_sub(ONES) & !quote;
        let slash = v ^ (ONES * b'\\' as u64);
        let slash = slash.wrapping_sub(ONES) & !slash;
        let hit = (control | quote | slash) & (ONES << 7);
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&b) = bytes.get(at) {
        if b == b'"' || b == b'\\' || b < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Cursor { text, at }
    }

    #[inline(always)]
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The next byte that is no white space, not consumed.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.bytes().get(self.at) {
            Some(&b) if b > b' ' => Some(b),
            Some(_) => self.peek_behind_space(),
            None => None,
        }
    }

    /// White space is a line end and many blanks, where a tool indents: blanks are counted eight at once.
    #[inline(never)]
    fn peek_behind_space(&mut self) -> Option<u8> {
        let bytes = self.bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ') => {
                    self.at += 1;
                    while let Some(chunk) = bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
                        let other = u64::from_le_bytes(*chunk) ^ (ONES * b' ' as u64);
                        self.at += (other.trailing_zeros() / 8) as usize;
                        if other != 0 {
                            break;
                        }
                    }
                }
                Some(b'\n' | b'\r' | b'\t') => self.at += 1,
                found => return found.copied(),
            }
        }
    }

    /// A syntax error at the current place, which says what was expected and, where it is a mark of JSON
    /// and no part of a value, what was found.
    #[cold]
    pub(super) fn fail(&self, expected: &str) -> Error {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => Error::syntax(self.at, 0, format!("expected {expected}, found the end of the text")),
            Some(c @ ('{' | '}' | '[' | ']' | ',' | ':' | '"')) => {
                Error::syntax(self.at, 1, format!("expected {expected}, found `{c}`"))
            }
            Some(c) => Error::syntax(self.at, c.len_utf8(), format!("expected {expected}")),
        }
    }

    /// Consumes a byte that must come next.
    #[inline(always)]
    pub(super) fn expect(&mut self, byte: u8, expected: &str) -> Result<()> {
        if self.peek() != Some(byte) {
            return Err(self.fail(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a string behind its opening quote. `None` says that it held escapes: it is in `scratch` then.
    #[inline(always)]
    pub(super) fn string(&mut self, scratch: &mut String) -> Result<Option<&'a str>> {
        let start = self.at;
        let stop = string_stop(self.bytes(), start);
        if self.bytes().get(stop) == Some(&b'"') {
            self.at = stop + 1;
            return Ok(Some(&self.text[start..stop]));
        }
        self.string_with_escapes(stop, scratch)?;
        Ok(None)
    }

    #[inline(never)]
    fn string_with_escapes(&mut self, mut stop: usize, scratch: &mut String) -> Result<()> {
        scratch.clear();
        let mut start = self.at;
        loop {
            scratch.push_str(&self.text[start..stop]);
            self.at = stop;
            match self.bytes().get(stop) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    let c = self.escape()?;
                    scratch.push(c);
                }
                Some(_) => return Err(self.control()),
                None => return Err(self.unterminated()),
            }
            start = self.at;
            stop = string_stop(self.bytes(), start);
        }
    }

    /// Reads an escape from its backslash on. A lone surrogate gives U+FFFD.
    pub(super) fn escape(&mut self) -> Result<char> {
        let c = match self.bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.bad_escape()),
        };
        self.at += 2;
        Ok(c)
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let Some(first) = self.hex4(self.at) else { return Err(self.bad_escape()) };
        self.at += 6;
        if (0xD800..0xDC00).contains(&first)
            && let Some(second) = self.hex4(self.at)
            && (0xDC00..0xE000).contains(&second)
        {
            self.at += 6;
            let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The four digits of an escape `\uXXXX` that begins at `at`.
    fn hex4(&self, at: usize) -> Option<u32> {
        let escape = self.bytes().get(at..at + 6)?;
        if !escape.starts_with(b"\\u") {
            return None;
        }
        escape[2..].iter().try_fold(0, |n, &b| Some(n * 16 + (b as char).to_digit(16)?))
    }

    /// Skips a string behind its opening quote, held to the same grammar as one that is read.
    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        let bytes = self.bytes();
        let mut stop = string_stop(bytes, self.at);
        loop {
            match bytes.get(stop) {
                Some(b'"') => {
                    self.at = stop + 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    let len = match bytes.get(stop + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') if self.hex4(stop).is_some() => 6,
                        _ => {
                            self.at = stop;
                            return Err(self.bad_escape());
                        }
                    };
                    stop = string_stop(bytes, stop + len);
                }
                found => {
                    self.at = stop;
                    return Err(if found.is_some() { self.control() } else { self.unterminated() });
                }
            }
        }
    }

    #[cold]
    fn control(&self) -> Error {
        Error::syntax(
            self.at,
            1,
            "a control character stands inside a text; expected an escape such as `\\n`",
        )
    }

    #[cold]
    fn unterminated(&self) -> Error {
        Error::syntax(self.at, 0, "the text ends inside a string; expected a closing `\"`")
    }

    #[cold]
    fn bad_escape(&self) -> Error {
        Error::syntax(
            self.at,
            1,
            "a backslash is not followed by a valid escape; expected `\\\\` for a backslash",
        )
    }

    /// Reads a number, which must stand at the current place.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Number> {
        let bytes = self.bytes();
        let start = self.at;
        let negative = bytes.get(start) == Some(&b'-');
        let digits = start + usize::from(negative);
        let mut at = digits;
        let mut n: u64 = 0;
        while let Some(digit) = bytes.get(at).map(|b| b.wrapping_sub(b'0')) {
            // 19 digits always fit.
            if digit > 9 || at - digits == 19 {
                break;
            }
            n = n * 10 + u64::from(digit);
            at += 1;
        }
        let leading_zero = at - digits > 1 && bytes[digits] == b'0';
        if at == digits || leading_zero || matches!(bytes.get(at), Some(b'0'..=b'9' | b'.' | b'e' | b'E')) {
            return self.long_number();
        }
        self.at = at;
        Ok(match (negative, i64::try_from(n)) {
            (false, _) => Number::Unsigned(n),
            // The sign of a zero is only kept by a float, as serde_json does it.
            (true, Ok(0)) => Number::Float(-0.0),
            (true, Ok(n)) => Number::Signed(-n),
            (true, Err(_)) if n == 1 << 63 => Number::Signed(i64::MIN),
            (true, Err(_)) => Number::Float(-(n as f64)),
        })
    }

    #[inline(never)]
    fn long_number(&mut self) -> Result<Number> {
        let start = self.at;
        self.skip_number()?;
        let text = &self.text[start..self.at];
        if let Ok(n) = text.parse::<u64>() {
            return Ok(Number::Unsigned(n));
        }
        text.parse::<f64>().map(Number::Float).map_err(|_| {
            Error::syntax(start, self.at - start, "expected a number such as `12`, `-3` or `4.5e6`")
        })
    }

    /// Skips a number by the strict grammar.
    #[inline(always)]
    pub(super) fn skip_number(&mut self) -> Result<()> {
        let bytes = self.bytes();
        let digits = |mut at: usize| {
            let start = at;
            while matches!(bytes.get(at), Some(b'0'..=b'9')) {
                at += 1;
            }
            (at > start).then_some(at)
        };
        let mut at = self.at;
        if bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        at = match bytes.get(at) {
            Some(b'0') => at + 1,
            Some(b'1'..=b'9') => digits(at).unwrap_or(at),
            _ => return Err(self.bad_number()),
        };
        if bytes.get(at) == Some(&b'.') {
            at = digits(at + 1).ok_or_else(|| self.bad_number())?;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            if matches!(bytes.get(at), Some(b'+' | b'-')) {
                at += 1;
            }
            at = digits(at).ok_or_else(|| self.bad_number())?;
        }
        if matches!(bytes.get(at), Some(b'0'..=b'9')) {
            return Err(self.bad_number());
        }
        self.at = at;
        Ok(())
    }

    #[cold]
    fn bad_number(&self) -> Error {
        Error::syntax(self.at, 1, "a number is not written as JSON wants it, such as `12`, `-3` or `4.5e6`")
    }

    /// Consumes `true`, `false` or `null`, of which the first letter has been seen.
    #[inline(always)]
    pub(super) fn literal(&mut self, word: &str) -> Result<()> {
        if self.bytes().get(self.at..self.at + word.len()) != Some(word.as_bytes()) {
            return Err(self.fail(VALUE));
        }
        self.at += word.len();
        Ok(())
    }
}

/// What a value looks like, for messages.
pub(super) const VALUE: &str = "a value (a text in quotes, a number, true, false, null, `{` or `[`)";
