// SPDX-License-Identifier: GPL-2.0

//! The state of the queue.

use super::fifo::Fifo;
use crate::code::Spacing;
use kernel::prelude::*;

/// See the [module documentation](self).
pub(super) struct QueueState {
    pub(super) fifo: Fifo,
    pub(super) spacing: Spacing,
    /// A write is in progress; others wait for its end.
    pub(super) writing: bool,
    /// During it, poll(2) found a file not writable, or a write failed with `EAGAIN`.
    pub(super) refused: bool,
    /// The keyer rests in the middle of the symbol that it is sending, with a dark lamp.
    pub(super) is_cut: bool,
    /// Set when the hardware is removed.
    pub(super) gone: bool,
    /// The position after the last symbol of the beacon.
    pub(super) beacon_end: u64,
}

impl QueueState {
    /// An empty queue.
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            fifo: Fifo::new()?,
            spacing: Spacing::new(),
            writing: false,
            refused: false,
            is_cut: false,
            gone: false,
            beacon_end: 0,
        })
    }
}
