// SPDX-License-Identifier: GPL-2.0

//! Decimal digits of 64-bit numbers.
//!
//! `core` divides a 64-bit number to print it, and a 32-bit ARM kernel implements that division as a panic.
//! So numbers that may exceed 32 bits are printed through [`Decimal`].

use super::math::div_rem_u64;
use core::{
    fmt,
    num::NonZeroU32, //
};

/// A number that [`Display`](fmt::Display) prints in decimal. It ignores width and other flags.
#[derive(Clone, Copy)]
pub struct Decimal(pub u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BILLION: NonZeroU32 = NonZeroU32::new(1_000_000_000).unwrap();

        match div_rem_u64(self.0, BILLION) {
            (0, low) => write!(f, "{low}"),
            (high, low) => write!(f, "{}{low:09}", Decimal(high)),
        }
    }
}
