// SPDX-License-Identifier: GPL-2.0

//! How much a run is to do, by its environment.

use std::env;
use std::str::FromStr;

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
