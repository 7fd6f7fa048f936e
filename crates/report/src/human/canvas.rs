//! Excerpts drawn by miette.
//!
//! miette's own sources read a file from its start for each label and fail beyond column 65,535. A canvas
//! is a source of its own: the few lines of all excerpts of one diagnostic, each with the name, the line and
//! the column that it has in its file. It refuses a range over two excerpts, so that miette draws each in
//! its own frame, whether they lie in one file or in several.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use textwrap::core::display_width;

use crate::Style;
use crate::escape;
use crate::excerpt::{Excerpt, Mark};
use crate::paint;

/// What miette draws.
pub(super) struct Drawing<'a> {
    pub(super) severity: Severity,
    /// Stands above the message.
    pub(super) head: Option<String>,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) excerpts: &'a [Excerpt<'a>],
    /// Words of each pointer; whether it is the primary one.
    pub(super) labels: &'a [(String, bool)],
}

/// Draws.
pub(super) fn draw(drawing: &Drawing<'_>, style: &Style) -> String {
    let canvas = Canvas::new(drawing, style);
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.columns())
        .with_links(false)
        .with_context_lines(1)
        .without_cause_chain()
        // Names hold hyphens, and half a name is no name.
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .without_syntax_highlighting();
    let mut out = String::new();
    // Writing to a string cannot fail, and the canvas answers for every label it gave out itself.
    let drawn = handler.render_report(&mut out, &Shown { drawing, canvas });
    if drawn.is_err() {
        out.push_str(&drawing.message);
        out.push('\n');
    }
    // miette fills some lines with spaces up to where a label would begin.
    out.lines().map(str::trim_end).flat_map(|line| [line, "\n"]).collect()
}

/// Columns of a frame left of the text, when its last line has this number.
pub(super) fn gutter(last_line: u32) -> usize {
    last_line.to_string().len() + 4
}

/// Columns that words of a label would like to have.
pub(super) fn wish(words: &str) -> usize {
    display_width(words).min(44)
}

struct Canvas {
    text: String,
    frames: Vec<Frame>,
    labels: Vec<LabeledSpan>,
}

struct Frame {
    range: Range<usize>,
    first_line: usize,
    marks: Vec<Head>,
}

/// What stands above a frame, for the mark that it speaks of.
struct Head {
    range: Range<usize>,
    name: String,
    line: usize,
    column: usize,
}

impl Canvas {
    fn new(drawing: &Drawing<'_>, style: &Style) -> Canvas {
        let mut canvas = Canvas { text: String::new(), frames: Vec::new(), labels: Vec::new() };
        for excerpt in drawing.excerpts {
            let start = canvas.text.len();
            let mut line_starts = Vec::new();
            for line in &excerpt.lines {
                line_starts.push(canvas.text.len());
                canvas.text.push_str(&line.text);
                canvas.text.push('\n');
            }
            let room = style.columns() - gutter(excerpt.lines.last().map_or(1, |l| l.number));
            let mut heads = Vec::new();
            for mark in &excerpt.marks {
                let at = line_starts[mark.line];
                let range = at + mark.range.start..at + mark.range.end;
                let primary = mark.pointers.iter().any(|p| drawing.labels[*p].1);
                let words = words(drawing, mark, &excerpt.lines[mark.line].text, room);
                let span = (range.start, range.len());
                canvas.labels.push(if primary {
                    LabeledSpan::new_primary_with_span(words, span)
                } else {
                    LabeledSpan::new_with_span(words, span)
                });
                heads.push(head(excerpt, mark, range, style));
            }
            let first_line = excerpt.lines.first().map_or(0, |l| l.number as usize - 1);
            canvas.frames.push(Frame { range: start..canvas.text.len(), first_line, marks: heads });
        }
        canvas
    }
}

/// The words of a mark, wrapped to what is left of the line below it.
fn words(drawing: &Drawing<'_>, mark: &Mark<'_>, line: &str, room: usize) -> Option<String> {
    let mut all: Vec<&str> = mark.pointers.iter().map(|p| drawing.labels[*p].0.as_str()).collect();
    all.retain(|words| !words.is_empty());
    all.dedup();
    if all.is_empty() {
        return None;
    }
    let from = display_width(&line[..mark.range.start]);
    let middle = from + display_width(&line[mark.range.clone()]) / 2;
    let width = room.saturating_sub(middle + crate::excerpt::ELBOW).max(16);
    let lines: Vec<String> = all.iter().map(|words| paint::hang("", words, width, true)).collect();
    Some(lines.join("\n"))
}

fn head(excerpt: &Excerpt<'_>, mark: &Mark<'_>, range: Range<usize>, style: &Style) -> Head {
    let path = escape::line(excerpt.path, style.unicode);
    let start = mark.place.start;
    match (excerpt.within, mark.inner) {
        (Some(within), Some(inner)) => Head {
            range,
            // The frame shows lines of the inner document, the place is the one on disk: both are named.
            name: format!(
                "{path}:{}:{}, in {}",
                start.line,
                start.column,
                escape::line(within, style.unicode)
            ),
            line: inner.line as usize - 1,
            column: inner.column as usize - 1,
        },
        _ => Head { range, name: path, line: start.line as usize - 1, column: start.column as usize - 1 },
    }
}

impl SourceCode for Canvas {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let frame = self.frames.iter().find(|f| f.range.start <= start && end <= f.range.end);
        let frame = frame.ok_or(MietteError::OutOfBounds)?;
        let count = self.text[frame.range.clone()].matches('\n').count();
        if before > 0 {
            let span = (frame.range.start, frame.range.len()).into();
            let data = &self.text.as_bytes()[frame.range.clone()];
            return Ok(Box::new(MietteSpanContents::new(data, span, frame.first_line, 0, count)));
        }
        // Without context miette asks for the place that stands above the frame.
        let head = frame.marks.iter().find(|m| m.range == (start..end)).ok_or(MietteError::OutOfBounds)?;
        let data = &self.text.as_bytes()[start..end];
        Ok(Box::new(MietteSpanContents::new_named(head.name.clone(), data, *span, head.line, head.column, 1)))
    }
}

struct Shown<'a> {
    drawing: &'a Drawing<'a>,
    canvas: Canvas,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.drawing.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(self.drawing.severity)
    }

    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.drawing.head.as_ref().map(|head| Box::new(head) as Box<dyn fmt::Display>)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.drawing.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.canvas)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.canvas.labels.iter().cloned()))
    }
}
