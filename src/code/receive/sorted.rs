// SPDX-License-Identifier: GPL-2.0

//! Lengths in order, of which any run has its mean and scatter at once.

use super::{
    keyed::Keyed,
    log::{
        above,
        Log, //
    }, //
};

/// Sorted lengths, with the sums over the first ones.
pub(super) struct Sorted {
    lengths: [Log; Keyed::CAPACITY],
    len: usize,
    /// Of the excess of each over the shortest, which is small enough to be squared and added up in 32 bits.
    sums: [u32; Keyed::CAPACITY + 1],
    squares: [u32; Keyed::CAPACITY + 1],
}

/// Some neighbours in a [`Sorted`].
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) count: usize,
    /// 0 for no lengths.
    pub(super) mean: Log,
    /// The sum of the squared differences from the mean.
    pub(super) squares: i32,
}

impl Sorted {
    pub(super) fn new(lengths: impl Iterator<Item = Log>) -> Self {
        let mut sorted = Self {
            lengths: [0; Keyed::CAPACITY],
            len: 0,
            sums: [0; Keyed::CAPACITY + 1],
            squares: [0; Keyed::CAPACITY + 1],
        };
        for length in lengths.take(Keyed::CAPACITY) {
            let at = sorted.all().partition_point(|other| *other <= length);
            sorted.lengths.copy_within(at..sorted.len, at + 1);
            if let Some(place) = sorted.lengths.get_mut(at) {
                *place = length;
            }
            sorted.len += 1;
        }
        let shortest = sorted.lengths[0];
        let (mut sum, mut squares) = (0, 0);
        let sums = sorted.sums.iter_mut().zip(sorted.squares.iter_mut());
        for ((at_sum, at_squares), length) in sums.skip(1).zip(sorted.lengths) {
            let off = above(length, shortest).max(0) as u32;
            sum += off;
            squares += off * off;
            (*at_sum, *at_squares) = (sum, squares);
        }
        sorted
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn all(&self) -> &[Log] {
        self.lengths.get(..self.len).unwrap_or(&[])
    }

    /// The shortest length of all but the first `cut`; longer than any if there is none.
    pub(super) fn from(&self, cut: usize) -> Log {
        self.all().get(cut).copied().unwrap_or(Log::MAX)
    }

    /// A border within the cut, `wanted` if it is there.
    pub(super) fn border(&self, cut: usize, wanted: Log) -> Log {
        let low = cut
            .checked_sub(1)
            .and_then(|last| self.all().get(last))
            .map_or(Log::MIN, |last| *last + 1);
        wanted.min(self.from(cut)).max(low)
    }

    /// The middle of the lengths on either side of a cut; just beyond the outermost one at the ends.
    pub(super) fn middle(&self, cut: usize) -> Option<Log> {
        let all = self.all();
        let below = cut.checked_sub(1).and_then(|last| all.get(last)).copied();
        match (below, all.get(cut).copied()) {
            (Some(below), Some(above)) => Some((below + above + 1) / 2),
            (Some(below), None) => Some(below + 1),
            (None, Some(above)) => Some(above - 1),
            (None, None) => None,
        }
    }

    /// The lengths from one index up to another.
    pub(super) fn run(&self, start: usize, end: usize) -> Run {
        let at = |sums: &[u32], index: usize| sums.get(index).copied().unwrap_or(0);
        let count = end.saturating_sub(start);
        let Some(divisor) = core::num::NonZeroU32::new(count as u32) else {
            return Run {
                count: 0,
                mean: 0,
                squares: 0,
            };
        };
        let sum = at(&self.sums, end) - at(&self.sums, start);
        let squares = at(&self.squares, end) - at(&self.squares, start);
        Run {
            count,
            mean: self.lengths[0] + (sum / divisor) as Log,
            squares: squares.saturating_sub(sum * sum / divisor) as i32,
        }
    }
}
