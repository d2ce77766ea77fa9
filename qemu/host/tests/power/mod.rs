// SPDX-License-Identifier: GPL-2.0

//! Sleep and shutdown: the lamp is dark meanwhile, no queued character is lost, and the driver reads the key
//! again after waking up.

mod down;
mod key;
mod lamp;
pub mod sleep;
mod waiting;

use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    down::tests()
        .and(key::tests())
        .and(lamp::tests())
        .and(waiting::tests())
        .waiting()
}
