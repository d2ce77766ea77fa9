// SPDX-License-Identifier: GPL-2.0

//! The driver is taken away at random instants of a message.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use morse_board::fixture::program;

use crate::fixture::with_board;

/// How many instants, each way; another number in this variable.
const COUNT: (&str, &str) = ("MORSE_REMOVALS", "200");
/// The variable for the seed of a run that is to be repeated.
const SEED: &str = "MORSE_SEED";

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
    let count = env::var(COUNT.0).unwrap_or_else(|_| COUNT.1.to_owned());
    let seed = env::var(SEED).unwrap_or_else(|_| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |now| now.as_secs()).to_string()
    });
    println!("again with the same instants: {SEED}={seed}");
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
