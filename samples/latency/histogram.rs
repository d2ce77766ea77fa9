// SPDX-License-Identifier: GPL-2.0

//! Histograms of durations, recorded where every instruction counts and read while that goes on.
//!
//! One writer at a time records, by plain loads and stores of 32 bits: no lock, no read-modify-write,
//! no waiting. Anybody reads or resets at any time. A reader either gets all numbers as they were at one
//! point in time, or nothing and tries again, as with the kernel's `u64_stats_sync`; a reset is done by
//! the writer, before it records the next duration, so that none is ever halfway in.
//!
//! That there is one writer is a rule for *correctness*: breaking it loses durations, and is never
//! unsafe.

use super::{
    atomic::{fence, AtomicU32, Ordering},
    math::div_rem_u64,
};
use core::num::NonZeroU32;

/// How many buckets a histogram has, so that the last one ends at 2^63 ns, 292 years.
pub const BUCKETS: usize = 64;

/// A number of 64 bits in halves. That they belong together is for the version to say.
#[derive(Debug)]
struct Wide {
    low: AtomicU32,
    high: AtomicU32,
}

impl Wide {
    #[cfg(not(loom))]
    const fn zero() -> Self {
        Self {
            low: AtomicU32::new(0),
            high: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    fn zero() -> Self {
        Self {
            low: AtomicU32::new(0),
            high: AtomicU32::new(0),
        }
    }

    fn load(&self) -> u64 {
        let low = u64::from(self.low.load(Ordering::Relaxed));
        let high = u64::from(self.high.load(Ordering::Relaxed));
        (high << u32::BITS) | low
    }

    fn store(&self, value: u64) {
        self.low.store(value as u32, Ordering::Relaxed);
        self.high
            .store((value >> u32::BITS) as u32, Ordering::Relaxed);
    }
}

/// A histogram: see the [module documentation](self).
///
/// The first bucket is for 0 ns, each other one for durations from a power of two to the next.
///
/// # Invariants
///
/// - Only the writer writes anything but `resets`, and `version` is odd while it does.
/// - While `version` is even, the buckets add up to `count`, and if `count` is not 0, `min_ns` and `max_ns`
///   are the shortest and longest of the durations, and `total_ns` is their sum, up to saturation.
#[derive(Debug)]
pub struct Histogram<const N: usize = BUCKETS> {
    version: AtomicU32,
    /// How many resets were asked for, wrapping.
    resets: AtomicU32,
    /// How many had been when the numbers below were written.
    resets_done: AtomicU32,
    count: AtomicU32,
    total_ns: Wide,
    min_ns: Wide,
    max_ns: Wide,
    buckets: [AtomicU32; N],
}

impl<const N: usize> Histogram<N> {
    /// An empty histogram: all zeroes.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            version: AtomicU32::new(0),
            resets: AtomicU32::new(0),
            resets_done: AtomicU32::new(0),
            count: AtomicU32::new(0),
            total_ns: Wide::zero(),
            min_ns: Wide::zero(),
            max_ns: Wide::zero(),
            buckets: [const { AtomicU32::new(0) }; N],
        }
    }

    /// An empty histogram; the atomics of loom are not made by constants.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self {
            version: AtomicU32::new(0),
            resets: AtomicU32::new(0),
            resets_done: AtomicU32::new(0),
            count: AtomicU32::new(0),
            total_ns: Wide::zero(),
            min_ns: Wide::zero(),
            max_ns: Wide::zero(),
            buckets: core::array::from_fn(|_| AtomicU32::new(0)),
        }
    }

    /// Adds a duration, in nanoseconds. For the writer.
    ///
    /// Takes a bounded number of steps and never waits. After 2^32 - 1 durations no more are added.
    pub fn record(&self, ns: u64) {
        // Nobody else writes `version`.
        let version = self.version.load(Ordering::Relaxed);
        self.version
            .store(version.wrapping_add(1), Ordering::Relaxed);
        // Pairs with the fence in `snapshot`: who reads any of what follows finds the version changed.
        fence(Ordering::Release);
        let resets = self.resets.load(Ordering::Relaxed);
        if self.resets_done.load(Ordering::Relaxed) != resets {
            self.clear();
            self.resets_done.store(resets, Ordering::Relaxed);
        }
        self.add(ns);
        // Pairs with the acquire in `snapshot`: all that is written.
        self.version
            .store(version.wrapping_add(2), Ordering::Release);
    }

    fn clear(&self) {
        self.count.store(0, Ordering::Relaxed);
        self.total_ns.store(0);
        for bucket in &self.buckets {
            bucket.store(0, Ordering::Relaxed);
        }
    }

    fn add(&self, ns: u64) {
        let before = self.count.load(Ordering::Relaxed);
        let Some(count) = before.checked_add(1) else {
            return;
        };
        self.count.store(count, Ordering::Relaxed);
        self.total_ns.store(self.total_ns.load().saturating_add(ns));
        if before == 0 || ns < self.min_ns.load() {
            self.min_ns.store(ns);
        }
        if before == 0 || ns > self.max_ns.load() {
            self.max_ns.store(ns);
        }
        if let Some(bucket) = self.buckets.get(bucket_of(ns, N)) {
            // At most `count`, which does not wrap.
            let more = bucket.load(Ordering::Relaxed).wrapping_add(1);
            bucket.store(more, Ordering::Relaxed);
        }
    }

    /// Forgets all durations recorded before. For anybody.
    pub fn reset(&self) {
        self.resets.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns all numbers as they were at one point in time; `None` if a duration was being recorded
    /// meanwhile. For anybody.
    pub fn snapshot(&self) -> Option<Snapshot<N>> {
        let version = self.version.load(Ordering::Acquire);
        if version % 2 == 1 {
            return None;
        }
        let mut snapshot = Snapshot::EMPTY;
        // A reset that the writer has not got round to holds nevertheless.
        if self.resets_done.load(Ordering::Relaxed) == self.resets.load(Ordering::Relaxed) {
            snapshot.count = self.count.load(Ordering::Relaxed);
        }
        if snapshot.count > 0 {
            snapshot.total_ns = self.total_ns.load();
            snapshot.min_ns = self.min_ns.load();
            snapshot.max_ns = self.max_ns.load();
            for (to, from) in snapshot.buckets.iter_mut().zip(&self.buckets) {
                *to = from.load(Ordering::Relaxed);
            }
        }
        // Pairs with the fence in `record`.
        fence(Ordering::Acquire);
        (self.version.load(Ordering::Relaxed) == version).then_some(snapshot)
    }
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The number of the bucket for `ns`, of `count` buckets.
fn bucket_of(ns: u64, count: usize) -> usize {
    let bits = u64::BITS - ns.leading_zeros();
    (bits as usize).min(count.saturating_sub(1))
}

/// What a histogram told at one point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot<const N: usize = BUCKETS> {
    count: u32,
    total_ns: u64,
    min_ns: u64,
    max_ns: u64,
    buckets: [u32; N],
}

impl<const N: usize> Snapshot<N> {
    /// That of a histogram with nothing in it.
    pub const EMPTY: Self = Self {
        count: 0,
        total_ns: 0,
        min_ns: 0,
        max_ns: 0,
        buckets: [0; N],
    };

    /// How many durations there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The shortest duration in nanoseconds, 0 if there is none.
    pub fn min_ns(&self) -> u64 {
        self.min_ns
    }

    /// The longest duration in nanoseconds, 0 if there is none.
    pub fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// The mean in nanoseconds, rounded down, 0 if there is no duration.
    pub fn mean_ns(&self) -> u64 {
        NonZeroU32::new(self.count).map_or(0, |count| div_rem_u64(self.total_ns, count).0)
    }

    /// A time in nanoseconds that at least 99 of 100 durations do not exceed: the end of the bucket that
    /// the last of them is in, or the longest duration if that is less. 0 if there is no duration.
    pub fn p99_ns(&self) -> u64 {
        /// One of so many may be longer.
        const PARTS: u32 = 100;

        let wanted = self.count - self.count / PARTS;
        let mut seen: u32 = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen = seen.saturating_add(*count);
            if seen >= wanted {
                return last_of(bucket, N).min(self.max_ns);
            }
        }
        self.max_ns
    }

    /// The buckets that are not empty, from the shortest durations on: where each begins, in
    /// nanoseconds, and how many durations are in it.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.buckets
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bucket, count)| (first_of(bucket), *count))
    }

    /// Adds the durations of `other`, up to 2^32 - 1 of them.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.min_ns = match self.count {
            0 => other.min_ns,
            _ => self.min_ns.min(other.min_ns),
        };
        self.max_ns = self.max_ns.max(other.max_ns);
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
        self.count = self.count.saturating_add(other.count);
        for (to, from) in self.buckets.iter_mut().zip(&other.buckets) {
            *to = to.saturating_add(*from);
        }
    }
}

/// The shortest duration of a bucket.
fn first_of(bucket: usize) -> u64 {
    match bucket.checked_sub(1) {
        None => 0,
        Some(power) => 1_u64.checked_shl(power as u32).unwrap_or(u64::MAX),
    }
}

/// The longest duration of a bucket, one of `count`.
fn last_of(bucket: usize, count: usize) -> u64 {
    if bucket + 1 < count {
        first_of(bucket + 1) - 1
    } else {
        u64::MAX
    }
}
