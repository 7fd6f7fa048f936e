//! XML as a tree of elements with places.
//!
//! Built for what Windows and ConfigMgr export (security roles, task sequences, `applicationHost.config`):
//! elements, attributes, text and CDATA, by local name. There are no namespaces beyond that, no DTD and no
//! entities but the five predefined ones and character references; comments and processing instructions
//! are passed over. An encoding named in the XML declaration is ignored: the text is already decoded.
//!
//! Values follow XML 1.0: line ends in text become LF (section 2.11), white space in attribute values
//! becomes a space (section 3.3.3), references are replaced. Spans name the text as it is written.

mod build;
mod escape;
mod tag;

use std::fmt;

use cmlint_source::{FileId, OffsetMap, Problem, Source, Span, Spanned, Str};
use escape::Kind;

/// Elements may lie this deep in each other; what lies deeper is skipped with a problem.
pub const MAX_DEPTH: usize = 128;

/// Reads an XML document.
///
/// Never fails: the tree holds what could be read. Problems name unclosed and mismatched tags (with the
/// place of the opening tag), repeated attributes (the first is kept), unknown entities (left as written),
/// tags that are none, and content deeper than [`MAX_DEPTH`]. A document type declaration is a remark.
pub fn parse(source: &Source) -> (Document<'_>, Vec<Problem>) {
    build::build(source)
}

/// The elements of an XML text.
pub struct Document<'a> {
    text: &'a str,
    file: FileId,
    /// In the order of their start tags, so that the descendants of an element are the ids behind its own.
    elements: Vec<Element>,
    attributes: Vec<RawAttribute>,
    pieces: Vec<Piece>,
}

/// No element, no piece of text.
const NONE: u32 = u32::MAX;

struct Element {
    parent: u32,
    /// `<` of the start tag.
    start: u32,
    /// Behind the `>` of the start tag.
    start_end: u32,
    /// Behind the `>` of the end tag, or where reading the element stopped.
    end: u32,
    /// The local name.
    name: Range,
    first_attribute: u32,
    attribute_count: u32,
    first_piece: u32,
    /// The first id that is no descendant.
    after: u32,
}

/// Length of the namespace prefix of a name, its colon included. Names are too short for a vector search.
fn prefix_len(name: &str) -> usize {
    name.bytes().rposition(|b| b == b':').map_or(0, |i| i + 1)
}

#[derive(Clone, Copy)]
struct Range {
    start: u32,
    end: u32,
}

struct RawAttribute {
    /// With its prefix.
    name: Range,
    /// Where the local name starts.
    local: u32,
    /// Without the quotes.
    value: Range,
}

impl RawAttribute {
    fn local(&self) -> Range {
        Range { start: self.local, end: self.name.end }
    }
}

/// A run of text or a CDATA section.
struct Piece {
    /// For CDATA without its markers.
    range: Range,
    kind: Kind,
    /// The next piece of the same element.
    next: u32,
}

impl Range {
    fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

impl<'a> Document<'a> {
    /// The first outermost element; `None` when the text holds no element.
    pub fn root(&self) -> Option<Node<'_, 'a>> {
        self.roots().next()
    }

    /// The outermost elements. A well-formed document has one.
    pub fn roots(&self) -> Children<'_, 'a> {
        Children { doc: self, next: 0, end: self.elements.len() as u32 }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether the text holds no element.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    fn span(&self, range: Range) -> Span {
        self.file.span(range.start as usize, (range.end - range.start) as usize)
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("file", &self.file).field("elements", &self.len()).finish()
    }
}

/// An element of a [`Document`].
#[derive(Clone, Copy)]
pub struct Node<'d, 'a> {
    doc: &'d Document<'a>,
    id: u32,
}

impl<'d, 'a> Node<'d, 'a> {
    /// The local name (`add` for `iis:add`), in the document's case.
    pub fn name(self) -> &'a str {
        self.element().name.of(self.doc.text)
    }

    /// Where the local name stands in the start tag.
    pub fn name_span(self) -> Span {
        self.doc.span(self.element().name)
    }

    /// Whether the local name is `name`, in any case.
    pub fn is(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The whole element, from the start tag to the end tag.
    pub fn span(self) -> Span {
        let e = self.element();
        self.doc.span(Range { start: e.start, end: e.end })
    }

    /// The start tag.
    pub fn start_span(self) -> Span {
        let e = self.element();
        self.doc.span(Range { start: e.start, end: e.start_end })
    }

    /// The attributes in document order, namespace declarations left out.
    pub fn attributes(self) -> impl ExactSizeIterator<Item = Attribute<'a>> + use<'d, 'a> {
        let e = self.element();
        let first = e.first_attribute as usize;
        let doc = self.doc;
        doc.attributes[first..first + e.attribute_count as usize].iter().map(move |raw| Attribute {
            name: Spanned::new(raw.local().of(doc.text), doc.span(raw.local())),
            raw: raw.value.of(doc.text),
            span: doc.span(raw.value),
        })
    }

    /// The value of the attribute with this local name, exactly as spelt.
    pub fn attribute(self, name: &str) -> Option<Spanned<Str<'a>>> {
        self.attributes().find(|a| a.name.value == name).map(Attribute::value)
    }

    /// The value of the attribute with this local name in any (ASCII) case.
    pub fn attribute_any_case(self, name: &str) -> Option<Spanned<Str<'a>>> {
        self.attributes().find(|a| a.name.eq_ignore_ascii_case(name)).map(Attribute::value)
    }

    /// The elements directly inside this one.
    pub fn children(self) -> Children<'d, 'a> {
        Children { doc: self.doc, next: self.id + 1, end: self.element().after }
    }

    /// The first element directly inside this one with this local name, exactly as spelt.
    pub fn child(self, name: &str) -> Option<Node<'d, 'a>> {
        self.children().find(|c| c.name() == name)
    }

    /// All elements inside this one, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Node<'d, 'a>> + use<'d, 'a> {
        let doc = self.doc;
        (self.id + 1..self.element().after).map(move |id| Node { doc, id })
    }

    /// The element around this one.
    pub fn parent(self) -> Option<Node<'d, 'a>> {
        let parent = self.element().parent;
        (parent != NONE).then_some(Node { doc: self.doc, id: parent })
    }

    /// The text and CDATA directly in this element, decoded and joined. White space between child elements
    /// is no text. Borrowed where nothing has to be decoded or joined.
    pub fn text(self) -> Str<'a> {
        let mut pieces = self.pieces();
        let Some(first) = pieces.next() else { return Str::default() };
        let mut text = escape::decode(first.range.of(self.doc.text), first.kind);
        for piece in pieces {
            text.to_mut().push_str(&escape::decode(piece.range.of(self.doc.text), piece.kind));
        }
        Str(text)
    }

    /// Where [`Self::text`] stands, from the first run to the last, the markers of a CDATA section around
    /// all of it left out; of length 0 behind the start tag when there is none.
    pub fn text_span(self) -> Span {
        let mut pieces = self.pieces();
        let Some(first) = pieces.next() else {
            let at = self.element().start_end;
            return self.doc.span(Range { start: at, end: at });
        };
        let last = pieces.last().unwrap_or(first);
        self.doc.span(Range { start: first.range.start, end: last.range.end })
    }

    /// [`Self::text`] without white space around it, and its place.
    pub fn text_trimmed(self) -> Spanned<Str<'a>> {
        let (text, span) = (self.text(), self.text_span());
        match text.0 {
            std::borrow::Cow::Borrowed(text) => {
                let range = crate::support::trim(text, 0);
                Spanned::new(Str(text[range.clone()].into()), span.sub(range.start, range.len()))
            }
            std::borrow::Cow::Owned(text) => Spanned::new(Str(text.trim().to_owned().into()), span),
        }
    }

    /// [`Self::text`] and how its offsets map to the text of this document, for text that is a document of
    /// its own (a task sequence in the CDATA of a `VALUE`): give both to `Sources::add_child`.
    pub fn text_child(self) -> (String, OffsetMap) {
        let mut inner = String::new();
        let mut breaks = Vec::new();
        let mut end = self.text_span().start;
        for piece in self.pieces() {
            breaks.push((inner.len() as u32, piece.range.start));
            escape::decode_into(piece.range.of(self.doc.text), piece.kind, &mut inner, |at, raw| {
                breaks.push((at as u32, piece.range.start + raw as u32));
            });
            end = piece.range.end;
        }
        (inner, OffsetMap::from_breaks(breaks, end as usize))
    }

    fn element(self) -> &'d Element {
        &self.doc.elements[self.id as usize]
    }

    fn pieces(self) -> impl Iterator<Item = &'d Piece> + use<'d, 'a> {
        let pieces = &self.doc.pieces;
        std::iter::successors(pieces.get(self.element().first_piece as usize), |p| {
            pieces.get(p.next as usize)
        })
    }
}

impl PartialEq for Node<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.doc.file == other.doc.file
    }
}

impl Eq for Node<'_, '_> {}

impl fmt::Debug for Node<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}> {:?}", self.name(), self.span())
    }
}

/// An attribute of a [`Node`].
#[derive(Clone, Copy)]
pub struct Attribute<'a> {
    /// The local name.
    pub name: Spanned<&'a str>,
    raw: &'a str,
    span: Span,
}

impl<'a> Attribute<'a> {
    /// The decoded value; its span is that of the value as written, without the quotes.
    pub fn value(self) -> Spanned<Str<'a>> {
        Spanned::new(Str(escape::decode(self.raw, Kind::Attribute)), self.span)
    }

    /// The value as written, without the quotes.
    pub fn raw(self) -> &'a str {
        self.raw
    }

    /// Where the value stands, without the quotes.
    pub fn span(self) -> Span {
        self.span
    }

    /// How offsets in the decoded value map to the text of the document.
    pub fn map(self) -> OffsetMap {
        let start = self.span.start;
        let mut breaks = vec![(0, start)];
        escape::decode_into(self.raw, Kind::Attribute, &mut String::new(), |at, raw| {
            breaks.push((at as u32, start + raw as u32));
        });
        OffsetMap::from_breaks(breaks, self.span.end() as usize)
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the value: it may be a secret.
        write!(f, "{} {:?}", self.name.value, self.span)
    }
}

/// Elements beside each other. Made by [`Document::roots`] and [`Node::children`].
#[derive(Clone)]
pub struct Children<'d, 'a> {
    doc: &'d Document<'a>,
    next: u32,
    end: u32,
}

impl<'d, 'a> Iterator for Children<'d, 'a> {
    type Item = Node<'d, 'a>;

    fn next(&mut self) -> Option<Node<'d, 'a>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { doc: self.doc, id: self.next };
        self.next = node.element().after;
        Some(node)
    }
}

impl fmt::Debug for Children<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
