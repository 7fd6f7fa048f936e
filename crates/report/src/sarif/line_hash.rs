//! The fingerprint by which GitHub knows a line again when lines before it come or go.
//!
//! For each line: a rolling hash (multiplier 37, 64 bits, wrapping) of the next 100 UTF-16 units, blanks and
//! tabs left out, all line ends the same, behind the end of the file one unit 65535 and then zeros. Lines
//! with the same hash are numbered. The action that uploads SARIF computes it again for files in UTF-8 and
//! warns of every difference, so that there is no freedom in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cmlint_source::{Encoding, Source};

const BLOCK: usize = 100;
const FACTOR: u64 = 37;
const END: u16 = 65535;

/// The fingerprints of these lines, counted from 1. A line whose hash would cover a secret has none: a hash
/// of a short secret tells the secret to whoever can try all of them.
pub(super) fn of_lines(source: &Source, wanted: &BTreeSet<u32>) -> BTreeMap<u32, String> {
    if !source.encoding().is_utf8() {
        return BTreeMap::new();
    }
    let mut found = BTreeMap::new();
    each(source.text(), source.encoding() == Encoding::Utf8Bom, |line, window, hash| {
        if wanted.contains(&line) && source.masks_in(window).next().is_none() {
            found.insert(line, hash());
        }
    });
    found
}

/// A line that waits for its hash: its number and the offset of its first byte.
type Waiting = Option<(u32, usize)>;

struct Rolling<F> {
    units: [u16; BLOCK],
    lines: [Waiting; BLOCK],
    at: usize,
    hash: u64,
    /// 37 to the power of [`BLOCK`]: the weight of the unit that leaves.
    leaving: u64,
    seen: HashMap<u64, u32>,
    tell: F,
}

impl<F: FnMut(u32, std::ops::Range<usize>, &dyn Fn() -> String)> Rolling<F> {
    /// Tells the hash of the line that began [`BLOCK`] units ago, if one did.
    fn tell(&mut self, end: usize) {
        if let Some((line, start)) = self.lines[self.at].take() {
            let count = self.seen.entry(self.hash).or_insert(0);
            *count += 1;
            let (hash, count) = (self.hash, *count);
            (self.tell)(line, start..end, &|| format!("{hash:x}:{count}"));
        }
    }

    fn push(&mut self, unit: u16) {
        let gone = std::mem::replace(&mut self.units[self.at], unit);
        self.hash = self
            .hash
            .wrapping_mul(FACTOR)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.leaving.wrapping_mul(u64::from(gone)));
        self.at = (self.at + 1) % BLOCK;
    }
}

fn each(text: &str, mark: bool, tell: impl FnMut(u32, std::ops::Range<usize>, &dyn Fn() -> String)) {
    let mut rolling = Rolling {
        units: [0; BLOCK],
        lines: [None; BLOCK],
        at: 0,
        hash: 0,
        leaving: FACTOR.wrapping_pow(BLOCK as u32),
        seen: HashMap::new(),
        tell,
    };
    let (mut line, mut begins, mut after_cr) = (0, true, false);
    // A byte order mark is no part of our text, and one of GitHub's.
    let mut feed = |offset: usize, mut unit: u16| {
        if matches!(unit, 0x20 | 0x09) || after_cr && unit == 0x0a {
            after_cr = false;
            return;
        }
        after_cr = unit == 0x0d;
        if after_cr {
            unit = 0x0a;
        }
        rolling.tell(offset);
        if begins {
            line += 1;
            rolling.lines[rolling.at] = Some((line, offset));
        }
        begins = unit == 0x0a;
        rolling.push(unit);
    };
    if mark {
        feed(0, 0xfeff);
    }
    for (offset, c) in text.char_indices() {
        for unit in c.encode_utf16(&mut [0; 2]) {
            feed(offset, *unit);
        }
    }
    feed(text.len(), END);
    for _ in 0..BLOCK {
        rolling.tell(text.len());
        rolling.push(0);
    }
}

#[cfg(test)]
mod tests {
    use cmlint_source::{Sources, Why};

    use super::*;

    fn hashes(text: &str) -> Vec<(u32, String)> {
        let mut all = Vec::new();
        each(text, false, |line, _, hash| all.push((line, hash())));
        all
    }

    #[test]
    fn the_values_are_those_of_the_uploading_action() {
        let expected = [
            (1, "8d07ce75f7b3af45:1".to_owned()),
            (2, "ca140c3f893ffa65:1".to_owned()),
            (3, "26f09ff008857193:1".to_owned()),
            (4, "c129715d7a2bc9a3:1".to_owned()),
        ];
        assert_eq!(hashes("alpha\nbeta\nalpha\n"), expected);
        assert_eq!(hashes(" al pha \r\n\tbeta\ralpha\r\n"), expected);
        assert_eq!(hashes(""), expected[3..].iter().map(|(_, h)| (1, h.clone())).collect::<Vec<_>>());
    }

    #[test]
    fn equal_lines_are_numbered() {
        let all = hashes(&"0123456789012345678901234567890123456789012345678901234567890\n".repeat(9));
        assert_eq!(all.len(), 10);
        let (first, _) = all[0].1.split_once(':').unwrap();
        assert_eq!(all[1].1, format!("{first}:2"));
        assert_eq!(all[6].1, format!("{first}:7"));
    }

    #[test]
    fn a_line_before_does_not_change_the_hash() {
        let line = "{\"Name\": \"a name that is long enough\", \"SID\": \"S-1-5-21-1111111111-2222222222-3333333333-1104\"}\n";
        let alone = hashes(&line.repeat(2));
        let below = hashes(&format!("another\n{}", line.repeat(2)));
        assert_eq!(alone[0].1, below[1].1);
    }

    #[test]
    fn no_hash_covers_a_secret_or_another_encoding() {
        let mut sources = Sources::new();
        let text = format!("{}\nsecret\n{}\n", "a".repeat(200), "b".repeat(200));
        let file = sources.add("a", text.clone(), Encoding::Utf8);
        let wide = sources.add("b", text.clone(), Encoding::Utf16Le);
        sources.mask(file.span(201, 6), Why::Secret("a test"));
        let wanted = BTreeSet::from([1, 2, 3]);
        let found = of_lines(sources.get(file), &wanted);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), [1, 3]);
        assert!(of_lines(sources.get(wide), &wanted).is_empty());
    }
}
