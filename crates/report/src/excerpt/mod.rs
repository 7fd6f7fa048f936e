//! A small text cut around labels.
//!
//! A file can be one line of 100 MB, can hold secrets and can hold characters that a terminal obeys. No
//! reporter shows a file; it shows an excerpt: the lines of a few labels and what stands around them, cut to
//! a width, with secrets blanked and every character visible. Only bytes near the labels are touched.
//!
//! An excerpt is cut from the text that the span names. For a document inside a file the lines are those of
//! the document, and [`Mark::place`] still names the file on disk.

mod hidden;
mod line;

use std::ops::Range;

use cmlint_source::{Place, Position, Source, Sources, Span};

use crate::LastNet;
use hidden::Blanks;
pub(crate) use line::ELBOW;
use line::{Brush, Want};

/// How to cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Columns for the text of a line.
    pub width: usize,
    /// Whether characters of ours (the ellipsis, the blank) may be other than ASCII.
    pub unicode: bool,
    /// What else to blank; see [`LastNet`].
    pub last_net: LastNet,
}

/// What to point at.
#[derive(Clone, Copy, Debug)]
pub struct Pointer {
    /// The place.
    pub span: Span,
    /// Columns that the words below the place would like to have.
    pub words: usize,
}

/// Lines around labels that stand together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excerpt<'a> {
    /// Path of the file on disk, relative to the snapshot.
    pub path: &'a str,
    /// What the document inside the file is called; the lines are then its lines.
    pub within: Option<&'a str>,
    /// The lines, consecutive.
    pub lines: Vec<Line>,
    /// The labels, by place.
    pub marks: Vec<Mark<'a>>,
}

/// One line of an excerpt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its number in its document, from 1.
    pub number: u32,
    /// What is shown of it: one line, no control characters, no secrets.
    pub text: String,
}

/// A label in an excerpt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark<'a> {
    /// Which of the pointers stand here; more than one where they name the same place.
    pub pointers: Vec<usize>,
    /// Index of the line in [`Excerpt::lines`].
    pub line: usize,
    /// Bytes of [`Line::text`], never empty. What does not fit is left out.
    pub range: Range<usize>,
    /// The place in the file on disk.
    pub place: Place<'a>,
    /// The place in the document inside the file, where there is one.
    pub inner: Option<Position>,
}

impl Excerpt<'_> {
    /// The lines as one text.
    pub fn text(&self) -> String {
        self.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Lines of context on each side.
const CONTEXT: usize = 1;
/// Lines shown behind the first one of a label that goes on.
const CONTINUED: usize = 3;
/// Lines between two labels that still belong together.
const BETWEEN: usize = 2;
/// Lines of an excerpt, context not counted.
const LINES: usize = 12;
/// Bytes of a line on each side of its labels that may be shown.
const SHOWN: usize = 1024;
/// Bytes on each side of the labels that are looked at. It is more than is shown, so that a secret is
/// recognised by a beginning that is not.
const REACH: usize = 3 * SHOWN;

/// Cuts excerpts around labels: labels that stand together share one. The excerpt of the first pointer is
/// the first; the others follow in the order of their pointers.
pub fn cut<'a>(sources: &'a Sources, pointers: &[Pointer], how: &Cut) -> Vec<Excerpt<'a>> {
    let how = Cut { width: how.width.clamp(16, 400), ..*how };
    let mut groups: Vec<Vec<Target<'a>>> = Vec::new();
    for (index, pointer) in pointers.iter().enumerate() {
        let target = Target::find(sources, index, *pointer);
        match groups.iter_mut().find(|group| target.joins(group, how.width)) {
            Some(group) => {
                group.push(target);
                group.sort_by_key(|t| (t.line, t.start, t.end, t.index));
            }
            None => groups.push(vec![target]),
        }
    }
    groups.iter().map(|group| excerpt(sources, group, &how)).collect()
}

/// A span brought inside its text.
pub(crate) fn inside(sources: &Sources, span: Span) -> Span {
    let source = sources.get(span.file);
    let range = whole(source, span);
    span.file.span(range.start, range.end - range.start)
}

/// The span in the file on disk, up to where the first range in it begins that must not be shown: a length
/// tells something about a secret.
pub(crate) fn outermost(sources: &Sources, span: Span) -> Span {
    let outer = sources.outermost(inside(sources, span));
    let hidden = sources.get(outer.file).masks_in(outer.range()).next();
    let end = hidden.map_or(outer.end(), |mask| mask.start.max(outer.start));
    Span { len: end - outer.start, ..outer }
}

/// Path, lines and columns of a span, wherever it lies. It ends where [`outermost`] ends it.
pub(crate) fn place(sources: &Sources, span: Span) -> Place<'_> {
    Place { within: sources.get(span.file).within(), ..sources.place(outermost(sources, span)) }
}

/// A pointer's part of its first line.
struct Target<'a> {
    index: usize,
    source: &'a Source,
    span: Span,
    words: usize,
    /// The line, from 0.
    line: usize,
    /// What to mark; empty only on an empty line.
    start: usize,
    end: usize,
    /// Whether the label goes on behind the line.
    goes_on: bool,
}

impl<'a> Target<'a> {
    fn find(sources: &'a Sources, index: usize, pointer: Pointer) -> Target<'a> {
        let source = sources.get(pointer.span.file);
        let text = source.text();
        let all = whole(source, pointer.span);
        let (line, _) = source.line_of(all.start as u32);
        let range = source.line_range(line);
        let mut start = all.start.min(range.end);
        let mut end = all.end.clamp(start, range.end);
        let last = all.end.max(all.start + 1) - 1;
        let goes_on = source.line_of(last as u32).0 > line;
        if start == end {
            // Something must be there to point at: the character that follows, else the one before.
            match text[start..range.end].chars().next() {
                Some(c) => end = start + c.len_utf8(),
                None => start -= text[range].chars().next_back().map_or(0, char::len_utf8),
            }
        }
        let span = pointer.span.file.span(all.start, all.end - all.start);
        Target { index, source, span, words: pointer.words, line, start, end, goes_on }
    }

    /// Whether it can be drawn together with others.
    fn joins(&self, group: &[Target<'_>], width: usize) -> bool {
        let short = |line: usize| self.source.line_range(line).len() <= width * 2;
        group[0].span.file == self.span.file
            && group.iter().all(|other| {
                if other.line == self.line {
                    let apart = other.end <= self.start || self.end <= other.start;
                    let same = (other.start, other.end) == (self.start, self.end);
                    let reach = other.end.max(self.end) - other.start.min(self.start);
                    same || apart && reach <= width * 2 / 3
                } else {
                    other.line.abs_diff(self.line) < LINES
                }
            })
            && group.iter().any(|other| {
                let (from, to) = (other.line.min(self.line), other.line.max(self.line));
                to - from <= BETWEEN + 1 && (from + 1..to).all(short)
            })
    }
}

/// The range of a span, inside the text and on character boundaries.
fn whole(source: &Source, span: Span) -> Range<usize> {
    let start = source.floor(span.range().start);
    start..ceil(source.text(), span.range().end).max(start)
}

fn ceil(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// `targets` are of one source, by place, and not empty.
fn excerpt<'a>(sources: &'a Sources, targets: &[Target<'a>], how: &Cut) -> Excerpt<'a> {
    let source = targets[0].source;
    let near = near(source, targets);
    let blanks = Blanks::find(source, near.clone(), how.last_net);
    let brush = Brush { text: source.text(), blanks: &blanks, width: how.width, unicode: how.unicode };

    let mut drawn = Vec::new();
    let mut marks: Vec<Mark<'a>> = Vec::new();
    let lines = lines_of(source, targets, &near, &blanks, how.width);
    let indent = indentation(source, targets, &near, lines.clone());
    for (row, line) in lines.enumerate() {
        let here: Vec<&Target<'a>> = targets.iter().filter(|t| t.line == line).collect();
        let wants: Vec<Want> =
            here.iter().map(|t| Want { start: t.start, end: t.end, words: t.words }).collect();
        let mut range = source.line_range(line);
        range.start = (range.start + indent).min(range.end);
        let (text, ranges) = brush.line(range.clone(), area(range, source, &here, &near), &wants);
        for (target, range) in here.into_iter().zip(ranges) {
            match marks.last_mut().filter(|m| m.line == row && m.range == range) {
                Some(mark) => mark.pointers.push(target.index),
                None => marks.push(Mark {
                    pointers: vec![target.index],
                    line: row,
                    range,
                    place: sources.place(target.span),
                    inner: source.within().map(|_| source.position(target.span.start)),
                }),
            }
        }
        drawn.push(Line { number: line as u32 + 1, text });
    }
    Excerpt { path: source.path(), within: source.within(), lines: drawn, marks }
}

/// The part of a text that is looked at.
fn near(source: &Source, targets: &[Target<'_>]) -> Range<usize> {
    let first = targets.iter().map(|t| t.start).min().unwrap_or(0);
    let last = targets.iter().map(|t| t.start).max().unwrap_or(0);
    source.floor(first.saturating_sub(REACH))..ceil(source.text(), last + REACH)
}

/// The lines to show: those of the labels, those between, and short ones around.
fn lines_of(
    source: &Source,
    targets: &[Target<'_>],
    near: &Range<usize>,
    blanks: &Blanks,
    width: usize,
) -> Range<usize> {
    let text = source.text();
    let short = |line: usize| {
        let range = source.line_range(line);
        near.start <= range.start && range.end <= near.end && blanks.shown(range) <= width * 2
    };
    let filled = |line: usize| short(line) && !text[source.line_range(line)].trim().is_empty();
    let (mut first, mut last) = (targets[0].line, targets[targets.len() - 1].line);
    let (_, count) = source.line_of(0);
    let after = if targets.iter().any(|t| t.line == last && t.goes_on) { CONTINUED } else { CONTEXT };
    if short(first) {
        let before = (first.saturating_sub(CONTEXT)..first).rev().take_while(|line| filled(*line));
        first = before.last().unwrap_or(first);
    }
    if short(last) {
        let behind = (last + 1..count.min(last + 1 + after)).take_while(|line| filled(*line));
        last = behind.last().unwrap_or(last);
    }
    first..last + 1
}

/// Bytes of white space that all lines begin with and that are left out, where they are many.
fn indentation(source: &Source, targets: &[Target<'_>], near: &Range<usize>, lines: Range<usize>) -> usize {
    let mut least = usize::MAX;
    for line in lines {
        let range = source.line_range(line);
        if range.start < near.start {
            return 0;
        }
        let mark = targets.iter().filter(|t| t.line == line).map(|t| t.start).min();
        let stop = mark.unwrap_or(range.end).clamp(range.start, near.end.max(range.start));
        let bytes = &source.text().as_bytes()[range.start..stop];
        let wide = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if mark.is_some() || wide < range.len() {
            least = least.min(wide);
        }
    }
    // Two columns stay, because the lines are not the whole text.
    if (8..usize::MAX).contains(&least) { least - 2 } else { 0 }
}

/// The part of a line that may be shown.
fn area(line: Range<usize>, source: &Source, here: &[&Target<'_>], near: &Range<usize>) -> Range<usize> {
    let Range { start, end } = line;
    let first = here.iter().map(|t| t.start).min().unwrap_or(start);
    let last = here.iter().map(|t| t.start).max().unwrap_or(start);
    let from = if near.start <= start { start } else { source.floor(first.saturating_sub(SHOWN)) };
    let to = if end <= near.end { end } else { ceil(source.text(), last + SHOWN) };
    from.max(start)..to.min(end)
}

#[cfg(test)]
mod tests;
