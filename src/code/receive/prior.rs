// SPDX-License-Identifier: GPL-2.0

//! Priors: the lengths that hands have, before any has been seen.

use super::{
    fist::COST,
    log::{
        above,
        Log,
        OCTAVE, //
    },
    sorted::Run, //
};

/// The prior of a length, before it is seen: a logarithm, and how far off hands are.
#[derive(Clone, Copy)]
pub(super) struct Prior {
    pub(super) mean: Log,
    sd_below: Log,
    sd_above: Log,
    /// The most that being above it costs.
    most: i32,
}

/// No cost is greater.
const NO_BOUND: i32 = i32::MAX;

/// A dash is 3 dots: hands have 2.4 to 7. Less than 2 is the scatter of one kind.
pub(super) const DASH_TO_DOT: Prior = Prior {
    mean: 400,
    sd_below: 60,
    sd_above: 150,
    most: NO_BOUND,
};

/// A space inside a letter is 0.8 dots: hands have 0.4 to 2.1, weights 0.25 to 4.
pub(super) const ELEMENT_SPACE_TO_DOT: Prior = Prior {
    mean: -80,
    sd_below: 170,
    sd_above: 140,
    most: FARNSWORTH,
};

/// A letter space is 3.6 times the (geometric) mean of dot and element space: hands have 2.7 to 6.
pub(super) const LETTER_SPACE_TO_UNIT: Prior = Prior {
    mean: 475,
    sd_below: 95,
    sd_above: 95,
    most: FARNSWORTH,
};

/// A word space is 2.4 letter spaces: hands have 1.5 to 3.7.
const WORD_SPACE_TO_LETTER_SPACE: Prior = Prior {
    mean: 317,
    sd_below: 92,
    sd_above: 92,
    most: FARNSWORTH,
};

/// Without a letter space to compare with, a word space is more uncertain.
const WORD_SPACE_TO_UNSEEN: Prior = Prior {
    sd_below: 138,
    sd_above: 138,
    ..WORD_SPACE_TO_LETTER_SPACE
};

/// The highest cost of a stretched space; stretching has no limit.
const FARNSWORTH: i32 = 5 * COST;

/// A dot of 70 ms is 17 WPM. Nothing is known of the speed, so it takes an octave to matter.
pub(super) const DOT: Log = 4111;
pub(super) const SD_DOT: Log = OCTAVE;

/// At a set speed: how far off the hand's unit is, and a dot without the space after it.
pub(super) const SD_SET: Log = 64;
pub(super) const SD_SET_DOT: Log = 96;

/// The prior of word spaces, with these letter spaces to compare with.
pub(super) const fn word_space(letters: Run) -> Prior {
    if letters.count > 0 {
        WORD_SPACE_TO_LETTER_SPACE
    } else {
        WORD_SPACE_TO_UNSEEN
    }
}

impl Prior {
    /// The cost of the mean of `run`, whose lengths scatter by `sd`, under this prior relative to `base`; and
    /// the likeliest mean then.
    pub(super) fn estimate(&self, run: Run, base: Log, sd: Log) -> (i32, Log) {
        let center = base + self.mean;
        if run.count == 0 {
            return (0, center);
        }
        let off = above(run.mean, center);
        let prior = if off < 0 {
            self.sd_below
        } else {
            self.sd_above
        };
        let of_prior = run.count as i32 * prior * prior;
        let all = sd * sd + of_prior;
        // The variance of a mean is that of the prior and a part of that of the lengths.
        let cost = off * off * (COST / 2) * run.count as i32 / all;
        if off > 0 && cost > self.most {
            return (self.most, run.mean);
        }
        (cost, center + off * of_prior / all)
    }
}
