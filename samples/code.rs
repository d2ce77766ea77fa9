// SPDX-License-Identifier: GPL-2.0

//! What the samples take of `src/code`: the ring that carries data out of an interrupt.

#[path = "../src/code/util/atomic.rs"]
pub(crate) mod atomic;
#[path = "../src/code/receive/ring.rs"]
pub mod ring;

/// The path by which the ring finds its atomics.
pub mod util {
    pub(crate) use super::atomic;
}
