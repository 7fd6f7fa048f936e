//! One line of an excerpt: a window of a line that can be long.

use std::ops::Range;

use textwrap::core::display_width;

use super::hidden::Blanks;
use crate::escape;

/// What lines are drawn from, and how.
pub(super) struct Brush<'a> {
    pub(super) text: &'a str,
    pub(super) blanks: &'a Blanks,
    /// Columns.
    pub(super) width: usize,
    pub(super) unicode: bool,
}

/// What to mark on a line, and the columns that its words would like.
pub(super) struct Want {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) words: usize,
}

/// Columns from the middle of a mark to its words.
pub(crate) const ELBOW: usize = 4;

/// A tab counts as two columns: deep indentation must leave room for the text.
const TAB: &str = "  ";

/// Something that is shown as one: a character, a visible form, a blank.
struct Piece {
    raw: Range<usize>,
    shown: Shown,
}

enum Shown {
    Char(char),
    Form(String),
    Tab,
    Blank,
}

/// The pieces of a window, by place, and whether the line goes on beyond its ends.
struct Window {
    pieces: Vec<Piece>,
    cut_left: bool,
    cut_right: bool,
}

impl Brush<'_> {
    /// What is shown of a line, and where its marks are in it. `area` is the part of the line that may be
    /// looked at and holds the start of each mark.
    pub(super) fn line(
        &self,
        line: Range<usize>,
        area: Range<usize>,
        wants: &[Want],
    ) -> (String, Vec<Range<usize>>) {
        if line.is_empty() && !wants.is_empty() {
            // A mark needs something to stand under.
            let end_of_line = if self.unicode { "␤" } else { "\\n" };
            return (end_of_line.to_owned(), wants.iter().map(|_| 0..end_of_line.len()).collect());
        }
        let window = self.window(line, area, wants);
        let ellipsis = self.ellipsis();
        let mut text = String::new();
        let mut places = Vec::new();
        if window.cut_left {
            text.push_str(ellipsis);
        }
        for piece in &window.pieces {
            let from = text.len();
            match &piece.shown {
                Shown::Char(c) => text.push(*c),
                Shown::Form(form) => text.push_str(form),
                Shown::Tab => text.push_str(TAB),
                Shown::Blank => text.push_str(self.blank()),
            }
            places.push((piece.raw.clone(), from..text.len()));
        }
        if window.cut_right {
            text.push_str(ellipsis);
        }
        let marks = wants.iter().map(|want| {
            let mut touched = places.iter().filter(|(raw, _)| raw.start < want.end && want.start < raw.end);
            match (touched.next(), touched.next_back()) {
                (Some((_, first)), Some((_, last))) => first.start..last.end,
                (Some((_, only)), None) => only.clone(),
                // It lies beyond the window, so that there is an ellipsis to point at.
                _ if window.cut_right => text.len() - ellipsis.len()..text.len(),
                _ => 0..text.chars().next().map_or(0, char::len_utf8),
            }
        });
        let marks = marks.collect();
        (text, marks)
    }

    fn window(&self, line: Range<usize>, area: Range<usize>, wants: &[Want]) -> Window {
        if let Some(pieces) = (area == line).then(|| self.whole(&line, wants)).flatten() {
            return Window { pieces, cut_left: false, cut_right: false };
        }
        let ellipsis = display_width(self.ellipsis());
        let first = wants.iter().map(|w| w.start).min().unwrap_or(line.start);
        // A mark may begin inside a blank, which is shown as one.
        let first = self.blanks.at(first).map_or(first, |blank| blank.start.max(area.start));
        let last = wants.iter().map(|w| w.end).max().unwrap_or(line.start);

        // To the right as far as a whole window, to know how wide the marks are.
        let mut right = Vec::new();
        let mut columns = 0;
        let mut marked = 0;
        let mut at = first;
        while let Some(piece) = self.next(at, area.end) {
            let wide = self.columns(&piece);
            if columns + wide > self.width {
                break;
            }
            columns += wide;
            at = piece.raw.end;
            if piece.raw.start < last {
                marked = columns;
            }
            right.push(piece);
        }
        let middle = |want: &Want| self.middle(&right, want);
        // Words stand below the middle of their mark: it may not stand too far to the right.
        let leash = wants.iter().map(|w| self.leash(w).saturating_sub(ellipsis + middle(w))).min();
        let leash = leash.unwrap_or(0);

        // However long the marks are, what stands before them says what they are.
        let spare = self.width.saturating_sub(marked.min(self.width * 2 / 3) + 2 * ellipsis);
        let (mut left, mut used) = (Vec::new(), 0);
        let mut start = first;
        self.extend_left(&mut left, &mut used, &mut start, area.start, (spare / 2).min(leash));

        let before = |start: usize| if start > line.start { ellipsis } else { 0 };
        let room = self.width.saturating_sub(used + before(start));
        let ends = at == line.end && columns <= room;
        let mut kept = 0;
        if !ends {
            let room = room.saturating_sub(ellipsis);
            let mut total = 0;
            for piece in &right {
                total += self.columns(piece);
                if total > room {
                    break;
                }
                kept += 1;
            }
            right.truncate(kept.max(1));
        } else {
            // What the right side left over, the left side gets.
            let limit = (used + room - columns).min(leash);
            self.extend_left(&mut left, &mut used, &mut start, area.start, limit);
        }
        left.reverse();
        left.extend(right);
        Window { pieces: left, cut_left: start > line.start, cut_right: !ends }
    }

    /// The pieces of the whole line, if it fits and leaves room for the words.
    fn whole(&self, line: &Range<usize>, wants: &[Want]) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut columns = 0;
        let mut at = line.start;
        while let Some(piece) = self.next(at, line.end) {
            columns += self.columns(&piece);
            if columns > self.width {
                return None;
            }
            at = piece.raw.end;
            pieces.push(piece);
        }
        // A line that fits is cut only where its words would be squeezed.
        let squeezed = |want: &Want| {
            let words = want.words.min(24).min(self.width / 2);
            words > 0 && self.middle(&pieces, want) + ELBOW + words > self.width
        };
        (!wants.iter().any(squeezed)).then_some(pieces)
    }

    fn extend_left(
        &self,
        left: &mut Vec<Piece>,
        used: &mut usize,
        start: &mut usize,
        stop: usize,
        limit: usize,
    ) {
        while let Some(piece) = self.previous(*start, stop) {
            let wide = self.columns(&piece);
            if *used + wide > limit {
                return;
            }
            *used += wide;
            *start = piece.raw.start;
            left.push(piece);
        }
    }

    /// The column at which the middle of a mark may stand at most.
    fn leash(&self, want: &Want) -> usize {
        match want.words {
            0 => self.width,
            words => self.width.saturating_sub(ELBOW + words.min(self.width / 2)),
        }
    }

    fn middle(&self, pieces: &[Piece], want: &Want) -> usize {
        let (mut from, mut to, mut columns) = (None, 0, 0);
        for piece in pieces {
            if piece.raw.start < want.end && want.start < piece.raw.end {
                from.get_or_insert(columns);
                to = columns + self.columns(piece);
            }
            columns += self.columns(piece);
        }
        from.map_or(columns, |from| from + (to - from) / 2)
    }

    fn next(&self, at: usize, end: usize) -> Option<Piece> {
        if at >= end {
            return None;
        }
        if let Some(blank) = self.blanks.at(at) {
            return Some(Piece { raw: at..blank.end.min(end), shown: Shown::Blank });
        }
        let c = self.text[at..end].chars().next()?;
        Some(Piece { raw: at..at + c.len_utf8(), shown: self.shown(c) })
    }

    fn previous(&self, at: usize, stop: usize) -> Option<Piece> {
        if at <= stop {
            return None;
        }
        if let Some(blank) = self.blanks.at(at - 1) {
            return Some(Piece { raw: blank.start.max(stop)..at, shown: Shown::Blank });
        }
        let c = self.text[stop..at].chars().next_back()?;
        Some(Piece { raw: at - c.len_utf8()..at, shown: self.shown(c) })
    }

    fn shown(&self, c: char) -> Shown {
        match c {
            '\t' => Shown::Tab,
            c => escape::visible(c, self.unicode).map_or(Shown::Char(c), Shown::Form),
        }
    }

    /// At least one column for everything, so that a row of combining marks has an end.
    fn columns(&self, piece: &Piece) -> usize {
        match &piece.shown {
            Shown::Char(c) if c.is_ascii() => 1,
            Shown::Char(c) => display_width(c.encode_utf8(&mut [0; 4])).max(1),
            Shown::Form(form) => display_width(form),
            Shown::Tab => TAB.len(),
            Shown::Blank => 3,
        }
    }

    /// Always of the same length: not even the length of a secret is told.
    fn blank(&self) -> &'static str {
        if self.unicode { "•••" } else { "***" }
    }

    fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}
