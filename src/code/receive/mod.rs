// SPDX-License-Identifier: GPL-2.0

//! Receiving: a ring carries edges out of the interrupt, `debounce` turns them into marks and spaces, and the
//! decoder turns those into text.

pub mod debounce;
pub mod decoder;
mod estimate;
mod hand;
mod pending;
pub mod ring;
mod spaces;
