use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

/// A file of a snapshot, or a document inside one.
///
/// The number depends on the order in which files were added and is therefore never printed and never
/// sorted by: output is ordered by path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId {
    pub(crate) root: u32,
    /// 0 is the file itself; n is the n-th document that was found inside it.
    pub(crate) child: u32,
}

impl FileId {
    /// The file on disk that holds this document; the file itself when it is one.
    pub fn root(self) -> FileId {
        FileId { root: self.root, child: 0 }
    }

    /// Whether this is a document inside another one.
    pub fn is_child(self) -> bool {
        self.child != 0
    }

    /// The whole range `start..start + len` of this file.
    pub fn span(self, start: usize, len: usize) -> Span {
        Span { file: self, start: clamp(start), len: clamp(len) }
    }
}

/// A range of bytes in the decoded UTF-8 text of one file. A span cannot exist without its file.
///
/// Offsets are 32 bits wide: the archive refuses files of 2 GiB and more before a span is made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// Offset of the first byte, from 0.
    pub start: u32,
    /// Number of bytes; 0 names a place between two bytes.
    pub len: u32,
}

impl Span {
    /// Offset of the byte after the last one.
    pub fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// The range as `usize`, for slicing the text of [`Self::file`].
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end() as usize
    }

    /// A range inside this one, given relative to its start and cut to its end.
    pub fn sub(self, start: usize, len: usize) -> Span {
        let start = clamp(start).min(self.len);
        Span { file: self.file, start: self.start + start, len: clamp(len).min(self.len - start) }
    }

    /// The smallest range that holds both; `self` when they lie in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        let start = self.start.min(other.start);
        Span { file: self.file, start, len: self.end().max(other.end()) - start }
    }
}

fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A value together with the place it was read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it stood: for JSON the value with its quotes, for other formats what stands between the quotes,
    /// escapes as written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }

    /// A reference to the value, with the same place.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Name of the newtype by which [`Spanned`] asks a deserializer for positions. A deserializer that knows
/// it answers with the sequence (file root, file child, start, value, length); others fail.
pub const SPAN_NEWTYPE: &str = "$cmlint::Spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpannedVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
            type Value = Spanned<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value with its position")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let missing = || de::Error::custom("the deserializer does not report positions");
                let root = seq.next_element()?.ok_or_else(missing)?;
                let child = seq.next_element()?.ok_or_else(missing)?;
                let start = seq.next_element()?.ok_or_else(missing)?;
                let value = seq.next_element()?.ok_or_else(missing)?;
                let len = seq.next_element()?.ok_or_else(missing)?;
                Ok(Spanned { value, span: Span { file: FileId { root, child }, start, len } })
            }
        }
        deserializer.deserialize_newtype_struct(SPAN_NEWTYPE, SpannedVisitor(PhantomData))
    }
}

impl FileId {
    /// The two numbers of the identifier, as a deserializer reports them for [`SPAN_NEWTYPE`].
    pub fn parts(self) -> (u32, u32) {
        (self.root, self.child)
    }
}

/// Something in a file that could not be read as what it should be.
///
/// Readers collect problems and go on; one problem never hides what follows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where; of length 0 where the text ends too early.
    pub span: Span,
    /// What was found and what was expected, lower case, no full stop. Holds no text of the file other
    /// than names of properties and elements that are no secrets.
    pub message: String,
    /// What the user can do about it.
    pub help: Option<String>,
    /// Whether something was lost: `false` for a remark (an unusual encoding), `true` where rows or
    /// values are missing because of it.
    pub lossy: bool,
}

impl Problem {
    /// A problem that lost data.
    pub fn lost(span: Span, message: impl Into<String>) -> Self {
        Problem { span, message: message.into(), help: None, lossy: true }
    }

    /// A remark: everything was read, but not as one would expect.
    pub fn note(span: Span, message: impl Into<String>) -> Self {
        Problem { span, message: message.into(), help: None, lossy: false }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
