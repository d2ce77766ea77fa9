// SPDX-License-Identifier: GPL-2.0

//! What each wrapper of `src/linux` promises, one case each. `all.rs` names them all.
//!
//! Everything here is meant for a board in virtual time, where nobody's clock stands still because
//! the host is busy.

pub(crate) mod bhlock;
pub(crate) mod checks;
pub(crate) mod delayed;
mod probe;
pub(crate) mod processors;
pub(crate) mod tasklet;
pub(crate) mod timer;
pub(crate) mod wait;
pub(crate) mod workqueue;
