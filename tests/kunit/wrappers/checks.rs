// SPDX-License-Identifier: GPL-2.0

//! The checks in the kernel that the other cases rely on.

use crate::linux::context::Sleepable;

pub(crate) fn overflows_and_debug_assertions_are_checked(_ctx: &Sleepable) {
    assert!(cfg!(CONFIG_RUST_OVERFLOW_CHECKS));
    assert!(cfg!(debug_assertions));
}
