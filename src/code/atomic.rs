// SPDX-License-Identifier: GPL-2.0

//! The atomics of the ring: the one line to change for others.
//!
//! Only 32-bit loads and stores are used, which every architecture that runs Linux has inline; the
//! 32-bit ARM target of the kernel has no inline 64-bit ones. Under `--cfg loom` the host tests put
//! loom's in their place and try every order of events.

#[cfg(not(loom))]
pub(super) use core::sync::atomic::{AtomicU32, Ordering};

#[cfg(loom)]
pub(super) use loom::sync::atomic::{AtomicU32, Ordering};
