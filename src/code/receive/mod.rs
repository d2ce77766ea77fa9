// SPDX-License-Identifier: GPL-2.0

//! Receiving: a ring carries edges out of the interrupt, `debounce` turns them into marks and spaces, and the
//! decoder turns those into text.
//!
//! The decoder keeps the last marks and spaces ([`keyed`](self)), as logarithms. [`fit`](self) finds the fist that
//! most likely sent them, at first and after a change of speed; from then on the running means of [`fist`](self)
//! follow it. Documentation/decoder.md tells how, and how well.

mod cuts;
pub mod debounce;
pub mod decoder;
mod fist;
mod fit;
mod keyed;
mod letter;
mod log;
mod mean;
mod prior;
pub mod ring;
mod sorted;
mod witness;
