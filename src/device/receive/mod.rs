// SPDX-License-Identifier: GPL-2.0

//! The receive side: from the edges of the key to text for readers.

pub(super) mod buffer;
pub(super) mod deliver;
pub(super) mod gap;
pub(super) mod irq;
pub(super) mod key;
pub(super) mod level;
pub(super) mod line;
mod rates;
pub(super) mod receiver;
mod session;
pub(super) mod softirq;
pub(super) mod state;
pub(super) mod text;
pub(super) mod ticker;
