// SPDX-License-Identifier: GPL-2.0

//! Marks that are not yet known to be letters.

use super::estimate::{Ratio, Ticks};

/// A mark, and the space after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beat {
    pub(super) mark: Ticks,
    /// `None` while it lasts.
    pub(super) space: Option<Ticks>,
}

/// The marks and spaces since the last letter that was decided.
///
/// While the speed is known these are the elements of one letter. While it is not, they may be several
/// letters, which are told apart when it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    beats: [Beat; Pending::CAPACITY],
    len: usize,
}

/// What the pending marks and spaces are like among themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The shortest and the longest mark.
    pub(super) shortest: Ticks,
    pub(super) longest: Ticks,
    /// The shortest space between two marks, if there are two.
    pub(super) shortest_space: Option<Ticks>,
}

/// Marks at least this much apart are a dot and a dash: below the 2 of the shortest dashes to be
/// understood, by the jitter of both; above 1.2 / 0.8, the jitter of one kind.
const MIXED: Ratio = Ratio::sixteenths(25);

impl Shape {
    /// Whether there are both dots and dashes.
    pub(super) const fn is_mixed(self) -> bool {
        self.longest.exceeds(MIXED, self.shortest)
    }
}

impl Pending {
    /// More than three times the longest code.
    pub(super) const CAPACITY: usize = 32;

    pub(super) const EMPTY: Pending = Pending {
        beats: [Beat {
            mark: Ticks(0),
            space: None,
        }; Pending::CAPACITY],
        len: 0,
    };

    pub(super) fn beats(&self) -> &[Beat] {
        self.beats.get(..self.len).unwrap_or(&[])
    }

    pub(super) fn is_full(&self) -> bool {
        self.len >= Self::CAPACITY
    }

    /// Adds a mark, if there is room.
    pub(super) fn push(&mut self, mark: Ticks) {
        if let Some(beat) = self.beats.get_mut(self.len) {
            *beat = Beat { mark, space: None };
            self.len = self.len.saturating_add(1);
        }
    }

    /// Ends the space behind the last mark.
    pub(super) fn end_space(&mut self, space: Ticks) {
        if let Some(last) = self.len.checked_sub(1) {
            if let Some(beat) = self.beats.get_mut(last) {
                beat.space = Some(space);
            }
        }
    }

    /// Forgets the oldest `count` marks.
    pub(super) fn remove(&mut self, count: usize) {
        let kept = self.len.saturating_sub(count);
        for to in 0..kept {
            let from = self.beats.get(to.saturating_add(count)).copied();
            if let (Some(from), Some(to)) = (from, self.beats.get_mut(to)) {
                *to = from;
            }
        }
        self.len = kept;
    }

    /// What the marks are like, if there are any.
    pub(super) fn shape(&self) -> Option<Shape> {
        let (first, rest) = self.beats().split_first()?;
        let mut shape = Shape {
            shortest: first.mark,
            longest: first.mark,
            shortest_space: first.space,
        };
        for beat in rest {
            shape.shortest = shape.shortest.min(beat.mark);
            shape.longest = shape.longest.max(beat.mark);
            shape.shortest_space = match (shape.shortest_space, beat.space) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        Some(shape)
    }
}
