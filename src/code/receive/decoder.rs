// SPDX-License-Identifier: GPL-2.0

//! Marks and spaces in, text out.
//!
//! The decoder learns the lengths of the dots, the dashes and the spaces inside letters that a hand keys,
//! and reads by them. Nothing has to be told, for speeds of 5 to 60 WPM, dashes of two to five dots, and
//! spaces that are off by a fifth. While marks do not fit what was learnt, at first or after a change
//! of speed, they are held back until the ratios among them show what they are; so the text may come some
//! marks late, but is seldom wrong.
//!
//! Farnsworth spacing is noticed after some letters, which until then are read as words of their own.
//!
//! What cannot be known is guessed: whether a lone first mark is E or T (by its length), and dots that are
//! exactly as long as the dashes were before, after a change to a third of the speed, are read as T
//! until a longer mark comes.
//!
//! Each call takes a bounded number of steps, whatever came before.

use super::estimate::Ticks;
use super::hand::{Hand, Reading};
use super::pending::{Beat, Pending};
use super::spaces::Spaces;
use crate::code::alphabet;
use crate::code::element::{Code, Element};
use crate::code::text::Text;
use crate::code::timing::{OutOfRange, Timing};
use crate::code::util::math::div_rem_u64;
use core::num::NonZeroU32;

/// What ended last, and was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// A letter: a word may end next.
    Letter,
    /// A word, or nothing was received yet.
    Word,
}

/// Reads one key.
///
/// Text goes to a `sink`, at most [`Decoder::TEXTS_MAX`] times in one call.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    hand: Option<Hand>,
    /// The unit that was set, if the speed is fixed.
    fixed: Option<Ticks>,
    pending: Pending,
    /// How to read them, if there are any: found once for each change, as it is asked for more often.
    reading: Option<Reading>,
    /// The spaces that ended letters, if the speed is not fixed.
    spaces: Spaces,
    ended: Ended,
}

/// What the gap timer waits while nothing is known of the speed: a word gap at 5 WPM.
const UNKNOWN_GAP_NS: u64 = 7 * 240_000_000;

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// The most texts that one call produces: a character and a space for each mark held back.
    pub const TEXTS_MAX: usize = 2 * Pending::CAPACITY;

    /// A decoder that finds out the speed.
    pub const fn new() -> Self {
        Self {
            hand: None,
            fixed: None,
            pending: Pending::EMPTY,
            reading: None,
            spaces: Spaces::EMPTY,
            ended: Ended::Word,
        }
    }

    /// Fixes the speed at `wpm`, [`Timing::WPM_MIN`] to [`Timing::WPM_MAX`]; zero finds it out again.
    /// Marks that were held back are forgotten.
    pub fn set_fixed_wpm(&mut self, wpm: u32) -> Result<(), OutOfRange> {
        self.fixed = if wpm == 0 {
            None
        } else {
            let mut timing = Timing::default();
            timing.set_wpm(wpm)?;
            Some(Ticks::from_ns(timing.unit_ns()))
        };
        self.interrupt();
        Ok(())
    }

    /// Forgets all that was received and learnt, but not a fixed speed.
    pub fn reset(&mut self) {
        self.hand = self.fixed.map(Hand::standard);
        self.pending = Pending::EMPTY;
        self.reading = None;
        self.spaces = Spaces::EMPTY;
        self.ended = Ended::Word;
    }

    /// Forgets as [`Decoder::reset`] does, but not that a word is to end.
    pub fn interrupt(&mut self) {
        let ended = self.ended;
        self.reset();
        self.ended = ended;
    }

    /// Takes a mark that ended.
    pub fn mark(&mut self, duration_ns: u64, mut sink: impl FnMut(Text)) {
        if self.pending.is_full() {
            // So many marks without a letter gap are no code.
            self.pending = Pending::EMPTY;
            self.hand = self.fixed.map(Hand::standard);
            self.spaces = Spaces::EMPTY;
            sink(Text::UNKNOWN);
            self.ended = Ended::Letter;
        }
        self.pending.push(Ticks::from_ns(duration_ns));
        self.read_anew();
        // The mark may have shown that an earlier space ended a letter.
        self.decide(&mut sink);
    }

    /// Takes a space that ended, as the next mark began.
    pub fn space(&mut self, duration_ns: u64, mut sink: impl FnMut(Text)) {
        let space = Ticks::from_ns(duration_ns);
        if self.pending.beats().is_empty() {
            // The letter before was finished by `finish_letter`.
            if duration_ns >= self.word_gap_ns() {
                self.finish_word(sink);
            }
            self.learn_gap(space);
            return;
        }
        self.pending.end_space(space);
        self.read_anew();
        self.decide(&mut sink);
    }

    /// Ends the letter: the key was up for [`Decoder::letter_gap_ns`].
    pub fn finish_letter(&mut self, mut sink: impl FnMut(Text)) {
        self.decide(&mut sink);
        if let Some(reading) = self.reading {
            self.letter(self.pending.beats().len(), reading, &mut sink);
        }
    }

    /// Ends the word: the key was up for [`Decoder::word_gap_ns`].
    pub fn finish_word(&mut self, mut sink: impl FnMut(Text)) {
        self.finish_letter(&mut sink);
        if self.ended == Ended::Letter {
            self.ended = Ended::Word;
            sink(Text::SPACE);
        }
    }

    /// How long the key must be up to end the letter, from the end of the last mark.
    pub fn letter_gap_ns(&self) -> u64 {
        self.gap_ns(Reading::letter_gap)
    }

    /// How long the key must be up to end the word, from the end of the last mark.
    pub fn word_gap_ns(&self) -> u64 {
        self.gap_ns(|reading| self.word_gap(reading))
    }

    /// Whether marks are held back, so that [`Decoder::finish_letter`] has something to end.
    pub fn in_letter(&self) -> bool {
        !self.pending.beats().is_empty()
    }

    /// Whether a letter came since the last space, so that [`Decoder::finish_word`] has something to end.
    pub fn in_word(&self) -> bool {
        self.in_letter() || self.ended == Ended::Letter
    }

    /// The speed in words per minute, rounded to the nearest; `None` while it is not known.
    pub fn wpm(&self) -> Option<u32> {
        const UNIT_AT_1_WPM_NS: u64 = 1_200_000_000;

        let unit_ns = u32::try_from(self.hand?.unit().ns()).ok()?;
        let unit_ns = NonZeroU32::new(unit_ns)?;
        let half = u64::from(unit_ns.get() / 2);
        let (wpm, _) = div_rem_u64(UNIT_AT_1_WPM_NS.saturating_add(half), unit_ns);
        u32::try_from(wpm).ok()
    }

    fn gap_ns(&self, gap: impl FnOnce(&Reading) -> Ticks) -> u64 {
        match (self.reading, &self.hand) {
            (Some(reading), _) => gap(&reading).ns(),
            (None, Some(hand)) => gap(&Reading::known(hand)).ns(),
            (None, None) => UNKNOWN_GAP_NS,
        }
    }

    /// The shortest space that ends a word.
    fn word_gap(&self, reading: &Reading) -> Ticks {
        self.spaces.word_gap(reading.word_gap(), reading.unit())
    }

    /// Learns from a space that ended a letter, and perhaps a word.
    fn learn_gap(&mut self, space: Ticks) {
        if self.fixed.is_none() {
            self.spaces.add(space);
        }
    }

    /// Finds out how to read the pending marks, after they or the hand have changed.
    fn read_anew(&mut self) {
        self.reading = self
            .pending
            .shape()
            .map(|shape| match (&self.hand, self.fixed) {
                (Some(hand), Some(_)) => Reading::known(hand),
                (hand, _) => Reading::of(shape, hand.as_ref()),
            });
    }

    /// Tells the letters and words that the pending spaces end.
    fn decide(&mut self, sink: &mut impl FnMut(Text)) {
        let Some(reading) = self.reading else {
            return;
        };
        while let Some((last, space)) = self.first_gap(reading.letter_gap()) {
            self.letter(last.saturating_add(1), reading, sink);
            // The letter may have settled what the unit is.
            let reading = self.hand.as_ref().map_or(reading, Reading::known);
            if space >= self.word_gap(&reading) {
                self.ended = Ended::Word;
                sink(Text::SPACE);
            }
            self.learn_gap(space);
        }
    }

    /// The first pending space of at least `gap`, and which it is.
    fn first_gap(&self, gap: Ticks) -> Option<(usize, Ticks)> {
        self.pending
            .beats()
            .iter()
            .enumerate()
            .find_map(|(i, beat)| match beat.space {
                Some(space) if space >= gap => Some((i, space)),
                _ => None,
            })
    }

    /// Tells the letter of the oldest `count` marks, and learns from it.
    fn letter(&mut self, count: usize, reading: Reading, sink: &mut impl FnMut(Text)) {
        let adapts = self.fixed.is_none();
        if adapts {
            if let Some(hand) = reading.new_hand() {
                self.hand = Some(hand);
                self.spaces = Spaces::EMPTY;
            }
        }
        let mut code = Some(Code::EMPTY);
        for (i, &Beat { mark, space }) in self.pending.beats().iter().take(count).enumerate() {
            let is_dash = reading.is_dash(mark);
            let element = if is_dash { Element::Dash } else { Element::Dot };
            code = code.and_then(|code| match element {
                // A run of dots is the error sign, however long it is.
                Element::Dot if code.is_dots() => code.push(element).or(Some(code)),
                _ => code.push(element),
            });
            let Some(hand) = self.hand.as_mut().filter(|_| adapts) else {
                continue;
            };
            hand.learn_mark(mark, is_dash);
            if let Some(space) = space.filter(|_| i.saturating_add(1) < count) {
                hand.learn_space(space);
            }
        }
        self.pending.remove(count);
        self.read_anew();
        self.ended = Ended::Letter;
        sink(code.map_or(Text::UNKNOWN, alphabet::decode));
    }
}
