// SPDX-License-Identifier: GPL-2.0

//! 64-bit division in software, decimals printed with it, and sums of fractions.

use core::{
    fmt::{self, Write},
    num::NonZeroU32,
};

use super::rng::Rng;
use crate::code::util::math::{div_rem_u64, long_division};
use crate::code::{Decimal, Span};

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
        // Dividends of every length.
        let dividend = rng.next() >> rng.below(64);
        let divisor = (rng.next() as u32) >> rng.below(32);
        divides(dividend, NonZeroU32::new(divisor.max(1)).unwrap());
    }
}

/// The most digits that a number of 64 bits has.
const DIGITS: usize = 20;

/// A buffer for a printed number.
#[derive(Default)]
struct Printed {
    digits: [u8; DIGITS],
    len: usize,
}

impl Write for Printed {
    fn write_str(&mut self, digits: &str) -> fmt::Result {
        let end = self.len + digits.len();
        let room = self.digits.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(digits.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Checks the printed form of `number`: parsing it returns the number, and it has no leading zero.
fn reads_back(number: u64) {
    let mut printed = Printed::default();
    assert!(write!(printed, "{}", Decimal(number)).is_ok());
    let digits = core::str::from_utf8(&printed.digits[..printed.len]).unwrap();
    assert!(digits.parse() == Ok(number));
    assert!(!digits.starts_with('+'));
    assert!(!digits.starts_with('0') || number == 0 && digits == "0");
}

pub(crate) fn decimals_read_back() {
    let mut power = 1_u64;
    for _ in 0..DIGITS {
        for number in [power - 1, power, power + 1] {
            reads_back(number);
        }
        power = power.saturating_mul(10).min(u64::MAX - 1);
    }
    let mut rng = Rng::new(1);
    for _ in 0..1000 {
        reads_back(rng.next() >> rng.below(64));
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
