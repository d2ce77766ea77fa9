// SPDX-License-Identifier: GPL-2.0

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
mod latency;
mod operator;
mod programs;
mod storm;
mod ticker;
mod tracepoints;

use crate::runner::test::Tests;

/// All of them.
pub fn tests() -> Tests {
    burst::tests()
        .and(cost::tests())
        .and(faux::tests())
        .and(hand::tests())
        .and(inside::tests())
        .and(latency::tests())
        .and(programs::tests())
        .and(storm::tests())
        .and(ticker::tests())
        .and(tracepoints::tests())
}
