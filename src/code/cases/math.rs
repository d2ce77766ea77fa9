// SPDX-License-Identifier: GPL-2.0

//! The division of machines that have none, and sums of fractions.

use core::num::NonZeroU32;

use super::rng::Rng;
use crate::code::math::{div_rem_u64, long_division};
use crate::code::Span;

/// Checks one division, by multiplying.
fn divides(dividend: u64, divisor: NonZeroU32) {
    for (quotient, remainder) in [
        long_division(dividend, divisor),
        div_rem_u64(dividend, divisor),
    ] {
        assert!(remainder < divisor.get());
        let product = quotient.checked_mul(u64::from(divisor.get()));
        assert_eq!(
            product.and_then(|product| product.checked_add(u64::from(remainder))),
            Some(dividend)
        );
    }
}

pub(crate) fn long_division_divides() {
    const EDGES: [u64; 6] = [0, 1, 99, 1 << 32, u64::MAX - 1, u64::MAX];
    for dividend in EDGES {
        for divisor in [1, 2, 3, 50, 1 << 31, u32::MAX] {
            divides(dividend, NonZeroU32::new(divisor).unwrap());
        }
    }
    let mut rng = Rng::new(1);
    for _ in 0..1000 {
        // Of every length, and not only of the full one.
        let dividend = rng.next() >> rng.below(64);
        let divisor = (rng.next() as u32) >> rng.below(32);
        divides(dividend, NonZeroU32::new(divisor.max(1)).unwrap());
    }
}

pub(crate) fn thirds_add_up() {
    for count in [3_u32, 300, 30_000] {
        let third = Span::from_ratio(1_000_000, NonZeroU32::new(3).unwrap());
        let sum = (0..count).fold(Span::ZERO, |sum, _| sum.plus(third));
        assert_eq!(sum.round_ns(), u64::from(count / 3) * 1_000_000);
    }
}

pub(crate) fn spans_saturate() {
    let max = Span::from_ns(u64::MAX);
    assert_eq!(max.plus(Span::from_ns(1)).round_ns(), u64::MAX);
    assert_eq!(max.plus(max).round_ns(), u64::MAX);
    let almost = Span::from_ns(u64::MAX - 1);
    assert_eq!(almost.plus(Span::from_ns(1)).round_ns(), u64::MAX);
}
