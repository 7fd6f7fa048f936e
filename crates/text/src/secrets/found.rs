//! The ranges that a scan has found.

use std::ops::Range;

use cmlint_source::{OffsetMap, Source, Span, Why};

/// Ranges of one text that must not be shown, in any order.
#[derive(Default)]
pub(super) struct Found {
    ranges: Vec<(Range<usize>, Why)>,
    /// From the first to the last of the ranges that were too many to list.
    rest: Option<Range<usize>>,
}

/// A hostile file could make a mask of every other byte; what comes after this many is hidden as a whole.
const LIMIT: usize = 1 << 18;

impl Found {
    /// A secret.
    pub(super) fn secret(&mut self, range: Range<usize>, kind: &'static str) {
        self.push(range, Why::Secret(kind));
    }

    /// Something that may be a secret: the text is broken or goes too deep to tell.
    pub(super) fn doubtful(&mut self, range: Range<usize>) {
        self.push(range, Why::NotUnderstood);
    }

    /// Something that is to be hidden.
    pub(super) fn push(&mut self, range: Range<usize>, why: Why) {
        if range.is_empty() {
            return;
        }
        if self.ranges.len() < LIMIT {
            self.ranges.push((range, why));
            return;
        }
        let rest = self.rest.get_or_insert(range.clone());
        *rest = rest.start.min(range.start)..rest.end.max(range.end);
    }

    /// Takes over what was found in a text that was decoded from the part of this one at `start`, to
    /// which the map's offsets are relative.
    pub(super) fn take_mapped(&mut self, inner: Found, map: &OffsetMap, start: usize) {
        let rest = inner.rest.map(|range| (range, Why::NotUnderstood));
        for (range, why) in inner.ranges.into_iter().chain(rest) {
            let (from, to) = map.outer(range.start as u32, range.end as u32);
            self.push(start + from as usize..start + to as usize, why);
        }
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges themselves.
    pub(super) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        self.ranges.into_iter().map(|r| r.0).chain(self.rest)
    }

    /// Spans of a source, ascending, on character boundaries, none inside another.
    pub(super) fn finish(mut self, source: &Source) -> Vec<(Span, Why)> {
        if let Some(rest) = self.rest.take() {
            self.ranges.push((rest, Why::NotUnderstood));
        }
        self.ranges.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut spans = Vec::with_capacity(self.ranges.len());
        let mut hidden = 0;
        for (range, why) in self.ranges {
            let start = source.floor(range.start);
            let mut end = range.end.min(source.text().len());
            while !source.text().is_char_boundary(end) {
                end += 1;
            }
            if end > hidden {
                spans.push((source.id().span(start, end - start), why));
                hidden = end;
            }
        }
        spans
    }
}
