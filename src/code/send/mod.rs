// SPDX-License-Identifier: GPL-2.0

//! Sending: the parser turns bytes into symbols, keying turns symbols into marks and spaces with deadlines.

pub mod keying;
pub mod parser;
mod utf8;
