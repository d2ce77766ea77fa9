// SPDX-License-Identifier: GPL-2.0
// scripts/test: real-time long

//! Receiving: the key is pressed, from outside the board and from inside, and text comes out.
//!
//! All tests of one clock share a board, and each leaves the module unloaded and the kernel without a
//! complaint.

mod burst;
mod choosing;
mod cost;
mod faux;
mod fixture;
mod hand;
mod inside;
mod interrupts;
mod latency;
mod operator;
mod outside;
mod storm;
mod ticker;
mod tracepoints;

#[test]
#[ignore = "needs a board: make test"]
fn zz_nothing_has_leaked() {
    morse_board::fixture::nothing_has_leaked();
}
