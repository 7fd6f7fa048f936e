//! quick-xml's events into the tree. quick-xml finds the ends of tags, comments and sections; which tag
//! closes which is decided here, because its own check stops at the first mistake.

use cmlint_source::{Problem, Source};
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::escape::Kind;
use super::{Document, Element, MAX_DEPTH, NONE, Piece, Range, prefix_len};
use crate::support::{Problems, shown, text_of};

/// Reading starts again behind a tag that is none, which reads some bytes twice: at most this many times the
/// length of the text, so that a hostile file costs no more than a large one.
const MAX_REREAD: usize = 32;

pub(super) fn build(source: &Source) -> (Document<'_>, Vec<Problem>) {
    let mut problems = Problems::new(source.id());
    let text = text_of(source, &mut problems);
    let doc = Document {
        text: text.unwrap_or_default(),
        file: source.id(),
        elements: Vec::new(),
        attributes: Vec::new(),
        pieces: Vec::new(),
    };
    let Some(text) = text else { return (doc, problems.finish()) };
    let mut builder =
        Builder { source, doc, text, problems, open: Vec::new(), too_deep: 0, stray_text: false };
    builder.read();
    builder.close_all();
    if builder.doc.is_empty() {
        builder.problems.lost(0..0, "no element: this is no XML", "export the file again as XML");
    }
    (builder.doc, builder.problems.finish())
}

pub(super) struct Builder<'a> {
    source: &'a Source,
    pub(super) doc: Document<'a>,
    pub(super) text: &'a str,
    pub(super) problems: Problems,
    open: Vec<Open<'a>>,
    /// Depth below the deepest element that is kept.
    too_deep: usize,
    /// Whether text outside the outermost element was reported.
    stray_text: bool,
}

/// An element whose end tag has not come yet.
struct Open<'a> {
    id: u32,
    /// The name with its prefix, which the end tag repeats.
    name: &'a str,
    has_children: bool,
    last_piece: u32,
    /// The run of text that is being read: events split it at references.
    run: Option<Range>,
}

impl<'a> Builder<'a> {
    fn read(&mut self) {
        let mut at = self.text.len() - self.text.trim_start_matches('\u{FEFF}').len();
        let mut budget = self.text.len().saturating_mul(MAX_REREAD);
        while let Some(again) = self.read_from(at) {
            at = again.at;
            let Some(rest) = budget.checked_sub(again.reached.saturating_sub(at)) else {
                let message = "too many broken tags; what follows was not read";
                self.problems.lost(at..at, message, "export the file again as XML");
                return;
            };
            budget = rest;
        }
    }

    /// Reads from `from` to the end of the text, or to a place from which to start again.
    fn read_from(&mut self, from: usize) -> Option<Again> {
        let mut reader = Reader::from_str(&self.text[from..]);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut start = from;
        loop {
            let event = reader.read_event();
            let end = from + reader.buffer_position() as usize;
            match event {
                Ok(Event::Start(_)) => {
                    if let Some(again) = self.start_tag(start, end, start + 1..end - 1, false) {
                        return Some(Again { at: again, reached: end });
                    }
                }
                Ok(Event::Empty(_)) => {
                    if let Some(again) = self.start_tag(start, end, start + 1..end - 2, true) {
                        return Some(Again { at: again, reached: end });
                    }
                }
                Ok(Event::End(_)) => self.end_tag(start, end),
                Ok(Event::Text(_) | Event::GeneralRef(_)) => self.text(start, end),
                Ok(Event::CData(_)) => {
                    self.end_run(false);
                    self.piece(Range { start: start as u32 + 9, end: end as u32 - 3 }, Kind::CData);
                }
                Ok(Event::DocType(_)) => {
                    let message = "a document type declaration, which was not read: its entities are unknown";
                    self.problems.note(start..end, message, "remove it, or export the file again");
                }
                Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => self.end_run(false),
                Ok(Event::Eof) => return None,
                Err(error) => match self.error(&error, from + reader.error_position() as usize, end) {
                    After::GoOn => {}
                    After::Restart(at) => return Some(Again { at, reached: self.text.len() }),
                    After::Stop => return None,
                },
            }
            start = end;
        }
    }

    /// Reports an error of quick-xml and says how to go on.
    fn error(&mut self, error: &Error, at: usize, end: usize) -> After {
        const CUT: &str = "the file may be cut off: export it again";
        let (what, help) = match error {
            Error::Syntax(SyntaxError::UnclosedComment) => ("a comment is not closed with `-->`", CUT),
            Error::Syntax(SyntaxError::UnclosedCData) => ("a CDATA section is not closed with `]]>`", CUT),
            Error::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
                ("a processing instruction is not closed with `?>`", CUT)
            }
            Error::Syntax(SyntaxError::UnclosedDoctype) => {
                ("a document type declaration is not closed with `>`", CUT)
            }
            Error::Syntax(
                SyntaxError::UnclosedSingleQuotedAttributeValue
                | SyntaxError::UnclosedDoubleQuotedAttributeValue,
            ) => ("the value of an attribute in this tag is not closed with its quote", "close the quote"),
            Error::Syntax(SyntaxError::UnclosedTag) => ("a tag is not closed with `>`", CUT),
            Error::IllFormed(_) => {
                self.problems.note(at..end, "a declaration without a name", "remove it");
                return After::GoOn;
            }
            _ => ("`<!` starts neither a comment nor a CDATA section", "write `<` in text as `&lt;`"),
        };
        let tag = matches!(
            error,
            Error::Syntax(
                SyntaxError::UnclosedTag
                    | SyntaxError::InvalidBangMarkup
                    | SyntaxError::UnclosedSingleQuotedAttributeValue
                    | SyntaxError::UnclosedDoubleQuotedAttributeValue
            )
        );
        // No `<` stands inside a tag (XML 1.0, section 3.1), so the next one starts something new. A comment
        // or a section, however, may hold it: what looks like an element there is none.
        let next = tag.then(|| self.next_markup(at + 1)).flatten();
        let line_end = memchr::memchr(b'\n', &self.text.as_bytes()[at..]).map_or(self.text.len(), |n| at + n);
        let shown = next.unwrap_or(line_end).min(line_end);
        self.problems.lost(at..shown, format!("{what}; it was skipped"), help);
        next.map_or(After::Stop, After::Restart)
    }

    fn next_markup(&self, from: usize) -> Option<usize> {
        memchr::memchr(b'<', self.text.as_bytes().get(from..)?).map(|n| from + n)
    }

    /// A start tag between `start` and `end`. Returns a place to read again from when it is none.
    fn start_tag(
        &mut self,
        start: usize,
        end: usize,
        content: std::ops::Range<usize>,
        empty: bool,
    ) -> Option<usize> {
        let content = &self.text[content];
        let name_len = content.bytes().position(|b| b.is_ascii_whitespace()).unwrap_or(content.len());
        let name = &content[..name_len];
        if !name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':')) {
            let message = "`<` without the name of an element";
            self.problems.lost(start..start + 1, message, "write `<` in text as `&lt;`");
            return Some(self.next_markup(start + 1).unwrap_or(self.text.len()));
        }
        // One look at the whole tag spares one at each value: few tags hold either.
        let special = memchr::memchr2(b'&', b'<', content.as_bytes()).is_some();
        if let Some(at) = special.then(|| unquoted_markup(content)).flatten() {
            let next = start + 1 + at;
            let message = "a tag is not closed with `>` before the next `<`; it was skipped";
            self.problems.lost(start..next, message, "close the tag, and write `<` in values as `&lt;`");
            return Some(next);
        }
        self.end_run(true);
        if self.too_deep > 0 || self.open.len() >= MAX_DEPTH {
            if self.too_deep == 0 {
                let message = format!("an element more than {MAX_DEPTH} deep; it was skipped");
                self.problems.lost(start..end, message, "export the file again with less nesting");
            }
            self.too_deep += usize::from(!empty);
            return None;
        }
        if self.open.is_empty() && !self.doc.elements.is_empty() {
            let message = "a second outermost element; XML has one";
            self.problems.lost(start..end, message, "split the file into one document each");
        }
        let id = self.doc.elements.len() as u32;
        let parent = self.open.last_mut().map_or(NONE, |o| {
            o.has_children = true;
            o.id
        });
        let first_attribute = self.doc.attributes.len() as u32;
        self.attributes(start + 1, content, name_len, special);
        let prefix = prefix_len(name);
        self.doc.elements.push(Element {
            parent,
            start: start as u32,
            start_end: end as u32,
            end: end as u32,
            name: Range { start: (start + 1 + prefix) as u32, end: (start + 1 + name_len) as u32 },
            first_attribute,
            attribute_count: self.doc.attributes.len() as u32 - first_attribute,
            first_piece: NONE,
            after: id + 1,
        });
        if !empty {
            self.open.push(Open { id, name, has_children: false, last_piece: NONE, run: None });
        }
        None
    }

    fn end_tag(&mut self, start: usize, end: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let content = &self.text[start + 2..end - 1];
        let name = content.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
        let Some(depth) = self.open.iter().rposition(|o| o.name == name) else {
            self.end_run(false);
            let message = "an end tag that closes no open element";
            self.problems.lost(start..end, message, "remove it, or add the start tag it belongs to");
            return;
        };
        while self.open.len() > depth + 1 {
            let Some(inner) = self.open.last() else { break };
            let element = &self.doc.elements[inner.id as usize];
            let at = element.start as usize..element.start_end as usize;
            let message = format!("{} is not closed inside the element around it", shown(inner.name));
            self.problems.lost(at, message, "add the end tag");
            self.close(start);
        }
        self.close(end);
    }

    /// Closes the innermost open element.
    fn close(&mut self, end: usize) {
        self.end_run(false);
        let Some(open) = self.open.pop() else { return };
        let after = self.doc.elements.len() as u32;
        let element = &mut self.doc.elements[open.id as usize];
        element.end = end as u32;
        element.after = after;
    }

    fn close_all(&mut self) {
        if let Some(inner) = self.open.last() {
            let element = &self.doc.elements[inner.id as usize];
            let at = element.start as usize..element.start_end as usize;
            let outermost = &self.open[0];
            let line = self.source.position(self.doc.elements[outermost.id as usize].start).line;
            let around = match self.open.len() - 1 {
                0 => String::new(),
                1 => format!(", nor is {} of line {line} around it", shown(outermost.name)),
                n => format!(
                    ", nor are the {n} elements around it up to {} of line {line}",
                    shown(outermost.name)
                ),
            };
            let message = format!("{} is not closed at the end of the text{around}", shown(inner.name));
            self.problems.lost(at, message, "the file may be cut off: export it again, or add the end tag");
        }
        while !self.open.is_empty() {
            self.close(self.text.len());
        }
    }

    /// A run of text or a reference.
    fn text(&mut self, start: usize, end: usize) {
        if self.too_deep > 0 {
            return;
        }
        let text = &self.text[start..end];
        if text.starts_with('&') {
            self.reference(start);
        }
        // Behind a tag that was skipped a new run begins.
        if self.open.last().and_then(|o| o.run).is_some_and(|run| run.end as usize != start) {
            self.end_run(true);
        }
        match self.open.last_mut() {
            Some(open) => open.run.get_or_insert(Range { start: start as u32, end: 0 }).end = end as u32,
            None if self.stray_text || text.trim().is_empty() => {}
            None => {
                self.stray_text = true;
                let at = crate::support::trim(text, start);
                let message = "text outside the outermost element; it was skipped";
                self.problems.lost(at, message, "remove it, or export the file again as XML");
            }
        }
    }

    /// Ends the run of text that is being read. White space beside a child element is no text.
    fn end_run(&mut self, child: bool) {
        let Some(open) = self.open.last_mut() else { return };
        let Some(run) = open.run.take() else { return };
        let blank = run.of(self.text).bytes().all(|b| b.is_ascii_whitespace());
        if !(blank && (child || open.has_children)) {
            self.piece(run, Kind::Text);
        }
    }

    fn piece(&mut self, range: Range, kind: Kind) {
        if self.too_deep > 0 {
            return;
        }
        let Some(open) = self.open.last_mut() else { return };
        let id = self.doc.pieces.len() as u32;
        self.doc.pieces.push(Piece { range, kind, next: NONE });
        match open.last_piece {
            NONE => self.doc.elements[open.id as usize].first_piece = id,
            last => self.doc.pieces[last as usize].next = id,
        }
        open.last_piece = id;
    }
}

/// Where to read again, and how far reading had come.
struct Again {
    at: usize,
    reached: usize,
}

/// How to go on after an error.
enum After {
    GoOn,
    Restart(usize),
    Stop,
}

/// The first `<` in a tag that stands in no quotes: it starts the next tag, and this one lacks its `>`.
fn unquoted_markup(content: &str) -> Option<usize> {
    let mut quote = None;
    content.bytes().position(|b| {
        match (b, quote) {
            (b'<', None) => return true,
            (b'"' | b'\'', None) => quote = Some(b),
            (b, Some(q)) if b == q => quote = None,
            _ => {}
        }
        false
    })
}
