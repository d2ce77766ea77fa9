// SPDX-License-Identifier: GPL-2.0

//! The atomics of the ring: the one line to change for others.
//!
//! Only those of 32 bits are used, which every architecture that runs Linux with Rust has inline; the
//! 32-bit ARM target of the kernel has no inline 64-bit ones. Under `--cfg loom` the host tests put
//! loom's in their place and try every order of events.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::*;

#[cfg(loom)]
pub(crate) use loom::sync::atomic::*;
