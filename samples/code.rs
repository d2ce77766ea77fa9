// SPDX-License-Identifier: GPL-2.0

//! The parts of `src/code` that the samples use: the ring that carries data out of an interrupt, and the code
//! that prints numbers of 64 bits.

#[path = "../src/code/util/atomic.rs"]
pub(crate) mod atomic;
#[path = "../src/code/util/decimal.rs"]
pub mod decimal;
#[path = "../src/code/util/math.rs"]
pub mod math;
#[path = "../src/code/receive/ring.rs"]
pub mod ring;

/// The paths that they have in the driver.
pub mod util {
    pub(crate) use super::atomic;
    pub use super::{decimal, math};
}
