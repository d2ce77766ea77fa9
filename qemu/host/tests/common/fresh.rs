// SPDX-License-Identifier: GPL-2.0

//! A board of its own for each test.

use morse_board::{Board, Options, Result};

use crate::keyless::{boot, on_board};

/// Boots a board without a wired key, and does as [`on_board`].
///
/// # Panics
///
/// When the test fails.
pub fn with_board(options: Options, test: impl FnOnce(&mut Board) -> Result<()>) {
    let outcome = boot(options).and_then(|mut board| on_board(&mut board, test));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
