// SPDX-License-Identifier: GPL-2.0

//! `src/code` as a crate for the host.
//!
//! The kernel module compiles the same files as its `mod code`.

#![no_std]
#![forbid(unsafe_code)]

#[path = "../../src/code/mod.rs"]
mod code;

pub use code::*;
