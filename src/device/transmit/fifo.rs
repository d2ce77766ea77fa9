// SPDX-License-Identifier: GPL-2.0

//! The transmit fifo: the symbols to be sent, and the position of each.
//!
//! Positions count symbols since the device was made. The fifo holds the last ones. The symbol that the
//! keyer has taken keeps its position until it is sent or aborted and the lamp is dark.

use crate::code::{
    Code,
    Gap,
    Sink,
    Symbol, //
};
use crate::device::stream::Stream;
use kernel::prelude::*;

/// A bounded fifo of symbols. Its memory is allocated when it is made.
///
/// # Invariants
///
/// `symbols` holds the symbols from position `head` on, at most [`Fifo::CAPACITY`].
pub(super) struct Fifo {
    symbols: Stream<Symbol>,
    /// The position of the first symbol in the fifo.
    head: u64,
    /// The position of the symbol that the keyer is sending.
    pub(super) keying: Option<u64>,
}

impl Fifo {
    /// The capacity in symbols.
    const CAPACITY: usize = 4096;

    /// Makes an empty fifo.
    pub(super) fn new() -> Result<Self> {
        let filler = Symbol {
            code: Code::EMPTY,
            gap: Gap::Word,
        };
        // INVARIANT: There are no symbols from position 0 on.
        Ok(Self {
            symbols: Stream::new(Self::CAPACITY, filler)?,
            head: 0,
            keying: None,
        })
    }

    /// Returns the position of the next symbol to be added.
    pub(super) fn accepted(&self) -> u64 {
        self.symbols.end()
    }

    /// Returns the number of symbols in the fifo.
    pub(super) fn len(&self) -> usize {
        (self.symbols.end() - self.head) as usize
    }

    /// Returns how many symbols can be added.
    pub(super) fn room(&self) -> usize {
        Self::CAPACITY - self.len()
    }

    /// Removes the oldest symbol for the keyer, which has sent the one before.
    pub(super) fn pop(&mut self) -> Option<Symbol> {
        let symbol = self.symbols.get(self.head);
        self.keying = symbol.is_some().then_some(self.head);
        self.head += u64::from(symbol.is_some());
        symbol
    }

    pub(super) fn clear(&mut self) {
        self.head = self.symbols.end();
    }

    /// Returns whether no symbol is queued or being sent.
    pub(super) fn is_idle(&self) -> bool {
        self.len() == 0 && self.keying.is_none()
    }

    /// Returns whether the symbols before position `end` are sent or aborted, and the lamp is dark.
    pub(super) fn is_sent(&self, end: u64) -> bool {
        self.head >= end && self.keying.is_none_or(|position| position >= end)
    }
}

impl Sink for Fifo {
    fn push(&mut self, symbol: Symbol) -> bool {
        let has_room = self.room() > 0;
        if has_room {
            self.symbols.push(symbol);
        }
        has_room
    }

    fn amend(&mut self, from: Code, to: Code) {
        if self.len() > 0 {
            if let Some(last) = self.symbols.last_mut() {
                last.code = to;
            }
        } else if self.keying.is_some() {
            // The keyer has the letter already. A symbol joined to it lengthens it.
            if let Some(code) = to.strip_start(from) {
                let gap = Gap::Joined;
                self.push(Symbol { code, gap });
            }
        }
    }
}
