//! Exports as documents: where the rows are, whatever a tool has wrapped around them.

use cmlint_source::{Problem, Source, Span, Spanned, Str};
use serde::de::{Deserialize, IgnoredAny};

use super::de::Reader;
use super::shape;
use super::walk::Tail;
use crate::support::{Problems, text_of};

/// What to do about a document that is no JSON any more.
pub(super) const AGAIN: &str = "collect the file again; a file that was cut short or edited by hand is the \
                                usual cause";

/// The lists of rows in one text. Nothing but their places is known yet, so that a file that nobody asks
/// for costs little.
#[derive(Debug)]
pub struct Document<'a> {
    /// The lists, in the order of the text.
    pub sections: Vec<Section<'a>>,
    /// The text as one row, where it is an object.
    pub(super) whole: Option<Section<'a>>,
}

impl<'a> Document<'a> {
    /// The whole text as a single row, where it is an object. For a caller who knows better than the
    /// shape does: a row of which most properties are lists of objects looks like several lists of rows.
    pub fn whole(&self) -> Option<&Section<'a>> {
        self.whole.as_ref()
    }
}

/// One list of rows, or one object in its place.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// The property that holds the list, in a document of several lists (`"SMS_Site": [..]`).
    pub name: Option<Spanned<Str<'a>>>,
    /// The value of `@odata.context`, which names the class of the rows
    /// (`https://…/AdminService/wmi/$metadata#SMS_Site`).
    pub context: Option<Str<'a>>,
    /// The list with its brackets, or the object. For a list that is the document, or that an OData answer
    /// holds, it reaches to the end of the text: its end is found when the rows are read.
    pub span: Span,
    /// Whether it is one object where a list could stand.
    pub single: bool,
    pub(super) source: &'a Source,
    /// Lists and objects around it.
    pub(super) depth: u32,
    pub(super) tail: Tail,
    /// Offset of a syntax error that has been reported already.
    pub(super) broken: Option<usize>,
}

/// Finds the lists of rows of a text:
///
/// - `[ row, … ]`;
/// - `{ "@odata.context": …, "value": [ row, … ] }`, as the AdminService answers, `value` may also be one
///   object; `{ "value": [ row, … ], "Count": n }`, as PowerShell 5.1 writes some lists;
/// - `{ "SMS_Site": [ row, … ], "SMS_Admin": [ row, … ] }`: at least half of the members are lists of
///   objects, the others are ignored;
/// - any other object: a single row.
///
/// Problems are what cannot be seen from the rows: an empty text, a bare value, a syntax error between the
/// lists. The rest is reported by [`Section::rows`].
pub fn document(source: &Source) -> (Document<'_>, Vec<Problem>) {
    let found = shape::find(source);
    (found.document, found.problems.finish())
}

/// Reads a text that is one typed value, such as a manifest.
///
/// # Errors
/// The place and the reason of the first thing that is not as it should be.
pub fn document_as<'a, T: Deserialize<'a>>(source: &'a Source) -> Result<T, Problem> {
    let mut problems = Problems::new(source.id());
    if text_of(source, &mut problems).is_none() {
        return Err(Problem::lost(source.id().span(0, 0), "a text of 4 GiB or more").help(AGAIN));
    }
    let mut reader = Reader::new(source, 0);
    let value = reader.value(std::marker::PhantomData::<T>);
    let value = value.and_then(|value| match reader.cursor.peek() {
        None => Ok(value),
        Some(_) => Err(reader.cursor.fail("nothing behind the document")),
    });
    // A property of another type is an unknown one, and this document is wanted as a whole.
    let value = value.and_then(|value| reader.odd.drain(..).next().map_or(Ok(value), Err));
    value.map_err(|error| {
        let help = if error.is_syntax() {
            "correct the text here; a JSON validator shows the same place"
        } else {
            "correct the value here"
        };
        error.problem(source.id()).help(help)
    })
}

/// The ranges that no reader could make sense of: from a syntax error to the end of its row, or of the text
/// where it is not certain where the next row begins. They may hold anything and must not be shown
/// (`secrets::mask_unparsed_range`).
///
/// Reads the whole text once more; call it when a problem was reported that lost something.
pub fn unread(source: &Source) -> Vec<Span> {
    let found = shape::find(source);
    let mut gaps = found.gaps;
    for section in &found.document.sections {
        let mut problems = Problems::new(source.id());
        let mut rows = section.walk(&mut problems);
        rows.each(&mut |reader| reader.value(std::marker::PhantomData::<IgnoredAny>).map(drop));
        gaps.append(&mut rows.gaps);
    }
    gaps.sort_by_key(|gap| (gap.start, gap.end));
    gaps.dedup();
    gaps.into_iter().map(|gap| source.id().span(gap.start, gap.len())).collect()
}
