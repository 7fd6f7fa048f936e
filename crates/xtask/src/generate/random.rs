//! A generator of pseudo-random numbers of our own: the bytes of a seed must be the same in ten years.

/// SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Each stream (a file, a table) has numbers of its own, so that the size of one changes no other.
    pub(crate) fn new(seed: u64, stream: &str) -> Random {
        // FNV-1a.
        let hash = stream.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when there is none.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        match limit as u64 {
            0 => 0,
            limit => (self.next() % limit) as usize,
        }
    }

    /// Like [`Self::below`]; small numbers come much more often, as popular things do.
    pub(crate) fn skewed(&mut self, limit: usize) -> usize {
        let first = self.below(limit);
        self.below(first + 1)
    }

    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(1, "site/SMS_Collection.json");
        let numbers = [random.next(), random.next(), random.next()];
        assert_eq!(
            numbers,
            [3_575_033_499_996_328_985, 13_872_361_138_453_361_157, 17_841_597_789_741_183_493]
        );
    }
}
