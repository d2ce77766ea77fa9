// SPDX-License-Identifier: GPL-2.0

//! The atomics of the ring.
//!
//! They have 32 bits: every architecture that runs Linux with Rust has these inline, but the 32-bit ARM target
//! of the kernel has no inline 64-bit ones. With `--cfg loom`, host tests use the atomics of loom, and try every
//! order of events.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::*;

#[cfg(loom)]
pub(crate) use loom::sync::atomic::*;
