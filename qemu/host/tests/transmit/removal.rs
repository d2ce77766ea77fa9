// SPDX-License-Identifier: GPL-2.0

//! The driver is taken away at random instants of a message.

use morse_board::fixture::program;

use crate::environment::number;
use crate::fixture::with_board;
use crate::seed::seed;

/// How many instants, each way; another number in this variable.
const COUNT: (&str, u32) = ("MORSE_REMOVALS", 200);

#[test]
#[ignore = "needs a board: make test"]
fn unloading_is_prompt_at_any_instant() {
    remove("rmmod");
}

#[test]
#[ignore = "needs a board: make test"]
fn unbinding_is_prompt_at_any_instant() {
    remove("unbind");
}

fn remove(how: &str) {
    let count = number(COUNT.0, COUNT.1).to_string();
    let seed = seed().to_string();
    with_board(|board| {
        // How much longer than an empty module it may take, in ms. On a kernel full of sanitizers
        // the module's size alone takes longer.
        let bound_ms = if board.has_sanitizers() { "1000" } else { "10" };
        print!(
            "{}",
            program(
                board,
                &["contract", "removal", how, bound_ms, &count, &seed]
            )?
        );
        Ok(())
    });
}
