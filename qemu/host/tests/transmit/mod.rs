// SPDX-License-Identifier: GPL-2.0

//! Sending, on a board in virtual time: its exactness, the LEDs, and its prompt end.
//!
//! All tests share one board, and each leaves the module unloaded and the kernel without a
//! complaint.

mod accuracy;
mod beacon;
mod changes;
mod fixture;
mod grid;
mod leds;
mod monitor;
mod removal;
mod samples;

use crate::runner::test::Tests;

/// All of them.
pub fn tests() -> Tests {
    accuracy::tests()
        .and(beacon::tests())
        .and(changes::tests())
        .and(leds::tests())
        .and(monitor::tests())
        .and(removal::tests())
        .and(samples::tests())
}
