// SPDX-License-Identifier: GPL-2.0

//! The pure Morse code of the driver as a crate of its own, for hosts.
//!
//! The kernel module compiles the very same files as its `mod code`.

#![no_std]
#![forbid(unsafe_code)]

#[path = "../../src/code/mod.rs"]
mod code;

pub use code::*;
