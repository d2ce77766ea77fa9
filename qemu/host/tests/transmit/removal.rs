// SPDX-License-Identifier: GPL-2.0

//! Removes the driver at random instants of a message.

use super::fixture::with_board;
use super::fixture::BOARD;
use crate::amount::{self, Amount};
use crate::fixture::program;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        unloading_is_prompt_at_any_instant,
        unbinding_is_prompt_at_any_instant
    ]
    .on(&BOARD)
    .long()
}

/// The number of instants for each way of removal.
const COUNT: Amount<u32> = Amount::new("MORSE_REMOVALS", 200, 2_000);

fn unloading_is_prompt_at_any_instant() {
    remove("rmmod");
}

fn unbinding_is_prompt_at_any_instant() {
    remove("unbind");
}

fn remove(how: &str) {
    let count = COUNT.get().to_string();
    let seed = amount::seed().to_string();
    with_board(|board| {
        // The bound beyond the time of an empty module, in ms. On the sanitizer kernel the module's
        // size alone takes longer.
        let bound_ms = if board.has_sanitizers() { "1000" } else { "10" };
        note!(
            "{}",
            program(
                board,
                &["contract", "removal", how, bound_ms, &count, &seed]
            )?
        );
        Ok(())
    });
}
