// SPDX-License-Identifier: GPL-2.0

//! Arithmetic that 32-bit kernels lack, and atomics that loom replaces. Independent of Morse.

pub(crate) mod atomic;
pub mod decimal;
pub mod math;
