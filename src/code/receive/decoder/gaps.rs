// SPDX-License-Identifier: GPL-2.0

//! How long the key must be up for a letter, a word or the hand's work to end.

use super::{
    div_rem_u64,
    ns,
    Decoder,
    Fist,
    Fit,
    Log,
    NonZeroU32,
    Reading,
    OCTAVE, //
};

/// While the fist is being found, a gap that ends a letter exceeds any space that may be inside one by this.
const CLEAR: Log = 180;
/// A gap that ends a word then exceeds any letter space seen by this.
const CLEAR_WORD: Log = 140;
/// A gap longer than the longest mark by this ends a letter at any speed.
const CLEAR_MARK: Log = 200;

/// The gap that ends the word while no fist is known: a word space at 5 WPM.
const IDLE_GAP_NS: u64 = 7 * 240_000_000;

const TENTHS: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// Gaps.
impl Decoder {
    /// How long the key must be up to end the letter, from the end of the last mark.
    pub fn letter_gap_ns(&self) -> u64 {
        let gap = match &self.reading {
            Reading::None => return self.word_gap_ns(),
            Reading::Following(fist) => fist.letter_border(),
            // The letter is told after the space before it.
            Reading::Finding(_) if self.is_space_open => return self.word_gap_ns(),
            // A lone mark is a dot or a dash.
            Reading::Finding(_) if self.fixed.is_none() && self.keyed.len() == 1 => {
                return self.lone_gap_ns();
            }
            // A gap does not show which spaces end letters, nor which marks are dashes.
            Reading::Finding(fit) if !fit.letter.is_certain() || self.has_uncertain_mark(fit) => {
                return self.unknown_gap_ns();
            }
            // At a set speed there is no need to guess.
            Reading::Finding(fit) if self.fixed.is_some() => fit.letter.best,
            Reading::Finding(fit) => fit.letter.high.max(fit.fist.letter_border()) + CLEAR,
        };
        ns(gap.max(self.doubtful_gap()))
    }

    /// Whether a mark that has not been told may be a dot or a dash.
    fn has_uncertain_mark(&self, fit: &Fit) -> bool {
        let marks = self.keyed.after(self.keyed.told()).iter();
        marks
            .map(|item| item.mark)
            .any(|mark| !fit.dash.is_certain_of(mark))
    }

    /// How long the key must be up to end the word, from the end of the last mark.
    pub fn word_gap_ns(&self) -> u64 {
        let gap_ns = match &self.reading {
            Reading::None => {
                let set_ns = self
                    .set_unit()
                    .map(|unit| ns(Fist::standard(unit).word_border()));
                return set_ns.unwrap_or(IDLE_GAP_NS);
            }
            Reading::Following(fist) => ns(fist.word_border()),
            Reading::Finding(fit) => {
                let known =
                    [fit.fist.letter_space, fit.fist.word_space].map(|mean| mean.is_sampled());
                let border = fit.word.high.max(fit.fist.word_border());
                match known {
                    [true, true] if fit.word.is_certain() => ns(border),
                    [false, false] => self.unknown_gap_ns(),
                    _ => {
                        let spaces = self.keyed.all().iter().filter_map(|item| item.space);
                        let longest = spaces.max().unwrap_or(0);
                        ns(border.max(longest + CLEAR_WORD)).min(self.unknown_gap_ns())
                    }
                }
            }
        };
        let letter_gap_ns = if self.is_space_open {
            ns(self.doubtful_gap())
        } else {
            self.letter_gap_ns()
        };
        gap_ns.max(letter_gap_ns)
    }

    /// How long the key must be up for nothing more to come: two word spaces. 0 while nothing was keyed.
    pub fn rest_ns(&self) -> u64 {
        self.fist().map_or(0, |fist| {
            ns(fist.word_space.get() + OCTAVE).max(self.word_gap_ns())
        })
    }

    /// The gap that ends a word, and a letter, while the spaces do not show it yet: at a set speed it is longer
    /// than the letter spaces of 20 WPM spread to 4.
    fn unknown_gap_ns(&self) -> u64 {
        const MOST_NS: u64 = 5_000_000_000;
        const UNITS: u64 = 40;

        self.set_unit()
            .map_or(MOST_NS, |unit| (UNITS * ns(unit)).min(MOST_NS))
    }

    /// The gap after a lone mark of unknown kind. If it is short it counts as a dot, after which a space inside a
    /// letter is at most four times as long, even at the least weight; else as a dash.
    fn lone_gap_ns(&self) -> u64 {
        /// Of a dot that is no longer than this: 10 WPM.
        const DOT_NS: u64 = 120_000_000;
        /// 4 is the ratio at weight 20, for dots; slower ones are of machines that are not so extreme.
        const TENTHS_OF_DOT: u64 = 45;
        const TENTHS_OF_MARK: u64 = 26;

        let longest = self.keyed.all().iter().map(|item| item.mark).max();
        let tenth_ns = div_rem_u64(ns(longest.unwrap_or(0)), TENTHS).0;
        (tenth_ns * TENTHS_OF_MARK).max((tenth_ns * TENTHS_OF_DOT).min(DOT_NS / 10 * TENTHS_OF_DOT))
    }

    /// The least gap that ends a letter at any speed, if the speed may have changed.
    fn doubtful_gap(&self) -> Log {
        if !self.is_in_doubt {
            return 0;
        }
        let longest = self.keyed.all().iter().map(|item| item.mark).max();
        longest.unwrap_or(0) + CLEAR_MARK
    }
}
