// SPDX-License-Identifier: GPL-2.0

//! Arithmetic and atomics that the kernel lacks or that loom replaces. Nothing here knows Morse.

pub(crate) mod atomic;
pub mod decimal;
pub mod math;
