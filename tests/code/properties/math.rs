// SPDX-License-Identifier: GPL-2.0

//! 64-bit division in software.

use std::num::NonZeroU32;

use proptest::prelude::*;

use crate::code::util::math::{div_rem_u64, long_division, ns_to_ms};
use crate::code::Span;

proptest! {
    #[test]
    fn long_division_divides(
        dividend in prop_oneof![any::<u64>(), 0_u64..100, Just(u64::MAX)],
        divisor in prop_oneof![1..=u32::MAX, 1_u32..100, Just(u32::MAX)],
    ) {
        let wide = u64::from(divisor);
        let expected = (dividend / wide, (dividend % wide) as u32);
        let divisor = NonZeroU32::new(divisor).unwrap();
        prop_assert_eq!(long_division(dividend, divisor), expected);
        prop_assert_eq!(div_rem_u64(dividend, divisor), expected);
    }

    #[test]
    fn milliseconds_are_whole(ns in any::<u64>()) {
        prop_assert_eq!(ns_to_ms(ns), ns / 1_000_000);
    }

    #[test]
    fn sums_of_spans_do_not_drift(numerator in 0_u64..1 << 50, denominator in 1..=u32::MAX, doublings in 0_u32..13) {
        let count = 1_u128 << doublings;
        let mut span = Span::from_ratio(numerator, NonZeroU32::new(denominator).unwrap());
        for _ in 0..doublings {
            span = span.plus(span);
        }
        let exact = u128::from(numerator) * count;
        let nearest = (exact + u128::from(denominator) / 2) / u128::from(denominator);
        // A sum of exactly a half, rounded down by 2^-64 ns, rounds the other way.
        let on_a_half = (exact * 2) % u128::from(denominator) == 0;
        let difference = u128::from(span.round_ns()).abs_diff(nearest);
        prop_assert!(difference == 0 || (on_a_half && difference == 1));
    }

    #[test]
    fn spans_saturate(a in any::<u64>(), b in any::<u64>()) {
        let sum = Span::from_ns(a).plus(Span::from_ns(b)).round_ns();
        prop_assert_eq!(sum, a.saturating_add(b));
    }
}
