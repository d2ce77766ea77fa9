// SPDX-License-Identifier: GPL-2.0

//! Which spaces end words.
//!
//! By the book a letter gap has three units and a word gap seven. With Farnsworth spacing both are
//! stretched, so that letters may be further apart than words are in plain keying.

use super::estimate::{Ratio, Ticks};

/// Two spaces this much apart are not of one kind: below 7 / 3, by the jitter of both.
const TWO_KINDS: Ratio = Ratio::sixteenths(28);

/// A space this much longer than the shortest between letters ends a word: below 7 / 3 * 0.8, above
/// 1.2 / 0.8.
const WORD_TO_SHORTEST: Ratio = Ratio::sixteenths(25);

/// A plain word gap is no longer than this many units: 7, and a fifth more.
const LONGEST_PLAIN: Ratio = Ratio::sixteenths(134);

/// The last spaces that were longer than those inside letters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spaces {
    recent: [Ticks; Spaces::COUNT],
    seen: usize,
}

impl Spaces {
    /// So many that one of them is between letters, unless all words are single letters.
    const COUNT: usize = 6;

    pub(crate) const EMPTY: Spaces = Spaces {
        recent: [Ticks(0); Spaces::COUNT],
        seen: 0,
    };

    pub(crate) fn add(&mut self, space: Ticks) {
        self.recent.rotate_right(1);
        if let Some(first) = self.recent.first_mut() {
            *first = space;
        }
        self.seen = self.seen.saturating_add(1);
    }

    /// The shortest space that ends a word, given that for plain keying, and the unit.
    ///
    /// It is another one if all of the last spaces would be word gaps, and either some are of a
    /// longer kind yet, or all are too long for it.
    pub(crate) fn word_gap(&self, plain: Ticks, unit: Ticks) -> Ticks {
        let (Some(shortest), Some(longest)) = (self.recent.iter().min(), self.recent.iter().max())
        else {
            return plain;
        };
        let stretched =
            longest.exceeds(TWO_KINDS, *shortest) || shortest.exceeds(LONGEST_PLAIN, unit);
        if self.seen >= Self::COUNT && *shortest >= plain && stretched {
            shortest.times(WORD_TO_SHORTEST)
        } else {
            plain
        }
    }
}
