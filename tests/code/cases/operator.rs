// SPDX-License-Identifier: GPL-2.0

//! A simulated operator and receiver.

use super::rng::{Rng, ONE_PPM};
use crate::code::{encode, Decoder, Element, Text};

/// A mark, and the space after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    pub(crate) mark_ns: u64,
    pub(crate) space_ns: u64,
}

/// A hand at a straight key. Lengths are in percent of those of the standard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator {
    pub(crate) unit_ns: u64,
    /// Of a dash, in percent of a dot.
    pub(crate) dash_percent: u64,
    /// How far marks and spaces are off at most, in percent of their length.
    pub(crate) mark_jitter_percent: u32,
    pub(crate) space_jitter_percent: u32,
    /// How much the spaces between letters and words are stretched.
    pub(crate) stretch_percent: u64,
}

/// The unit at a speed, to the nanosecond below.
pub(crate) const fn unit_ns(wpm: u64) -> u64 {
    1_200_000_000 / wpm
}

impl Operator {
    /// Keys without any jitter, as a machine does.
    pub(crate) fn steady(wpm: u64) -> Self {
        Self {
            unit_ns: unit_ns(wpm),
            dash_percent: 300,
            mark_jitter_percent: 0,
            space_jitter_percent: 0,
            stretch_percent: 100,
        }
    }

    /// Keys with the jitter of a good hand: marks are off by up to a tenth, spaces by up to a fifth.
    pub(crate) fn human(wpm: u64) -> Self {
        Self {
            mark_jitter_percent: 10,
            space_jitter_percent: 20,
            ..Self::steady(wpm)
        }
    }

    /// Keys `text`, which ends with a letter gap, or with a word gap if its last character is a space.
    pub(crate) fn key(&self, text: &str, rng: &mut Rng, mut beat: impl FnMut(Beat)) {
        let mark_ns = |percent: u64, rng: &mut Rng| {
            self.unit_ns * percent / 100 * rng.around_one_ppm(self.mark_jitter_percent) / ONE_PPM
        };
        let space_ns = |percent: u64, rng: &mut Rng| {
            self.unit_ns * percent / 100 * rng.around_one_ppm(self.space_jitter_percent) / ONE_PPM
        };
        // Held back, as a space in the text makes its gap longer.
        let mut last: Option<Beat> = None;
        for character in text.chars() {
            if character == ' ' {
                if let Some(last) = &mut last {
                    last.space_ns = space_ns(7 * self.stretch_percent, rng);
                }
                continue;
            }
            let code = encode(character).expect("keyed text has only characters with a code");
            let count = code.len() as usize;
            for (i, element) in code.elements().enumerate() {
                last.take().map(&mut beat);
                let mark_ns = match element {
                    Element::Dot => mark_ns(100, rng),
                    Element::Dash => mark_ns(self.dash_percent, rng),
                };
                let space_ns = if i + 1 < count {
                    space_ns(100, rng)
                } else {
                    space_ns(3 * self.stretch_percent, rng)
                };
                last = Some(Beat { mark_ns, space_ns });
            }
        }
        last.map(beat);
    }
}

/// How a receiver learns that a space is long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// From the edge that ends it.
    Edges,
    /// From timers, which go off while it lasts, up to a jiffy late.
    Timers,
}

/// Both.
pub(crate) const GAPS: [Gaps; 2] = [Gaps::Edges, Gaps::Timers];

/// A tick of a kernel with HZ = 250.
const JIFFY_NS: u32 = 4_000_000;

/// Feeds one beat to `decoder`.
pub(crate) fn receive(
    decoder: &mut Decoder,
    beat: Beat,
    gaps: Gaps,
    rng: &mut Rng,
    mut sink: impl FnMut(Text),
) {
    decoder.mark(beat.mark_ns, &mut sink);
    if gaps == Gaps::Timers {
        let late_ns = u64::from(rng.below(JIFFY_NS));
        if decoder.letter_gap_ns().saturating_add(late_ns) < beat.space_ns {
            decoder.finish_letter(&mut sink);
        }
        if decoder.word_gap_ns().saturating_add(late_ns) < beat.space_ns {
            decoder.finish_word(&mut sink);
        }
    }
    decoder.space(beat.space_ns, &mut sink);
}
