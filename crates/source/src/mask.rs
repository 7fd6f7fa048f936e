use crate::Span;

/// A range of a text that must never be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mask {
    /// Offset of the first byte that is hidden.
    pub start: u32,
    /// Number of bytes hidden.
    pub len: u32,
    /// Why.
    pub why: Why,
}

/// Why a range is hidden.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// A secret by its name or its form; the text says which kind, in words for a reader.
    Secret(&'static str),
    /// Bytes that no reader has understood: they may hold anything.
    NotUnderstood,
}

/// A value that must never be shown: it has a place and no text, and so cannot be printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Secret {
    /// Where the value stands.
    pub span: Span,
    /// What it is, in words for a reader.
    pub kind: &'static str,
}

impl Mask {
    /// Offset of the byte after the last hidden one.
    pub fn end(&self) -> u32 {
        self.start.saturating_add(self.len)
    }
}
