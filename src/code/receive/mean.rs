// SPDX-License-Identifier: GPL-2.0

//! The running mean of one kind of length.

use super::log::{
    above,
    Log, //
};

/// A running mean: the first samples count alike, later ones `1 / rate` each, so that it follows the hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mean {
    /// In [`Mean::PARTS`] of a step, as a sample may move it by less than one.
    value: i32,
    samples: i32,
}

impl Mean {
    const PARTS: i32 = 16;

    /// The mean of so many samples. Without any it is a guess, and the first one replaces it.
    pub(super) const fn new(value: Log, samples: u32) -> Mean {
        Mean {
            value: value * Self::PARTS,
            samples: samples as i32,
        }
    }

    pub(super) const fn get(self) -> Log {
        self.value / Self::PARTS
    }

    pub(super) const fn is_sampled(self) -> bool {
        self.samples > 0
    }

    /// Adds a sample, that counts as no further off than `bound`.
    pub(super) fn add(&mut self, sample: Log, rate: i32, bound: Log) {
        self.samples = (self.samples + 1).min(rate);
        let off = above(sample, self.get()).clamp(-bound, bound);
        self.value += off * Self::PARTS / self.samples.max(1);
    }

    /// Moves it by a part of `off`.
    pub(super) fn shift(&mut self, off: Log, part: i32) {
        self.value += off * Self::PARTS / part.max(1);
    }
}
