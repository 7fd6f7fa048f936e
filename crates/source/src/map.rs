/// How offsets of a document inside another one map to the outer text.
///
/// A task sequence inside a JSON string is shorter than the string, because `\"` became `"`. The map
/// keeps the places where the two drift apart and is linear in between.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OffsetMap {
    /// (offset in the inner text, offset in the outer text), both ascending; the first inner offset is 0.
    breaks: Vec<(u32, u32)>,
    /// End of the value in the outer text.
    outer_end: u32,
    /// The inner text has no place-by-place relation to the outer one (base64): every inner range maps to
    /// the whole outer value.
    coarse: bool,
}

impl OffsetMap {
    /// A map for an inner text that stands verbatim in the outer one from `outer_start`.
    pub fn verbatim(outer_start: usize, len: usize) -> Self {
        OffsetMap {
            breaks: vec![(0, outer_start as u32)],
            outer_end: (outer_start + len) as u32,
            coarse: false,
        }
    }

    /// A map for an inner text that was decoded as a whole (base64, UTF-16 in base64): all of it maps to
    /// the whole outer value.
    pub fn coarse(outer_start: usize, outer_len: usize) -> Self {
        OffsetMap {
            breaks: vec![(0, outer_start as u32)],
            outer_end: (outer_start + outer_len) as u32,
            coarse: true,
        }
    }

    /// A map from break points: pairs of (inner offset, outer offset), ascending, the first at inner 0.
    /// After an escape a reader pushes the pair that stands behind it.
    pub fn from_breaks(mut breaks: Vec<(u32, u32)>, outer_end: usize) -> Self {
        if breaks.first().is_none_or(|b| b.0 != 0) {
            let outer = breaks.first().map_or(outer_end as u32, |b| b.1);
            breaks.insert(0, (0, outer));
        }
        OffsetMap { breaks, outer_end: outer_end as u32, coarse: false }
    }

    /// The outer range (start, end) of the inner range `start..end`.
    pub fn outer(&self, start: u32, end: u32) -> (u32, u32) {
        if self.coarse {
            return (self.breaks[0].1, self.outer_end);
        }
        let start_outer = self.point(start);
        let end_outer = if end <= start { start_outer } else { self.point(end) };
        (start_outer, end_outer.max(start_outer))
    }

    /// The inner range that an outer range touches, within `inner_len`; `None` when it lies outside.
    pub fn inner(&self, start: u32, end: u32, inner_len: u32) -> Option<(u32, u32)> {
        let first = self.breaks[0].1;
        if end <= first || start >= self.outer_end {
            return None;
        }
        if self.coarse {
            return Some((0, inner_len));
        }
        // Rounded outwards to whole runs: a mask may hide too much, never too little.
        let from = self.breaks.partition_point(|b| b.1 <= start).saturating_sub(1);
        let (inner, outer) = self.breaks[from];
        let run_end = self.breaks.get(from + 1).map_or(inner_len, |b| b.0);
        let low = inner.saturating_add(start.saturating_sub(outer)).min(run_end);
        let to = self.breaks.partition_point(|b| b.1 < end).saturating_sub(1);
        let (inner, outer) = self.breaks[to];
        let run_end = self.breaks.get(to + 1).map_or(inner_len, |b| b.0);
        let high = inner.saturating_add(end.saturating_sub(outer)).min(run_end).min(inner_len);
        Some((low.min(inner_len), high.max(low.min(inner_len))))
    }

    /// Where the outer text stands before the inner byte at an offset: behind an escape that ends there, not
    /// inside it. Offsets behind the inner text stand at the end of the outer value.
    fn point(&self, inner: u32) -> u32 {
        let at = self.breaks.partition_point(|b| b.0 <= inner).saturating_sub(1);
        let (from, outer) = self.breaks[at];
        outer.saturating_add(inner.saturating_sub(from)).min(self.outer_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_behind_an_escape_are_shifted() {
        // outer: `ab\"cd` from offset 10, inner: `ab"cd`
        let map = OffsetMap::from_breaks(vec![(0, 10), (3, 14)], 16);
        assert_eq!(map.outer(0, 2), (10, 12));
        assert_eq!(map.outer(3, 5), (14, 16));
        assert_eq!(map.outer(1, 4), (11, 15));
        assert_eq!(map.inner(11, 15, 5), Some((1, 4)));
        assert_eq!(map.inner(0, 5, 5), None);
    }

    #[test]
    fn offsets_outside_of_the_text_stand_at_its_ends() {
        let map = OffsetMap::from_breaks(vec![(0, 10), (3, 14)], 16);
        assert_eq!(map.outer(6, u32::MAX), (16, 16));
        assert_eq!(map.outer(u32::MAX, 0), (16, 16));
        assert_eq!(map.inner(0, u32::MAX, 5), Some((0, 5)));
    }

    #[test]
    fn a_coarse_map_names_the_whole_value() {
        let map = OffsetMap::coarse(5, 20);
        assert_eq!(map.outer(3, 4), (5, 25));
        assert_eq!(map.inner(6, 7, 12), Some((0, 12)));
    }
}
