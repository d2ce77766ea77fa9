// SPDX-License-Identifier: GPL-2.0

//! The transmit fifo, which holds the symbols to be sent.

use crate::code::Symbol;
use kernel::prelude::*;

/// A bounded fifo of symbols. Its memory is allocated when it is made.
///
/// # Invariants
///
/// `first < slots.len()` and `len <= slots.len()`, which is [`Fifo::CAPACITY`].
pub(crate) struct Fifo {
    slots: KVVec<Option<Symbol>>,
    first: usize,
    len: usize,
}

impl Fifo {
    /// The capacity in symbols.
    pub(crate) const CAPACITY: usize = 4096;

    /// Makes an empty fifo.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            slots: KVVec::from_elem(None, Self::CAPACITY, GFP_KERNEL)?,
            first: 0,
            len: 0,
        })
    }

    /// Returns the number of symbols in the fifo.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns how many symbols can be added.
    pub(crate) fn room(&self) -> usize {
        Self::CAPACITY - self.len
    }

    /// Returns whether the fifo is full.
    pub(crate) fn is_full(&self) -> bool {
        self.len == Self::CAPACITY
    }

    /// Appends a symbol. Returns `false` if the fifo is full.
    pub(crate) fn push(&mut self, symbol: Symbol) -> bool {
        if self.is_full() {
            return false;
        }
        let slot = self.slots.get_mut((self.first + self.len) % Self::CAPACITY);
        if let Some(slot) = slot {
            *slot = Some(symbol);
            self.len += 1;
        }
        true
    }

    /// Removes and returns the oldest symbol.
    pub(crate) fn pop(&mut self) -> Option<Symbol> {
        self.len = self.len.checked_sub(1)?;
        let symbol = self.slots.get_mut(self.first)?.take();
        self.first = (self.first + 1) % Self::CAPACITY;
        symbol
    }

    /// Returns the symbol that was added last.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Symbol> {
        let last = self.len.checked_sub(1)?;
        self.slots
            .get_mut((self.first + last) % Self::CAPACITY)?
            .as_mut()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }
}
