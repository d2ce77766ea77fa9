// SPDX-License-Identifier: GPL-2.0

//! The state of the queue: the fifo, and the position of each symbol.
//!
//! Positions count symbols since the device was made. The fifo holds the last ones. The symbol that the
//! keyer has taken keeps its position until it is sent or aborted and the lamp is dark.

use super::fifo::Fifo;
use crate::code::{
    Code,
    Gap,
    Sink,
    Spacing,
    Symbol, //
};
use kernel::prelude::*;

/// See the [module documentation](self).
pub(super) struct QueueState {
    pub(super) fifo: Fifo,
    pub(super) spacing: Spacing,
    /// A write is in progress; others wait for its end.
    pub(super) writing: bool,
    /// During it, poll(2) found a file not writable, or a write failed with `EAGAIN`.
    pub(super) refused: bool,
    /// The position of the symbol that the keyer is sending.
    pub(super) keying: Option<u64>,
    /// The keyer rests in the middle of that symbol, with a dark lamp.
    pub(super) is_cut: bool,
    /// Set when the hardware is removed.
    pub(super) gone: bool,
    /// The position of the next symbol.
    pub(super) accepted: u64,
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
            keying: None,
            is_cut: false,
            gone: false,
            accepted: 0,
            beacon_end: 0,
        })
    }

    /// Returns the position of the first symbol in the fifo.
    pub(super) fn head(&self) -> u64 {
        self.accepted - self.fifo.len() as u64
    }

    /// Returns whether no symbol is queued or being sent.
    pub(super) fn is_idle(&self) -> bool {
        self.fifo.len() == 0 && self.keying.is_none()
    }

    /// Returns whether the symbols before position `end` are sent or aborted, and the lamp is dark.
    pub(super) fn is_sent(&self, end: u64) -> bool {
        self.head() >= end && self.keying.is_none_or(|position| position >= end)
    }

    /// Returns the end of the fifo, as the sink of a parser.
    pub(super) fn sink(&mut self) -> (&mut Spacing, FifoEnd<'_>) {
        let end = FifoEnd {
            is_keying: self.keying.is_some(),
            fifo: &mut self.fifo,
            accepted: &mut self.accepted,
        };
        (&mut self.spacing, end)
    }
}

/// The end of the fifo, to which a parser writes.
pub(super) struct FifoEnd<'a> {
    fifo: &'a mut Fifo,
    accepted: &'a mut u64,
    is_keying: bool,
}

impl Sink for FifoEnd<'_> {
    fn push(&mut self, symbol: Symbol) -> bool {
        let room = self.fifo.push(symbol);
        *self.accepted += u64::from(room);
        room
    }

    fn amend(&mut self, from: Code, to: Code) {
        if let Some(last) = self.fifo.last_mut() {
            last.code = to;
        } else if self.is_keying {
            // The keyer has the letter already. A symbol joined to it lengthens it.
            if let Some(code) = to.strip_start(from) {
                let gap = Gap::Joined;
                self.push(Symbol { code, gap });
            }
        }
    }
}
