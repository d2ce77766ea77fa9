// SPDX-License-Identifier: GPL-2.0

//! Division of 64-bit numbers.
//!
//! A 32-bit ARM kernel has no `__aeabi_uldivmod`, so every 64-bit division at run time uses the function
//! here. None is on a fast path.

use core::num::{
    NonZeroU32,
    NonZeroU64, //
};

/// `dividend / divisor` and `dividend % divisor`.
pub fn div_rem_u64(dividend: u64, divisor: NonZeroU32) -> (u64, u32) {
    if cfg!(target_pointer_width = "64") {
        let divisor = NonZeroU64::from(divisor);
        // The remainder is less than the divisor, which has 32 bits.
        (dividend / divisor, (dividend % divisor) as u32)
    } else {
        long_division(dividend, divisor)
    }
}

/// Whole milliseconds in `ns` nanoseconds.
pub fn ns_to_ms(ns: u64) -> u64 {
    const NS_PER_MS: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

    div_rem_u64(ns, NS_PER_MS).0
}

/// Division by shifting and subtracting, for machines without a 64-bit divider.
pub fn long_division(dividend: u64, divisor: NonZeroU32) -> (u64, u32) {
    let divisor = u64::from(divisor.get());
    let mut quotient = 0;
    let mut remainder = 0;
    let mut bits = dividend;
    for _ in 0..u64::BITS {
        // The remainder is less than the divisor, so it has 32 bits and can be doubled.
        remainder = (remainder << 1) | (bits >> (u64::BITS - 1));
        bits <<= 1;
        quotient <<= 1;
        if remainder >= divisor {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    (quotient, remainder as u32)
}
