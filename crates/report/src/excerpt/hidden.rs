//! What an excerpt must not show.

use std::ops::Range;

use cmlint_source::Source;

use crate::LastNet;

/// Ranges of a text that are blanked, ascending, none touching another.
pub(super) struct Blanks(Vec<Range<usize>>);

impl Blanks {
    /// The masks of a part of a text, and what the last net finds there.
    pub(super) fn find(source: &Source, part: Range<usize>, last_net: LastNet) -> Blanks {
        let text = source.text();
        let masks = source.masks_in(part.clone()).map(|m| m.start as usize..m.end() as usize);
        let mut all: Vec<Range<usize>> = masks.collect();
        for found in last_net(&text[part.clone()]) {
            all.push(found.start.saturating_add(part.start)..found.end.saturating_add(part.start));
        }
        for range in &mut all {
            // A range may hide too much, never half a character.
            range.start = source.floor(range.start);
            range.end = super::ceil(text, range.end);
        }
        all.retain(|range| range.start < range.end);
        all.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in all {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Blanks(merged)
    }

    /// Bytes of a range that are shown. A blank counts the same however long it is.
    pub(super) fn shown(&self, range: Range<usize>) -> usize {
        let from = self.0.partition_point(|b| b.end <= range.start);
        let touching = self.0[from..].iter().take_while(|b| b.start < range.end);
        touching.fold(range.len(), |shown, blank| {
            shown - (blank.end.min(range.end) - blank.start.max(range.start)) + 3
        })
    }

    /// The blank that holds the byte at `offset`.
    pub(super) fn at(&self, offset: usize) -> Option<&Range<usize>> {
        let index = self.0.partition_point(|b| b.end <= offset);
        self.0.get(index).filter(|b| b.start <= offset)
    }
}
