// SPDX-License-Identifier: GPL-2.0
// scripts/test: long

//! Receiving: the key is pressed, from inside the board, and text comes out.
//!
//! All tests share a board, and each leaves the module unloaded and the kernel without a
//! complaint.

mod burst;
mod cost;
mod faux;
mod fixture;
mod hand;
mod inside;
mod operator;
mod storm;
mod ticker;
mod tracepoints;

#[test]
#[ignore = "needs a board: make test"]
fn zz_nothing_has_leaked() {
    morse_board::fixture::nothing_has_leaked();
}
