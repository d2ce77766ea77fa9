// SPDX-License-Identifier: GPL-2.0

//! How much a test does: by default, at full length, or as its variable says; and with which seed.

use std::env;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::runner::report::SEED;

static LONG: AtomicBool = AtomicBool::new(false);

/// Whether this run is one at full length.
pub fn set_long(is_long: bool) {
    LONG.store(is_long, Ordering::Relaxed);
}

/// How much of something there is: usually, and at full length; a variable can say otherwise.
pub struct Amount<T> {
    variable: &'static str,
    usual: T,
    long: T,
}

impl<T: FromStr + Copy> Amount<T> {
    /// An amount.
    pub const fn new(variable: &'static str, usual: T, long: T) -> Self {
        Amount {
            variable,
            usual,
            long,
        }
    }

    /// The one of this run.
    ///
    /// # Panics
    ///
    /// When the variable is no such number.
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

/// The seed of this run, which the runner has chosen if nothing else has.
pub fn seed() -> u64 {
    Amount::new(SEED, 0, 0).get()
}
