// SPDX-License-Identifier: GPL-2.0

//! Random numbers that are the same for the same seed.

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to choose with.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// Starts sequence number `which` of a seed.
    pub fn of(seed: u64, which: u64) -> Self {
        let mut random = Random(seed ^ which.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Random(random.next_u64())
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`. The modulo's bias is negligible for ends this small.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next_u64() % end.max(1)
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }

    /// One of several numbers.
    pub fn among<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}
