// SPDX-License-Identifier: GPL-2.0

//! A histogram of durations with a bucket for each power of two.

use crate::code::util::math::div_rem_u64;
use core::num::NonZeroU32;

/// The last bucket begins at 2^38 ns, 4.6 minutes, and has all that is longer.
const BUCKETS: usize = 40;

/// Bucket 0 is for 0 ns, bucket N for 2^(N-1) ns up to the next power of two.
pub struct Histogram {
    count: u32,
    total_ns: u64,
    min_ns: u64,
    max_ns: u64,
    buckets: [u32; BUCKETS],
}

impl Histogram {
    /// A histogram without durations.
    pub const EMPTY: Self = Self {
        count: 0,
        total_ns: 0,
        min_ns: u64::MAX,
        max_ns: 0,
        buckets: [0; BUCKETS],
    };

    /// Adds a duration.
    pub fn record(&mut self, ns: u64) {
        self.count += 1;
        self.total_ns += ns;
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
        let bits = (u64::BITS - ns.leading_zeros()) as usize;
        if let Some(bucket) = self.buckets.get_mut(bits.min(BUCKETS - 1)) {
            *bucket += 1;
        }
    }

    /// Returns how many durations there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Returns the shortest duration in nanoseconds, 0 without any.
    pub fn min_ns(&self) -> u64 {
        self.min_ns.min(self.max_ns)
    }

    /// Returns the longest duration in nanoseconds, 0 without any.
    pub fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// Returns the mean in nanoseconds, rounded down, 0 without durations.
    pub fn mean_ns(&self) -> u64 {
        NonZeroU32::new(self.count).map_or(0, |count| div_rem_u64(self.total_ns, count).0)
    }

    /// Returns the buckets that are not empty: where each begins, in nanoseconds, and how many durations
    /// it has.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.buckets
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bits, count)| ((1_u64 << bits) >> 1, *count))
    }
}
