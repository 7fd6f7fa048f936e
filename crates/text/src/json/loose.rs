//! Finding the end of a value that breaks the grammar in a harmless way.

use super::cursor::{Cursor, string_stop};
use super::skip::MAX_DEPTH;

impl Cursor<'_> {
    /// Skips a value whose brackets, quotes, colons and commas are in order, though single values may not
    /// be: a raw line break or a bad escape in a text, `NaN`, `01`, a comma too many. `None` when the
    /// structure itself is in doubt; then nothing behind it may be trusted.
    ///
    /// A quote too many or too few is noticed, because a closing quote must be followed by `,`, `:`, `}`
    /// or `]`.
    pub(super) fn skip_loosely(&mut self) -> Option<()> {
        let mut open: u128 = 0;
        let mut level = 0;
        loop {
            // A value, the end of a container, or (behind a comma too many) also its end.
            match self.peek()? {
                b'{' | b'[' if level >= MAX_DEPTH => return None,
                b'{' => {
                    self.at += 1;
                    open = open << 1 | 1;
                    level += 1;
                    if self.peek()? != b'}' {
                        self.key()?;
                    }
                    continue;
                }
                b'[' => {
                    self.at += 1;
                    open <<= 1;
                    level += 1;
                    continue;
                }
                b'"' => {
                    self.at += 1;
                    self.loose_string()?;
                }
                close @ (b'}' | b']') if level > 0 => {
                    self.at += 1;
                    close_matches(open, close)?;
                    open >>= 1;
                    level -= 1;
                }
                _ => self.word()?,
            }
            loop {
                if level == 0 {
                    return Some(());
                }
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        if open & 1 == 1 && self.peek()? != b'}' {
                            self.key()?;
                        }
                        break;
                    }
                    close @ (b'}' | b']') => {
                        self.at += 1;
                        close_matches(open, close)?;
                        open >>= 1;
                        level -= 1;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Names are held to the grammar: a line break in one means that a quote is missing.
    fn key(&mut self) -> Option<()> {
        (self.peek()? == b'"').then(|| self.at += 1)?;
        self.skip_string().ok()?;
        (self.peek()? == b':').then(|| self.at += 1)
    }

    fn loose_string(&mut self) -> Option<()> {
        let bytes = self.bytes();
        loop {
            self.at = string_stop(bytes, self.at);
            match bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A number, a literal, or something that stands where one should.
    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.' | b'_') =
            self.bytes().get(self.at)
        {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

fn close_matches(open: u128, close: u8) -> Option<()> {
    (close == if open & 1 == 1 { b'}' } else { b']' }).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far the value reaches.
    fn end(text: &str) -> Option<usize> {
        let mut cursor = Cursor::new(text, 0);
        cursor.skip_loosely().map(|()| cursor.at)
    }

    #[test]
    fn bad_values_do_not_hide_the_structure() {
        for text in [
            "{\"a\":\"line\nbreak\"}",
            r#"{"a":"C:\Users","b":NaN}"#,
            r#"{"a":01,"b":[1,2,],"c":{"d":+1,},}"#,
            r#"{"a":"\ud8","b":{}}"#,
            "[]",
            "undefined",
        ] {
            assert_eq!(end(&format!("{text},{{}}")), Some(text.len()), "{text}");
        }
    }

    #[test]
    fn a_quote_too_many_or_too_few_is_noticed() {
        for text in [
            r#"{"a":"say "hi" there","b":1}"#,
            r#"{"a":"5" disk","x":"{"}"#,
            "{\"a\":\"x,\n \"b\":\"y\"}",
            r#"{"a":"C:\dir\","b":"y"}"#,
            r#"{"a":"x}"#,
            r#"{"a" 1}"#,
            r#"{"a":1]"#,
            r#"{"a":1"b":2}"#,
            "",
        ] {
            assert_eq!(end(text), None, "{text}");
        }
        assert_eq!(end(&"[".repeat(1_000_000)), None);
    }
}
