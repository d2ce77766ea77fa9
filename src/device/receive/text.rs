// SPDX-License-Identifier: GPL-2.0

//! The text that is read from marks and spaces, and the session that it belongs to.
//!
//! It is data under a mutex, for work items only: finding out how to read a new hand takes a hundred
//! times as long as debouncing an edge, which is too long for a softirq.

use super::{
    line::{
        Gaps,
        Step, //
    },
    session::{
        session_ns,
        Summary, //
    },
};
use crate::code::{
    Decoder,
    OutOfRange,
    Text, //
};
use crate::device::log_text::LogText;
use kernel::prelude::*;

/// See the [module documentation](self).
pub(crate) struct TextState {
    decoder: Decoder,
    fixed_wpm: u32,
    /// The text of the session.
    session: LogText,
}

impl TextState {
    /// No text yet.
    pub(super) const fn new() -> Self {
        Self {
            decoder: Decoder::new(),
            fixed_wpm: 0,
            session: LogText::new(),
        }
    }

    /// Takes a step. Text goes to `sink`.
    pub(super) fn step(&mut self, step: Step, sink: impl FnMut(Text)) {
        match step {
            Step::Pulse(pulse) => self.decode(sink, |decoder, sink| {
                if pulse.mark {
                    decoder.mark(pulse.duration_ns, sink);
                } else {
                    decoder.space(pulse.duration_ns, sink);
                }
            }),
            Step::Stuck => {
                self.decoder.interrupt();
                self.end_word(sink);
                self.decoder.reset();
            }
            Step::Lost(_) => self.decoder.interrupt(),
        }
    }

    /// Ends the letter and the word if the key has been up for `up_ns`, long enough for that.
    pub(super) fn time(&mut self, up_ns: u64, mut sink: impl FnMut(Text)) {
        if self.decoder.in_letter() && up_ns >= self.decoder.letter_gap_ns() {
            self.decode(&mut sink, |decoder, sink| decoder.finish_letter(sink));
        }
        if self.decoder.in_word() && up_ns >= self.decoder.word_gap_ns() {
            self.end_word(sink);
        }
    }

    /// Ends the session, which had so many edges.
    pub(super) fn end_session(&mut self, edges: u64, sink: impl FnMut(Text)) -> Summary {
        self.end_word(sink);
        let summary = Summary::new(self.session.take(), edges, self.decoder.wpm());
        self.decoder.reset();
        summary
    }

    /// Returns how long the key must be up for something to end.
    pub(super) fn gaps(&self) -> Gaps {
        let decoder = &self.decoder;
        Gaps {
            text_ns: if decoder.in_letter() {
                Some(decoder.letter_gap_ns())
            } else if decoder.in_word() {
                Some(decoder.word_gap_ns())
            } else {
                None
            },
            session_ns: session_ns(decoder.rest_ns()),
        }
    }

    /// Returns the speed that was set, or 0 if the decoder estimates it.
    pub(crate) fn fixed_wpm(&self) -> u32 {
        self.fixed_wpm
    }

    /// Sets the speed in WPM; with 0, the decoder estimates it. `EINVAL` if it is out of range.
    pub(super) fn set_fixed_wpm(&mut self, wpm: u32) -> Result {
        self.decoder
            .set_fixed_wpm(wpm)
            .map_err(|OutOfRange| EINVAL)?;
        self.fixed_wpm = wpm;
        Ok(())
    }

    /// Returns the speed that was set or estimated, in WPM; `None` while it is unknown.
    pub(crate) fn wpm(&self) -> Option<u32> {
        self.decoder.wpm()
    }

    fn end_word(&mut self, sink: impl FnMut(Text)) {
        self.decode(sink, |decoder, sink| decoder.finish_word(sink));
    }

    /// Calls `decode`, and adds its text to the session.
    fn decode(
        &mut self,
        mut sink: impl FnMut(Text),
        decode: impl FnOnce(&mut Decoder, &mut dyn FnMut(Text)),
    ) {
        let Self {
            decoder, session, ..
        } = self;
        decode(decoder, &mut |text| {
            session.add(text.as_bytes());
            sink(text);
        });
    }
}
