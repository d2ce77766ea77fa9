// SPDX-License-Identifier: GPL-2.0

//! Marks and spaces in, text out.
//!
//! No speed has to be set: Documentation/decoder.md explains how the hand's fist is found and followed. In short,
//! the first marks are held until it is certain how to read them: a few marks. Then each letter is told as it
//! ends. If marks come that do not fit, they are held until they show whether the speed has changed.
//!
//! Each call takes a bounded number of steps.
//!
//! Words of the decoder's files: a mark is *held* until its letter is *told*, which is to say delivered as text. A
//! *cost* is a negative logarithm of a likelihood; a length that costs much is a *surprise*, after which the speed is
//! *in doubt* until further marks decide.

use super::{
    fist::{
        Fist,
        Kind, //
    },
    fit::{
        Border,
        Fit, //
    },
    keyed::Keyed,
    letter::Letter,
    log::{
        above,
        log,
        ns,
        Log,
        OCTAVE, //
    },
    witness, //
};
use crate::code::{
    element::Code,
    text::Text,
    timing::{
        OutOfRange,
        Timing, //
    },
    util::math::div_rem_u64, //
};
use core::num::NonZeroU32;

mod finding;
mod following;
mod gaps;

/// The text told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// A letter: a word may end next.
    Letter,
    /// A word, or nothing was received yet.
    Word,
}

/// How to read the keying.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// Nothing was keyed yet.
    None,
    /// The fist is being found, by all of [`Keyed`].
    Finding(Fit),
    /// The fist was found, and is followed.
    Following(Fist),
}

/// Reads one key.
///
/// Text goes to a `sink`, at most [`Decoder::TEXTS_MAX`] times in one call.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    reading: Reading,
    keyed: Keyed,
    /// The set speed and its unit, if the speed is fixed.
    fixed: Option<(u32, Log)>,
    /// The last keying may be of another speed: nothing is told until that is known.
    is_in_doubt: bool,
    /// The last keying does not fit the fist: it is kept, as evidence of another.
    is_surprised: bool,
    /// The keying up to this index has another fist, by which it is to be told.
    before: Option<(usize, Fit)>,
    /// While the fist is being found: the space after the last letter told may still prove to be a word space.
    is_space_open: bool,
    /// How many letters made little sense lately.
    nonsense: u8,
    ended: Ended,
}

/// The marks that show a change of speed.
const CHANGE_MARKS: usize = 3;

/// Bridged are spikes and dropouts shorter than an eighth of a dot or element space.
const BRIDGED: Log = 3 * OCTAVE;

/// The same while the fist is being found: 7.5 ms, log2(7500 us / 1.024 us): the least weight at 60 WPM has 8 ms.
const SHORTEST: Log = 3287;

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// The most texts that one call produces: a character and a space for each mark held back.
    pub const TEXTS_MAX: usize = 2 * Keyed::CAPACITY;

    /// A decoder that finds out the speed.
    pub const fn new() -> Self {
        Self {
            reading: Reading::None,
            keyed: Keyed::EMPTY,
            fixed: None,
            is_in_doubt: false,
            is_surprised: false,
            before: None,
            is_space_open: false,
            nonsense: 0,
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
            Some((wpm, log(timing.unit_ns())))
        };
        self.interrupt();
        Ok(())
    }

    /// Forgets all that was received and learnt, but not a fixed speed.
    pub fn reset(&mut self) {
        *self = Self {
            fixed: self.fixed,
            ..Self::new()
        };
    }

    /// Forgets as [`Decoder::reset`] does, but not that a word is to end.
    pub fn interrupt(&mut self) {
        let ended = self.ended;
        self.reset();
        self.ended = ended;
    }

    /// Takes a mark that ended.
    pub fn mark(&mut self, duration_ns: u64, mut sink: impl FnMut(Text)) {
        if self.keyed.is_full() {
            self.make_room(&mut sink);
        }
        self.keyed.push(log(duration_ns));
        self.bridge();
        if !self.keyed.may_chatter() {
            self.read();
            self.decide(&mut sink);
        }
    }

    /// Takes a space that ended, as the next mark began.
    pub fn space(&mut self, duration_ns: u64, mut sink: impl FnMut(Text)) {
        let space = log(duration_ns);
        self.keyed.end_space(space);
        match self.reading {
            // The letter before was told, and the fist forgotten.
            Reading::None => {
                if duration_ns >= self.word_gap_ns() {
                    self.finish_word(sink);
                }
            }
            Reading::Following(mut fist) if self.keyed.is_told() => {
                // The letter before was finished by `finish_letter`.
                if duration_ns >= self.word_gap_ns() {
                    self.finish_word(sink);
                }
                fist.learn_gap(space);
                self.reading = Reading::Following(fist);
            }
            _ => {
                self.bridge();
                // The next mark shows more; only spaces that may end a letter are worth a search of their own.
                if !self.keyed.may_chatter() && !self.is_inside_letter(space) {
                    self.read();
                    self.decide(&mut sink);
                }
            }
        }
    }

    /// Whether the space is certain to be inside a letter.
    fn is_inside_letter(&self, space: Log) -> bool {
        match &self.reading {
            Reading::Finding(fit) => {
                space < fit.letter.low && self.before.is_none() && !self.is_in_doubt
            }
            _ => false,
        }
    }

    /// Ends the letter: the key was up for [`Decoder::letter_gap_ns`].
    pub fn finish_letter(&mut self, mut sink: impl FnMut(Text)) {
        self.keyed.drop_spike(self.shortest());
        if let Reading::Following(_) = self.reading {
            self.is_in_doubt = false;
            self.follow(&mut sink);
            self.follow_letter(self.keyed.len(), &mut sink);
        }
        if self.keyed.is_told() {
            return;
        }
        let gap = log(self.letter_gap_ns());
        self.tell_before(&mut sink);
        if let Reading::Finding(_) = self.reading {
            let fit = Fit::finished(self.keyed.all(), self.set_unit(), gap);
            self.tell_all(fit, self.keyed.len(), &mut sink);
        }
    }

    /// Ends the word: the key was up for [`Decoder::word_gap_ns`].
    pub fn finish_word(&mut self, mut sink: impl FnMut(Text)) {
        self.finish_letter(&mut sink);
        self.is_space_open = false;
        self.end_word(&mut sink);
    }

    /// Whether marks are held back, so that [`Decoder::finish_letter`] has something to end.
    pub fn in_letter(&self) -> bool {
        !self.keyed.is_told()
    }

    /// Whether a letter came since the last space, so that [`Decoder::finish_word`] has something to end.
    pub fn in_word(&self) -> bool {
        self.in_letter() || self.ended == Ended::Letter
    }

    /// The speed in words per minute, rounded to the nearest; `None` while it is not known.
    pub fn wpm(&self) -> Option<u32> {
        const UNIT_AT_1_WPM_NS: u64 = 1_200_000_000;

        if let Some((wpm, _)) = self.fixed {
            return Some(wpm);
        }
        let fist = self.fist()?;
        // If a dot is too long, the space after it is too short by as much.
        let unit_ns = (ns(fist.dot.get()) + ns(fist.element_space.get())) / 2;
        let unit_ns = NonZeroU32::new(u32::try_from(unit_ns).ok()?)?;
        let half = u64::from(unit_ns.get() / 2);
        let (wpm, _) = div_rem_u64(UNIT_AT_1_WPM_NS.saturating_add(half), unit_ns);
        u32::try_from(wpm).ok()
    }

    /// The unit of the set speed.
    fn set_unit(&self) -> Option<Log> {
        self.fixed.map(|(_, unit)| unit)
    }

    fn fist(&self) -> Option<&Fist> {
        match &self.reading {
            Reading::None => None,
            Reading::Finding(fit) => Some(&fit.fist),
            Reading::Following(fist) => Some(fist),
        }
    }

    /// Finds out how to read the keying.
    fn read(&mut self) {
        self.before = None;
        self.is_in_doubt = false;
        self.is_surprised = false;
        if self.keyed.len() == 0 {
            return;
        }
        match self.reading {
            Reading::Following(fist) => self.check(&fist),
            _ => self.find(),
        }
    }

    /// Tells the letters and words that have ended for certain.
    fn decide(&mut self, sink: &mut dyn FnMut(Text)) {
        if self.before.is_some() {
            self.tell_before(sink);
        } else if self.is_in_doubt {
            return;
        }
        match self.reading {
            Reading::None => (),
            Reading::Finding(fit) => self.tell_certain(&fit, sink),
            Reading::Following(_) => self.follow(sink),
        }
    }

    fn end_word(&mut self, sink: &mut dyn FnMut(Text)) {
        if self.ended == Ended::Letter {
            self.ended = Ended::Word;
            sink(Text::SPACE);
        }
    }

    /// Forgets the oldest part. So many marks without a letter gap are no code.
    fn make_room(&mut self, sink: &mut dyn FnMut(Text)) {
        match self.reading {
            Reading::Following(_) if self.keyed.told() > 0 => {
                self.keyed.forget(self.keyed.told());
            }
            Reading::Finding(fit) if self.keyed.told() > 0 => {
                self.close_space(&fit, true, sink);
                self.keyed.forget(self.keyed.told());
                self.reading = Reading::Following(fit.fist);
            }
            _ => {
                self.reset();
                sink(Text::UNKNOWN);
                self.ended = Ended::Letter;
            }
        }
    }

    /// Bridges spikes and dropouts.
    fn bridge(&mut self) {
        let shortest = self.shortest();
        let normal = match self.reading {
            // The speed may have changed a lot: a dash at 60 WPM is a quarter of a dot at 5.
            Reading::Following(_) => shortest + 3 * OCTAVE / 2,
            _ => shortest + OCTAVE,
        };
        self.keyed.bridge(shortest, normal);
    }

    /// The shortest mark or space that is keyed.
    fn shortest(&self) -> Log {
        let part = |fist: &Fist| fist.dot.get().min(fist.element_space.get()) - BRIDGED;
        match &self.reading {
            Reading::Following(fist) => part(fist),
            _ => self.fixed.map_or(SHORTEST, |(_, unit)| unit - BRIDGED),
        }
    }
}
