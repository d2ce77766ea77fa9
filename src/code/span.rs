// SPDX-License-Identifier: GPL-2.0

//! Lengths of time finer than a nanosecond.

use core::num::NonZeroU32;

use crate::code::util::math::div_rem_u64;

/// A length of time, or a point in time, in nanoseconds with a fraction of 64 bits.
///
/// A unit at 7 WPM is 171428571.428... ns. The error of a thousand units is half a microsecond if a unit is
/// truncated to whole nanoseconds; with the fraction, that of 2^63 units is below a nanosecond.
///
/// Arithmetic saturates at the end of the range, 584 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    ns: u64,
    /// In units of 2^-64 ns.
    fraction: u64,
}

impl Span {
    /// Zero.
    pub const ZERO: Span = Span::from_ns(0);

    const MAX: Span = Span {
        ns: u64::MAX,
        fraction: u64::MAX,
    };

    /// `ns` nanoseconds.
    pub const fn from_ns(ns: u64) -> Span {
        Span { ns, fraction: 0 }
    }

    /// `numerator / denominator` ns, rounded down to a multiple of 2^-64 ns.
    pub fn from_ratio(numerator: u64, denominator: NonZeroU32) -> Span {
        const HALF: u32 = 32;

        let (ns, rest) = div_rem_u64(numerator, denominator);
        let (high, rest) = div_rem_u64(u64::from(rest) << HALF, denominator);
        let (low, _) = div_rem_u64(u64::from(rest) << HALF, denominator);
        // Each quotient has 32 bits, as each remainder is less than the denominator.
        Span {
            ns,
            fraction: (high << HALF) | low,
        }
    }

    /// The sum.
    pub const fn plus(self, other: Span) -> Span {
        let (fraction, carry) = self.fraction.overflowing_add(other.fraction);
        let (ns, over) = self.ns.overflowing_add(other.ns);
        let (ns, over_by_carry) = ns.overflowing_add(carry as u64);
        if over || over_by_carry {
            Span::MAX
        } else {
            Span { ns, fraction }
        }
    }

    /// The nearest whole number of nanoseconds.
    pub const fn round_ns(self) -> u64 {
        self.ns.saturating_add(self.fraction >> (u64::BITS - 1))
    }
}
