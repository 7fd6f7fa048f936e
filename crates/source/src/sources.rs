use crate::source::Parent;
use crate::{Encoding, FileId, Mask, OffsetMap, Source, Span, Why};

/// All texts of a snapshot. Files are added first; documents inside them may be added while the files are
/// read, by several threads at once.
#[derive(Debug, Default)]
pub struct Sources {
    roots: Vec<Source>,
    own: Vec<Source>,
}

/// A span as an output names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place<'a> {
    /// Path of the file on disk, relative to the snapshot, with `/`.
    pub path: &'a str,
    /// First line and column in the file on disk.
    pub start: crate::Position,
    /// Line and column behind the last character.
    pub end: crate::Position,
    /// Byte offset and length in the text as UTF-8; `None` when the file has another encoding.
    pub bytes: Option<(u32, u32)>,
    /// What the document inside the file is called, when the span lies in one.
    pub within: Option<&'a str>,
}

impl Sources {
    /// No texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the text of a file on disk.
    ///
    /// # Panics
    /// Panics after 4,294,967,295 files; the archive's limit is far below.
    pub fn add(&mut self, path: impl Into<String>, text: String, encoding: Encoding) -> FileId {
        let root = u32::try_from(self.roots.len()).expect("fewer than 2^32 files");
        let id = FileId { root, child: 0 };
        self.roots.push(Source::new(id, path.into(), text, encoding, None));
        id
    }

    /// Adds a file of the user's own: settings, suppressions, a baseline. It is no part of the snapshot:
    /// [`Self::files`] does not list it. `path` names it for a reader, `outward` from the root of the
    /// repository.
    ///
    /// # Panics
    /// Panics when there are so many that their numbers would meet those of the snapshot's files.
    pub fn add_own(&mut self, path: impl Into<String>, outward: impl Into<String>, text: String) -> FileId {
        let number = u32::try_from(self.own.len()).expect("fewer than 2^32 files");
        // Numbers from the other end, so that these files can be read before there is a snapshot.
        let id = FileId { root: u32::MAX - number, child: 0 };
        assert!(self.roots.len() < id.root as usize, "the numbers of files are used up");
        let mut source = Source::new(id, path.into(), text, Encoding::Utf8, None);
        source.outward = Some(outward.into());
        self.own.push(source);
        id
    }

    /// The user's own files, in the order they were added.
    pub fn own(&self) -> impl Iterator<Item = &Source> {
        self.own.iter()
    }

    /// Takes over the user's own files of another collection; spans that name them stay valid.
    ///
    /// # Panics
    /// Panics where both hold files of the user's own, because their numbers would be the same.
    pub fn adopt(&mut self, other: Sources) {
        assert!(self.own.is_empty() || other.own.is_empty(), "files of the user's own come from one place");
        self.own.extend(other.own);
    }

    /// Adds a file that is laid over a snapshot: `path` names it for a reader, `outward` from the root of the
    /// repository.
    ///
    /// # Panics
    /// As [`Self::add`].
    pub fn add_over(
        &mut self,
        path: impl Into<String>,
        outward: impl Into<String>,
        text: String,
        encoding: Encoding,
    ) -> FileId {
        let id = self.add(path, text, encoding);
        self.roots[id.root as usize].outward = Some(outward.into());
        id
    }

    /// Adds a document that lies inside `parent`. Masks of the parent that touch the value are carried over.
    ///
    /// `within` names the document for a reader ("task sequence PS100023").
    pub fn add_child(
        &self,
        parent: FileId,
        within: impl Into<String>,
        text: String,
        map: OffsetMap,
    ) -> FileId {
        let outer = self.get(parent);
        let root = &self.roots[parent.root as usize];
        let inherited: Vec<Mask> = outer
            .masks
            .iter()
            .filter_map(|(_, m)| {
                let (start, end) = map.inner(m.start, m.end(), text.len() as u32)?;
                Some(Mask { start, len: end - start, why: m.why })
            })
            .collect();
        let path = outer.path().to_owned();
        let encoding = outer.encoding();
        let parent = Parent { file: parent, map, within: within.into() };
        // The number is only known once the place in the list is taken; `push_with` gives it to the value.
        let index = root.children.push_with(|index| {
            let id = FileId { root: root.id.root, child: index as u32 + 1 };
            Source::new(id, path, text, encoding, Some(parent))
        });
        let child = &root.children[index];
        for mask in inherited {
            child.masks.push(mask);
        }
        child.id
    }

    /// The text that a span names.
    ///
    /// # Panics
    /// Panics if the identifier comes from another `Sources`.
    pub fn get(&self, file: FileId) -> &Source {
        let root = match self.roots.get(file.root as usize) {
            Some(root) => root,
            None => &self.own[(u32::MAX - file.root) as usize],
        };
        match file.child {
            0 => root,
            n => &root.children[n as usize - 1],
        }
    }

    /// Files of the snapshot, in the order they were added.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &Source> {
        self.roots.iter()
    }

    /// Files of the snapshot and the documents inside them.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        self.roots.iter().flat_map(|r| std::iter::once(r).chain(r.children.iter().map(|(_, c)| c)))
    }

    /// The text of a span. It may hold secrets: for messages use an excerpt.
    pub fn text(&self, span: Span) -> &str {
        let source = self.get(span.file);
        let range = span.range();
        source.text().get(source.floor(range.start)..source.floor(range.end)).unwrap_or("")
    }

    /// Hides a range from every output, in this text, in the texts around it and (when called before they
    /// are added) in the documents inside it.
    pub fn mask(&self, span: Span, why: Why) {
        let mut file = span.file;
        let (mut start, mut end) = (span.start, span.end());
        loop {
            let source = self.get(file);
            source.masks.push(Mask { start, len: end - start, why });
            let Some(parent) = &source.parent else { return };
            (start, end) = parent.map.outer(start, end);
            file = parent.file;
        }
    }

    /// The span in the file on disk: the same span unless it lies in a document inside the file.
    pub fn outermost(&self, span: Span) -> Span {
        let mut file = span.file;
        let (mut start, mut end) = (span.start, span.end());
        while let Some(parent) = &self.get(file).parent {
            (start, end) = parent.map.outer(start, end);
            file = parent.file;
        }
        Span { file, start, len: end - start }
    }

    /// Path, lines and columns of a span, in the file on disk.
    pub fn place(&self, span: Span) -> Place<'_> {
        let outer = self.outermost(span);
        let source = self.get(outer.file);
        Place {
            path: source.path(),
            start: source.position(outer.start),
            end: source.position(outer.end()),
            bytes: source.encoding().is_utf8().then_some((outer.start, outer.len)),
            within: self.get(span.file).within(),
        }
    }

    /// A key for ordering spans that does not depend on the order in which files were added.
    pub fn order(&self, span: Span) -> (&str, u32, u32, u32) {
        let outer = self.outermost(span);
        (self.get(outer.file).path(), outer.start, outer.len, span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_inside_an_inner_document_is_one_of_the_file_on_disk() {
        let mut sources = Sources::new();
        let text = "[\n  \"<a b=\\\"secret\\\"/>\"\n]";
        let file = sources.add("x.json", text.to_owned(), Encoding::Utf8);
        let start = text.find("<a").unwrap();
        let inner = "<a b=\"secret\"/>".to_owned();
        let map = OffsetMap::from_breaks(
            vec![(0, start as u32), (6, start as u32 + 7), (13, start as u32 + 15)],
            start + 17,
        );
        let child = sources.add_child(file, "sequence", inner, map);
        let place = sources.place(child.span(6, 6));
        assert_eq!((place.path, place.start.line, place.start.column), ("x.json", 2, 11));
        assert_eq!(place.within, Some("sequence"));
        assert_eq!(sources.text(sources.outermost(child.span(6, 6))), "secret");
        sources.mask(child.span(6, 6), Why::Secret("test"));
        assert_eq!(sources.get(file).masks()[0].start, start as u32 + 7);
        assert_eq!(sources.get(child).masks().len(), 1);
    }

    #[test]
    fn files_of_the_user_are_found_and_not_listed() {
        let mut own = Sources::new();
        let settings = own.add_own("../x.toml", "x.toml", "a = 1".to_owned());
        let mut sources = Sources::new();
        let file = sources.add("x.json", "[]".to_owned(), Encoding::Utf8);
        sources.adopt(own);
        assert_eq!(sources.text(settings.span(0, 1)), "a");
        assert_eq!(sources.get(settings).outward(), Some("x.toml"));
        assert_eq!(sources.get(file).outward(), None);
        assert_eq!(sources.files().map(Source::id).collect::<Vec<_>>(), [file]);
        assert_eq!(sources.place(settings.span(4, 1)).path, "../x.toml");
    }

    #[test]
    fn masks_of_the_outer_text_hide_the_inner_one() {
        let mut sources = Sources::new();
        let file = sources.add("x.xml", "<v>abc</v>".to_owned(), Encoding::Utf8);
        sources.mask(file.span(4, 1), Why::Secret("test"));
        let child = sources.add_child(file, "v", "abc".to_owned(), OffsetMap::verbatim(3, 3));
        assert_eq!(sources.get(child).masks()[0], Mask { start: 1, len: 1, why: Why::Secret("test") });
    }
}
