// SPDX-License-Identifier: GPL-2.0

//! A stream with many readers and bounded memory: a slow reader loses the oldest items.

use kernel::prelude::*;

/// The last items of a stream. Positions count all items since the stream was made.
pub(crate) struct Stream<T> {
    slots: KVVec<T>,
    end: u64,
}

/// The progress of one reader of a stream.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cursor {
    /// The position of the next item to read.
    pub(crate) position: u64,
    /// The number of items that were overwritten before they were read.
    pub(crate) lost: u64,
}

impl<T: Copy> Stream<T> {
    /// Makes an empty stream that keeps the last `capacity` items, a power of two.
    pub(crate) fn new(capacity: usize, filler: T) -> Result<Self> {
        Ok(Self {
            slots: KVVec::from_elem(filler, capacity, GFP_KERNEL)?,
            end: 0,
        })
    }

    /// Appends an item. If the stream is full, it overwrites the oldest.
    pub(crate) fn push(&mut self, item: T) {
        let at = self.index(self.end);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = item;
        }
        self.end += 1;
    }

    /// Returns the position of the next item to be pushed.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Moves `cursor` to the oldest item if its item has been overwritten, and returns the number of items
    /// that it lost.
    pub(crate) fn catch_up(&self, cursor: &mut Cursor) -> u64 {
        let oldest = self.end.saturating_sub(self.slots.len() as u64);
        let lost = oldest.saturating_sub(cursor.position);
        cursor.position += lost;
        cursor.lost += lost;
        lost
    }

    /// Returns the item at `position`; `None` if it was overwritten or not pushed yet.
    pub(crate) fn get(&self, position: u64) -> Option<T> {
        let age = self.end.checked_sub(position)?;
        let is_kept = (1..=self.slots.len() as u64).contains(&age);
        self.slots
            .get(self.index(position))
            .copied()
            .filter(|_| is_kept)
    }

    /// Returns the item that was pushed last.
    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        let last = self.index(self.end.checked_sub(1)?);
        self.slots.get_mut(last)
    }

    fn index(&self, position: u64) -> usize {
        // A mask in place of a division, as the capacity is a power of two.
        position as usize & self.slots.len().wrapping_sub(1)
    }
}
