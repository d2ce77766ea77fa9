// SPDX-License-Identifier: GPL-2.0

//! The documented behaviour of each wrapper of `src/linux`, with a case for each statement. `all.rs` lists them.
//!
//! The cases need a board in virtual time, whose clock does not depend on the load of the host.

pub(crate) mod bhlock;
pub(crate) mod checks;
pub(crate) mod delayed;
mod probe;
pub(crate) mod processors;
pub(crate) mod tasklet;
pub(crate) mod timer;
pub(crate) mod wait;
pub(crate) mod workqueue;
