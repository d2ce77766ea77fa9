// SPDX-License-Identifier: GPL-2.0

//! The two mechanisms of the softirq, each of which has to pass.

use morse_board::driver::MECHANISMS;
use morse_board::{Board, Options, Result};

use crate::fresh::with_board;

/// Runs a test for each of the mechanisms, on one board.
pub fn with_each(options: Options, mut test: impl FnMut(&mut Board) -> Result<()>) {
    with_board(options, |board| {
        MECHANISMS.into_iter().try_for_each(|mechanism| {
            println!("softirq={mechanism}");
            board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
            test(board)?;
            board.run("rmmod morse").map(drop)
        })
    });
}
