// SPDX-License-Identifier: GPL-2.0

//! Lengths in order, and the places where they may be cut into kinds.

use super::{
    keyed::Keyed,
    log::{
        above,
        Log, //
    }, //
};

/// A place where sorted lengths may be cut, with the sums over all below it.
#[derive(Clone, Copy)]
struct Place {
    /// Above all below it; [`Log::MIN`] if there is none.
    low: Log,
    /// The shortest above it; [`Log::MAX`] if there is none.
    high: Log,
    count: u32,
    /// Of the excess of each over the shortest, which is small enough to be squared and added up in 32 bits.
    sum: u32,
    squares: u32,
}

/// Sorted lengths. They may be cut at the ends, and between neighbours that are not too near each other.
pub(super) struct Sorted {
    places: [Place; Sorted::PLACES],
    /// The index of the last place.
    last: usize,
    shortest: Log,
}

/// The lengths between two places of a [`Sorted`].
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) count: u32,
    /// 0 for no lengths.
    pub(super) mean: Log,
    /// The sum of the squared differences from the mean.
    pub(super) squares: i32,
}

impl Sorted {
    /// As many places, at most, bound the search.
    const PLACES: usize = 16;

    /// Neighbours nearer than this, 4 %, are of one kind.
    const NEAR: Log = 16;

    pub(super) fn new(lengths: impl Iterator<Item = Log>) -> Self {
        let mut all = [0; Keyed::CAPACITY];
        let mut count = 0;
        for length in lengths.take(Keyed::CAPACITY) {
            // Each one above it makes room for it.
            let mut last = length;
            for place in all.iter_mut().take(count) {
                if last < *place {
                    core::mem::swap(place, &mut last);
                }
            }
            if let Some(place) = all.get_mut(count) {
                *place = last;
            }
            count += 1;
        }
        let mut sorted = Self {
            places: [Place {
                low: Log::MIN,
                high: Log::MAX,
                count: 0,
                sum: 0,
                squares: 0,
            }; Self::PLACES],
            last: 0,
            shortest: all[0],
        };
        let mut near = Self::NEAR;
        while !sorted.find_places(all.get(..count).unwrap_or(&[]), near) {
            near *= 2;
        }
        sorted
    }

    /// Finds the places between lengths that are not nearer than `near`. Returns whether there is room for all.
    fn find_places(&mut self, lengths: &[Log], near: Log) -> bool {
        self.last = 0;
        let [first, ..] = &mut self.places;
        first.high = lengths.first().copied().unwrap_or(Log::MAX);
        let mut place = *first;
        let mut rest = lengths;
        while let [length, tail @ ..] = rest {
            rest = tail;
            let off = above(*length, self.shortest).max(0) as u32;
            place.count += 1;
            place.sum += off;
            place.squares += off * off;
            place.low = *length + 1;
            place.high = tail.first().copied().unwrap_or(Log::MAX);
            if place.high == Log::MAX || place.high - *length >= near {
                self.last += 1;
                let Some(at) = self.places.get_mut(self.last) else {
                    return false;
                };
                *at = place;
            }
        }
        true
    }

    /// The index of the last place, which is above all lengths. The first is 0.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    fn place(&self, index: usize) -> Place {
        let [first, ..] = &self.places;
        *self.places.get(index).unwrap_or(first)
    }

    /// The shortest length above a place; longer than any if there is none.
    pub(super) fn from(&self, index: usize) -> Log {
        self.place(index).high
    }

    /// A border at this place, `wanted` if it is there.
    pub(super) fn border(&self, index: usize, wanted: Log) -> Log {
        let place = self.place(index);
        wanted.min(place.high).max(place.low)
    }

    /// The middle of the lengths on either side of a place; just beyond the outermost one at the ends.
    pub(super) fn middle(&self, index: usize) -> Option<Log> {
        match self.place(index) {
            Place {
                low: Log::MIN,
                high: Log::MAX,
                ..
            } => None,
            Place {
                low: Log::MIN,
                high,
                ..
            } => Some(high - 1),
            Place {
                low,
                high: Log::MAX,
                ..
            } => Some(low),
            Place { low, high, .. } => Some((low + high) / 2),
        }
    }

    /// The lengths from one place up to another.
    pub(super) fn run(&self, start: usize, end: usize) -> Run {
        let (start, end) = (self.place(start), self.place(end));
        let count = end.count.saturating_sub(start.count);
        let Some(divisor) = core::num::NonZeroU32::new(count) else {
            return Run {
                count: 0,
                mean: 0,
                squares: 0,
            };
        };
        let sum = end.sum - start.sum;
        let squares = end.squares - start.squares;
        Run {
            count,
            mean: self.shortest + (sum / divisor) as Log,
            squares: squares.saturating_sub(sum * sum / divisor) as i32,
        }
    }
}
