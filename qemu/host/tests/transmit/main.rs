// SPDX-License-Identifier: GPL-2.0
// scripts/test: long

//! Sending, on a board in virtual time: how exact it is, what the LEDs show, and that it ends at once.
//!
//! All tests share one board, and each leaves the module unloaded and the kernel without a
//! complaint.

mod accuracy;
mod beacon;
mod changes;
#[path = "../common/environment.rs"]
mod environment;
mod fixture;
mod grid;
mod leds;
mod removal;
mod samples;
#[path = "../common/seed.rs"]
mod seed;

#[test]
#[ignore = "needs a board: make test"]
fn zz_nothing_has_leaked() {
    morse_board::fixture::nothing_has_leaked();
}
