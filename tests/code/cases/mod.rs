// SPDX-License-Identifier: GPL-2.0

//! Tests of the pure code that run in two worlds: on the host under cargo, and inside a kernel under
//! KUnit, where overflow checks, debug assertions and the sanitizers look on.
//!
//! A case is a function that panics when something is wrong. Here it is as in the code itself: no
//! allocation, no floating point, and a stack of a few KiB. `all.rs` names every case; a case that it
//! forgets is dead code, of which the compiler tells. Whatever wants a host (proptest, threads, sweeps
//! over millions of inputs) is in `tests/`.

pub(crate) mod alphabet;
pub(crate) mod debounce;
pub(crate) mod decoder;
pub(crate) mod encoder;
pub(crate) mod keying;
pub(crate) mod math;
pub(crate) mod operator;
pub(crate) mod ring;
pub(crate) mod rng;
pub(crate) mod store;
pub(crate) mod timing;
