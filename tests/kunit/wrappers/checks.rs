// SPDX-License-Identifier: GPL-2.0

//! What makes the other cases worth running in a kernel.

use crate::linux::context::Sleepable;

pub(crate) fn overflows_and_debug_assertions_are_checked(_ctx: &Sleepable) {
    assert!(cfg!(CONFIG_RUST_OVERFLOW_CHECKS));
    assert!(cfg!(debug_assertions));
}
