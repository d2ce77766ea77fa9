// SPDX-License-Identifier: GPL-2.0

//! Lengths of time as logarithms.
//!
//! A hand's errors are proportional to its lengths, so the decoder only compares logarithms of lengths.
//! There is no floating point in the kernel; 256 steps to an octave are 0.27 % each.

/// The logarithm of a length to the base 2, in [`OCTAVE`]ths, of a unit of 1.024 us.
pub(super) type Log = i32;

/// A factor of two.
pub(super) const OCTAVE: Log = 1 << FRACTION_BITS;

const FRACTION_BITS: u32 = 8;

/// Nanoseconds to units of 1.024 us.
const NS_SHIFT: u32 = 10;

/// Squares of differences are added up in 32 bits, so a difference counts as eight octaves at most.
pub(super) const FAR: Log = 8 * OCTAVE - 1;

/// The logarithm of a length in nanoseconds; at least 0, and at most that of 73 minutes.
pub(super) const fn log(ns: u64) -> Log {
    let units = ns >> NS_SHIFT;
    let units = if units > u32::MAX as u64 {
        u32::MAX
    } else if units == 0 {
        1
    } else {
        units as u32
    };
    let zeros = units.leading_zeros();
    // 1 to 2, where 1 is the second highest bit: squaring it doubles the logarithm, so that each square shows one
    // bit of the fraction.
    let mut mantissa = (units << zeros) >> 1;
    let mut fraction = 0;
    let mut bit = 0;
    while bit < FRACTION_BITS {
        let square = ((mantissa as u64 * mantissa as u64) >> 30) as u32;
        let carry = square >> 31;
        mantissa = square >> carry;
        fraction = (fraction << 1) | carry;
        bit += 1;
    }
    (((31 - zeros) << FRACTION_BITS) | fraction) as Log
}

/// The length in nanoseconds.
pub(super) const fn ns(log: Log) -> u64 {
    /// The roots of two: 2^(1/2), 2^(1/4), ..., where 1 is bit 30.
    const ROOTS: [u32; FRACTION_BITS as usize] = [
        1_518_500_250,
        1_276_901_417,
        1_170_923_762,
        1_121_280_436,
        1_097_253_708,
        1_085_434_106,
        1_079_572_136,
        1_076_653_032,
    ];
    let log = if log < 0 { 0 } else { log as u32 };
    let octaves = log >> FRACTION_BITS;
    let octaves = if octaves > 31 { 31 } else { octaves };
    let mut mantissa = 1_u64 << 30;
    let mut rest: &[u32] = &ROOTS;
    let mut bit = 1 << (FRACTION_BITS - 1);
    while let [root, tail @ ..] = rest {
        if log & bit != 0 {
            mantissa = (mantissa * *root as u64) >> 30;
        }
        bit >>= 1;
        rest = tail;
    }
    (mantissa << octaves) >> (30 - NS_SHIFT)
}

/// How far `a` is above `b`, within [`FAR`].
pub(super) const fn above(a: Log, b: Log) -> Log {
    let difference = a - b;
    if difference > FAR {
        FAR
    } else if difference < -FAR {
        -FAR
    } else {
        difference
    }
}
