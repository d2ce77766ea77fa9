// SPDX-License-Identifier: GPL-2.0

//! A stream with many readers and bounded memory: who is slow loses the oldest.

use kernel::prelude::*;

/// The last items of a stream. Positions count from the first item that ever was.
pub(crate) struct Stream<T> {
    slots: KVVec<T>,
    end: u64,
}

/// What one reader has read of a stream.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cursor {
    /// The next item.
    pub(crate) position: u64,
    /// Items that were gone before they were read.
    pub(crate) lost: u64,
}

impl<T: Copy> Stream<T> {
    /// Makes an empty stream that keeps the last `capacity` items.
    pub(crate) fn new(capacity: usize, filler: T) -> Result<Self> {
        Ok(Self {
            slots: KVVec::from_elem(filler, capacity, GFP_KERNEL)?,
            end: 0,
        })
    }

    /// Adds an item, in place of the oldest if there is no room.
    pub(crate) fn push(&mut self, item: T) {
        let at = self.index(self.end);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = item;
        }
        self.end += 1;
    }

    /// Returns the position of the next item to come.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Moves `cursor` to the oldest item if it points at one that is gone, and returns how many it
    /// lost by that.
    pub(crate) fn catch_up(&self, cursor: &mut Cursor) -> u64 {
        let oldest = self.end.saturating_sub(self.slots.len() as u64);
        let lost = oldest.saturating_sub(cursor.position);
        cursor.position += lost;
        cursor.lost += lost;
        lost
    }

    /// Returns the item at `position`, if it is there still, or already.
    pub(crate) fn get(&self, position: u64) -> Option<T> {
        let age = self.end.checked_sub(position)?;
        let is_kept = (1..=self.slots.len() as u64).contains(&age);
        self.slots
            .get(self.index(position))
            .copied()
            .filter(|_| is_kept)
    }

    fn index(&self, position: u64) -> usize {
        // The capacity is a power of two, so that this needs no division.
        position as usize & self.slots.len().wrapping_sub(1)
    }
}
