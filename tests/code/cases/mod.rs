// SPDX-License-Identifier: GPL-2.0

//! Tests of `src/code` that run on the host under cargo, and in a kernel under KUnit, with overflow checks,
//! debug assertions and sanitizers.
//!
//! A case is a function that panics if it fails. Cases follow the rules of the code under test: no allocation,
//! no floating point, and a stack of a few KiB. `all.rs` lists every case; the compiler reports one that is
//! missing there as dead code. Tests that need a host (proptest, threads, millions of inputs) are in
//! `properties/`.

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
