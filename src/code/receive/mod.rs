// SPDX-License-Identifier: GPL-2.0

//! Receiving: a ring carries edges out of the interrupt, they are debounced, and the decoder turns
//! marks and spaces into text.

pub mod debounce;
pub mod decoder;
mod estimate;
mod hand;
mod pending;
pub mod ring;
mod spaces;
