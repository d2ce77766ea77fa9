// SPDX-License-Identifier: GPL-2.0

//! Faults around the driver: hardware that is described wrongly, taken, or late, and allocations that
//! fail.

mod allocations;
mod hardware;

use crate::runner::test::Tests;

/// All of them.
pub fn tests() -> Tests {
    allocations::tests().and(hardware::tests())
}
