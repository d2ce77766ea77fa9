// SPDX-License-Identifier: GPL-2.0

//! Marks that are not yet known to be letters.

use super::estimate::{Ratio, Ticks};

/// A mark, and the space after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    pub(crate) mark: Ticks,
    /// `None` while it lasts.
    pub(crate) space: Option<Ticks>,
}

/// The marks and spaces since the last letter that was decided.
///
/// While the speed is known these are the elements of one letter. While it is not, they may be several
/// letters, which are told apart when it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    beats: [Beat; Pending::CAPACITY],
    len: usize,
    /// What they are like, if there are any. Kept up to date, so that a letter that takes long costs no
    /// more for each mark.
    shape: Option<Shape>,
}

/// What the pending marks and spaces are like among themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The shortest and the longest mark.
    pub(crate) shortest: Ticks,
    pub(crate) longest: Ticks,
    /// The shortest space between two marks, if there are two.
    pub(crate) shortest_space: Option<Ticks>,
}

/// Marks at least this much apart are a dot and a dash: below the 2 of the shortest dashes to be
/// understood, by the jitter of both; above 1.2 / 0.8, the jitter of one kind.
const MIXED: Ratio = Ratio::sixteenths(25);

impl Shape {
    /// What one mark is like.
    const fn of(mark: Ticks) -> Shape {
        Shape {
            shortest: mark,
            longest: mark,
            shortest_space: None,
        }
    }

    /// With a mark more.
    fn and_mark(self, mark: Ticks) -> Shape {
        Shape {
            shortest: self.shortest.min(mark),
            longest: self.longest.max(mark),
            ..self
        }
    }

    /// With a space more.
    fn and_space(self, space: Ticks) -> Shape {
        let shortest = self.shortest_space.map_or(space, |other| other.min(space));
        Shape {
            shortest_space: Some(shortest),
            ..self
        }
    }

    /// Whether there are both dots and dashes.
    pub(crate) const fn is_mixed(self) -> bool {
        self.longest.exceeds(MIXED, self.shortest)
    }
}

impl Pending {
    /// More than three times the longest code.
    pub(crate) const CAPACITY: usize = 32;

    pub(crate) const EMPTY: Pending = Pending {
        beats: [Beat {
            mark: Ticks(0),
            space: None,
        }; Pending::CAPACITY],
        len: 0,
        shape: None,
    };

    pub(crate) fn beats(&self) -> &[Beat] {
        self.beats.get(..self.len).unwrap_or(&[])
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len >= Self::CAPACITY
    }

    /// Adds a mark, if there is room.
    pub(crate) fn push(&mut self, mark: Ticks) {
        if let Some(beat) = self.beats.get_mut(self.len) {
            *beat = Beat { mark, space: None };
            self.len = self.len.saturating_add(1);
            let shape = self.shape.map(|shape| shape.and_mark(mark));
            self.shape = Some(shape.unwrap_or(Shape::of(mark)));
        }
    }

    /// Ends the space behind the last mark.
    pub(crate) fn end_space(&mut self, space: Ticks) {
        if let Some(last) = self.len.checked_sub(1) {
            if let Some(beat) = self.beats.get_mut(last) {
                beat.space = Some(space);
                self.shape = self.shape.map(|shape| shape.and_space(space));
            }
        }
    }

    /// Forgets the oldest `count` marks.
    pub(crate) fn remove(&mut self, count: usize) {
        let kept = self.len.saturating_sub(count);
        for to in 0..kept {
            let from = self.beats.get(to.saturating_add(count)).copied();
            if let (Some(from), Some(to)) = (from, self.beats.get_mut(to)) {
                *to = from;
            }
        }
        self.len = kept;
        self.shape = self
            .beats()
            .iter()
            .fold(None, |shape: Option<Shape>, beat| {
                let shape = shape.map_or(Shape::of(beat.mark), |shape| shape.and_mark(beat.mark));
                Some(beat.space.map_or(shape, |space| shape.and_space(space)))
            });
    }

    /// What the marks are like, if there are any.
    pub(crate) const fn shape(&self) -> Option<Shape> {
        self.shape
    }
}
