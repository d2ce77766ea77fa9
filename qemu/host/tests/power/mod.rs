// SPDX-License-Identifier: GPL-2.0

//! Sleeping and going down: the lamp is dark meanwhile, nothing that was to be sent is lost, and the key is
//! read anew.

mod down;
mod key;
mod lamp;
mod sleep;

use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    down::tests().and(key::tests()).and(lamp::tests())
}
