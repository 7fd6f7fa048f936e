use std::sync::OnceLock;

use crate::lines::LineIndex;
use crate::{FileId, Mask, OffsetMap, Position};

/// How the bytes of a file were read as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark, which is not part of the text.
    Utf8Bom,
    /// UTF-16, least significant byte first.
    Utf16Le,
    /// UTF-16, most significant byte first.
    Utf16Be,
    /// A code page, by its name in the WHATWG encoding standard (`windows-1252`).
    CodePage(&'static str),
}

impl Encoding {
    /// Whether offsets into the text are offsets into the bytes of the file (but for a byte order mark).
    pub fn is_utf8(self) -> bool {
        matches!(self, Encoding::Utf8 | Encoding::Utf8Bom)
    }

    /// The name as it is written in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf8Bom => "utf-8-bom",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::CodePage(name) => name,
        }
    }
}

/// One text: a file of the snapshot, or a document inside one.
#[derive(Debug)]
pub struct Source {
    pub(crate) id: FileId,
    path: String,
    /// Set for a file of the user's own.
    pub(crate) outward: Option<String>,
    text: String,
    encoding: Encoding,
    /// Set for a document inside another one.
    pub(crate) parent: Option<Parent>,
    lines: OnceLock<LineIndex>,
    /// Masks in the order they were found.
    pub(crate) masks: boxcar::Vec<Mask>,
    sorted: OnceLock<Box<[Mask]>>,
    /// How far the masks reach, up to each of them.
    reach: OnceLock<Box<[u32]>>,
    /// Documents inside this file; used of root files only.
    pub(crate) children: boxcar::Vec<Source>,
}

#[derive(Debug)]
pub(crate) struct Parent {
    pub(crate) file: FileId,
    pub(crate) map: OffsetMap,
    pub(crate) within: String,
}

impl Source {
    pub(crate) fn new(
        id: FileId,
        path: String,
        text: String,
        encoding: Encoding,
        parent: Option<Parent>,
    ) -> Self {
        Source {
            id,
            path,
            outward: None,
            text,
            encoding,
            parent,
            lines: OnceLock::new(),
            masks: boxcar::Vec::new(),
            sorted: OnceLock::new(),
            reach: OnceLock::new(),
            children: boxcar::Vec::new(),
        }
    }

    /// The identifier by which spans name this text.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Path of the file on disk, relative to the snapshot, with `/`; for a document inside another one the
    /// path of the file that holds it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path from the root of the repository, of a file of the user's own; `None` for files of a snapshot.
    pub fn outward(&self) -> Option<&str> {
        self.outward.as_deref()
    }

    /// The decoded text, without a byte order mark. It may hold secrets: show only what an excerpt shows.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the bytes were decoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What a document inside another one is called ("task sequence PS100023"); `None` for a file.
    pub fn within(&self) -> Option<&str> {
        self.parent.as_ref().map(|p| p.within.as_str())
    }

    /// Line and column of a byte offset, which is moved back to the start of its character.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, self.floor(offset as usize))
    }

    /// The line, from 0, that holds a byte offset, and the number of lines.
    pub fn line_of(&self, offset: u32) -> (usize, usize) {
        (self.lines().line(self.floor(offset as usize)), self.lines().line_count())
    }

    /// The byte range of a line, counted from 0, without its line end.
    ///
    /// # Panics
    /// Panics if the text has fewer lines.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        self.lines().line_range(line, &self.text)
    }

    /// The masks that touch a byte range, ascending. Called after reading is over.
    pub fn masks_in(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = &Mask> {
        let masks = self.masks();
        let (start, end) = (range.start as u64, range.end as u64);
        let behind = masks.partition_point(|m| u64::from(m.start) < end);
        // Masks may lie inside each other. All before the first whose furthest end reaches the range end too
        // early.
        let from = self.reach().partition_point(|&furthest| u64::from(furthest) <= start).min(behind);
        masks[from..behind].iter().filter(move |m| u64::from(m.end()) > start)
    }

    /// For each of the masks how far it and all before it reach.
    fn reach(&self) -> &[u32] {
        self.reach.get_or_init(|| {
            let reach = self.masks().iter().scan(0, |reach, mask| {
                *reach = mask.end().max(*reach);
                Some(*reach)
            });
            reach.collect()
        })
    }

    /// All masks, ascending by start. Called after reading is over: masks added later are not in it.
    pub fn masks(&self) -> &[Mask] {
        self.sorted.get_or_init(|| {
            let mut all: Vec<Mask> = self.masks.iter().map(|(_, m)| *m).collect();
            all.sort_by_key(|m| (m.start, std::cmp::Reverse(m.len)));
            all.dedup_by_key(|m| (m.start, m.len));
            all.into()
        })
    }

    /// `offset`, or the start of the character it lies in, or the end of the text.
    pub fn floor(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Encoding, Sources, Why};

    #[test]
    fn the_masks_in_a_range_are_those_that_touch_it() {
        let mut sources = Sources::new();
        let id = sources.add("x.json", "x".repeat(60), Encoding::Utf8);
        // Inside each other, side by side, apart, empty.
        for (start, len) in [(2, 30), (3, 2), (5, 1), (8, 20), (40, 3), (43, 2), (50, 0), (59, 9)] {
            sources.mask(id.span(start, len), Why::NotUnderstood);
        }
        let source = sources.get(id);
        for start in 0..70 {
            for end in 0..70 {
                let touching = source.masks().iter().filter(|m| m.start < end && m.end() > start);
                let expected: Vec<_> = touching.collect();
                let found: Vec<_> = source.masks_in(start as usize..end as usize).collect();
                assert_eq!(found, expected, "{start}..{end}");
            }
        }
    }
}
