// SPDX-License-Identifier: GPL-2.0

//! What a receiver believes about the hand it listens to.

/// A length of time in ticks of 1.024 us, up to 73 minutes.
///
/// Ratios are all that decoding needs, and the ratio of two 32-bit lengths can be compared in 64 bits
/// without dividing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticks(pub(crate) u32);

impl Ticks {
    const NS_SHIFT: u32 = 10;

    pub(crate) const fn from_ns(ns: u64) -> Ticks {
        let ticks = ns >> Self::NS_SHIFT;
        if ticks > u32::MAX as u64 {
            Ticks(u32::MAX)
        } else {
            Ticks(ticks as u32)
        }
    }

    pub(crate) const fn ns(self) -> u64 {
        (self.0 as u64) << Self::NS_SHIFT
    }

    /// This times a ratio.
    pub(crate) const fn times(self, ratio: Ratio) -> Ticks {
        // A ratio is a small number of sixteenths.
        let ticks = (self.0 as u64 * ratio.0 as u64) >> Ratio::SHIFT;
        if ticks > u32::MAX as u64 {
            Ticks(u32::MAX)
        } else {
            Ticks(ticks as u32)
        }
    }

    /// Whether this is at least `ratio` times as long as `other`.
    pub(crate) const fn exceeds(self, ratio: Ratio, other: Ticks) -> bool {
        ((self.0 as u64) << Ratio::SHIFT) >= other.0 as u64 * ratio.0 as u64
    }

    /// Whether this and `other` are less than `ratio` apart.
    pub(crate) const fn is_near(self, ratio: Ratio, other: Ticks) -> bool {
        !self.exceeds(ratio, other) && !other.exceeds(ratio, self)
    }

    /// Whether this is above the geometric mean of `low` and `high`: in ratios, nearer to `high`.
    pub(crate) const fn is_nearer_to(self, high: Ticks, low: Ticks) -> bool {
        self.0 as u64 * self.0 as u64 > low.0 as u64 * high.0 as u64
    }

    /// A third of this.
    pub(crate) const fn third(self) -> Ticks {
        Ticks(self.0 / 3)
    }

    /// Half the sum.
    pub(crate) const fn mean(self, other: Ticks) -> Ticks {
        Ticks(((self.0 as u64 + other.0 as u64) >> 1) as u32)
    }
}

/// A ratio in sixteenths, of at least one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratio(u32);

impl Ratio {
    const SHIFT: u32 = 4;

    pub(crate) const fn sixteenths(sixteenths: u32) -> Ratio {
        Ratio(sixteenths)
    }
}

/// A running mean of the lengths of one kind of mark or space.
///
/// The first few samples count alike, later ones an eighth each, so that it follows a changing hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Average {
    value: Ticks,
    samples: u8,
}

impl Average {
    /// Samples count `1 / 2^LAST_SHIFT` in the end.
    const LAST_SHIFT: u8 = 3;

    /// Whether there was a sample, not only a guess.
    pub(crate) const fn is_sampled(self) -> bool {
        self.samples > 0
    }

    /// A guess, which the first sample replaces.
    pub(crate) const fn guess(value: Ticks) -> Average {
        Average { value, samples: 0 }
    }

    /// A first sample.
    pub(crate) const fn sample(value: Ticks) -> Average {
        Average { value, samples: 1 }
    }

    pub(crate) const fn value(self) -> Ticks {
        self.value
    }

    pub(crate) fn add(&mut self, sample: Ticks) {
        // 1, 1/2, 1/4, 1/4, 1/8, ...
        let shift = (u8::BITS - self.samples.leading_zeros()).min(u32::from(Self::LAST_SHIFT));
        let old = i64::from(self.value.0);
        let new = old + ((i64::from(sample.0) - old) >> shift);
        self.value = Ticks(u32::try_from(new).unwrap_or(self.value.0));
        self.samples = self.samples.saturating_add(1);
    }
}
