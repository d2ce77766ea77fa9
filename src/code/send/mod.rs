// SPDX-License-Identifier: GPL-2.0

//! Sending: written bytes become symbols, and symbols become marks and spaces with deadlines.

pub mod keying;
pub mod parser;
mod utf8;
