// SPDX-License-Identifier: GPL-2.0

//! What a run is told by its environment: how much, and again with which seed.

use std::env;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A number from the environment, or its default.
///
/// # Panics
///
/// When the variable is no such number.
pub fn number<T: FromStr>(variable: &str, default: T) -> T {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

/// The seed of this run: that of `MORSE_SEED`, or another one each time.
pub fn seed() -> u64 {
    const SEED: &str = "MORSE_SEED";

    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = number(SEED, now.map_or(0, |now| now.as_secs()));
    println!("again with the same: {SEED}={seed}");
    seed
}
