/// A place in a text as a person names it: both numbers from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// Line, from 1. A line ends at LF; a CR before it belongs to the line.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
    /// Column in UTF-16 code units, from 1, as SARIF counts.
    pub column_utf16: u32,
}

/// Line starts, and for long lines a running count of characters, so that a column in a file of one line
/// costs the same as one in a file of many.
#[derive(Debug)]
pub(crate) struct LineIndex {
    /// Offset of the first byte of each line.
    starts: Box<[u32]>,
    /// Characters and UTF-16 units before each multiple of [`STEP`]; empty when the text is ASCII, where
    /// both equal the offset.
    counts: Box<[(u32, u32)]>,
}

const STEP: usize = 64 * 1024;

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i as u32 + 1));
        let mut counts = Vec::new();
        if !text.is_ascii() {
            let (mut chars, mut units) = (0, 0);
            for block in text.as_bytes().chunks(STEP) {
                counts.push((chars, units));
                let (c, u) = count(block);
                chars += c;
                units += u;
            }
        }
        LineIndex { starts: starts.into(), counts: counts.into() }
    }

    /// Number of the line, from 0, that holds the byte at `offset`.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&s| s as usize <= offset) - 1
    }

    /// Range of a line without its line end.
    pub(crate) fn line_range(&self, line: usize, text: &str) -> std::ops::Range<usize> {
        let start = self.starts[line] as usize;
        let mut end = self.starts.get(line + 1).map_or(text.len(), |&s| s as usize);
        let bytes = text.as_bytes();
        if end > start && bytes[end - 1] == b'\n' {
            end -= 1;
            if end > start && bytes[end - 1] == b'\r' {
                end -= 1;
            }
        }
        start..end
    }

    pub(crate) fn line_count(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.line(offset);
        let (from_chars, from_units) = self.before(text, self.starts[line] as usize);
        let (chars, units) = self.before(text, offset);
        Position {
            line: line as u32 + 1,
            column: chars - from_chars + 1,
            column_utf16: units - from_units + 1,
        }
    }

    /// Characters and UTF-16 units before `offset`.
    fn before(&self, text: &str, offset: usize) -> (u32, u32) {
        if self.counts.is_empty() {
            return (offset as u32, offset as u32);
        }
        let block = (offset / STEP).min(self.counts.len() - 1);
        let (chars, units) = self.counts[block];
        let (c, u) = count(&text.as_bytes()[block * STEP..offset]);
        (chars + c, units + u)
    }
}

/// Characters and UTF-16 units that begin in `bytes`, which may start or end inside a character.
fn count(bytes: &[u8]) -> (u32, u32) {
    let chars = bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count() as u32;
    let astral = bytes.iter().filter(|&&b| b >= 0xF0).count() as u32;
    (chars, chars + astral)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "aé\r\n😀x\n";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap();
        assert_eq!(index.position(text, x), Position { line: 2, column: 2, column_utf16: 3 });
        assert_eq!(index.position(text, text.len()), Position { line: 3, column: 1, column_utf16: 1 });
        assert_eq!(index.line_range(0, text), 0..3);
        assert_eq!(index.line_count(), 3);
    }

    #[test]
    fn a_long_line_counts_the_same_as_a_short_one() {
        let text = format!("é{}x", "ab".repeat(STEP));
        let index = LineIndex::new(&text);
        let at = text.len() - 1;
        let position = index.position(&text, at);
        assert_eq!((position.line, position.column), (1, text.chars().count() as u32));
    }
}
