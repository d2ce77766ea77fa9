// SPDX-License-Identifier: GPL-2.0

//! Reproducible random numbers: SplitMix64 (Steele, Lea and Flood, 2014).

/// A source of random numbers, the same for the same seed.
pub(crate) struct Rng(u64);

/// The mean of [`Rng::around_one_ppm`].
pub(crate) const ONE_PPM: u64 = 1_000_000;

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        // The upper half of the product, so that no division is needed.
        (((self.next() >> u32::BITS) * u64::from(n)) >> u32::BITS) as u32
    }

    /// True once in `n`.
    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// Uniform between 1 - `percent` and 1 + `percent`, in millionths.
    pub(crate) fn around_one_ppm(&mut self, percent: u32) -> u64 {
        let spread_ppm = percent * 10_000;
        ONE_PPM - u64::from(spread_ppm) + u64::from(self.below(2 * spread_ppm + 1))
    }
}
