// SPDX-License-Identifier: GPL-2.0

//! The seed of a run, to be told so that it can be repeated.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::environment::number;

/// The seed of this run: that of `MORSE_SEED`, or another one each time.
pub fn seed() -> u64 {
    const SEED: &str = "MORSE_SEED";

    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = number(SEED, now.map_or(0, |now| now.as_secs()));
    println!("again with the same: {SEED}={seed}");
    seed
}
