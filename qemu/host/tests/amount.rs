// SPDX-License-Identifier: GPL-2.0

//! The length of a test: the default, full length, or the value of its variable; and the seed of a run.

use std::env;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::runner::report::SEED;

static LONG: AtomicBool = AtomicBool::new(false);

/// Sets whether this run is at full length.
pub fn set_long(is_long: bool) {
    LONG.store(is_long, Ordering::Relaxed);
}

/// An amount: its default, its value at full length, and the variable that overrides both.
pub struct Amount<T> {
    variable: &'static str,
    usual: T,
    long: T,
}

impl<T: FromStr + Copy> Amount<T> {
    /// Makes an amount.
    pub const fn new(variable: &'static str, usual: T, long: T) -> Self {
        Amount {
            variable,
            usual,
            long,
        }
    }

    /// Returns the amount in this run.
    ///
    /// # Panics
    ///
    /// When the variable cannot be parsed.
    pub fn get(&self) -> T {
        match env::var(self.variable) {
            Ok(text) => text
                .parse()
                .unwrap_or_else(|_| panic!("{}={text} is no number", self.variable)),
            Err(_) if LONG.load(Ordering::Relaxed) => self.long,
            Err(_) => self.usual,
        }
    }
}

/// Returns the seed of this run. The runner chooses one if the variable is not set.
pub fn seed() -> u64 {
    Amount::new(SEED, 0, 0).get()
}
