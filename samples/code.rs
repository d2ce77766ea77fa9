// SPDX-License-Identifier: GPL-2.0

//! What the samples take of `src/code`: the ring that carries data out of an interrupt.

#[path = "../src/code/atomic.rs"]
mod atomic;
#[path = "../src/code/ring.rs"]
pub mod ring;
