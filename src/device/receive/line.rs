// SPDX-License-Identifier: GPL-2.0

//! The line: edges and the passing of time in, text and pulses out.
//!
//! It is a state, not a mechanism: the softirq tells it of edges, the delayed work of time, the timer
//! of keys that are stuck, each under the lock that it lives in.

use super::{
    buffer::ReadBuffer,
    session::{
        Session,
        Summary, //
    },
};
use crate::code::{
    Debounce,
    Decoder,
    Edge,
    OutOfRange,
    Pulse,
    Text, //
};
use crate::linux::trace;
use kernel::prelude::*;

/// How long a level must hold by default, in microseconds.
const DEBOUNCE_DEFAULT_US: u32 = 5000;
/// The longest time that a level can be asked to hold, in microseconds.
const DEBOUNCE_MAX_US: u32 = 1_000_000;
const NS_PER_US: u64 = 1000;

/// A key that is down for so long is stuck, or lies under a book.
const STUCK_NS: u64 = 10_000_000_000;

/// What became of the edges.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    /// Edges that began a mark or a space.
    pub(crate) received: u64,
    /// Edges that did not last.
    pub(crate) debounced: u64,
    /// Edges for which there was no room.
    pub(crate) dropped: u64,
    /// Characters.
    pub(crate) characters: u64,
    /// Sessions that are over.
    pub(crate) sessions: u64,
}

/// What the decoder is told.
enum Step {
    Pulse(Pulse),
    EndLetter,
    EndWord,
}

/// See the [module documentation](self).
pub(crate) struct LineState {
    /// The number of the device.
    device: u32,
    debounce: Debounce,
    debounce_us: u32,
    decoder: Decoder,
    fixed_wpm: u32,
    session: Session,
    /// The mark that has begun is not for the decoder, which was reset in the middle of it.
    is_stale: bool,
    /// The mark that has begun was found to be a stuck key.
    is_stuck: bool,
    /// All edges that ever were, when they were last counted.
    edges: u64,
    dropped: u64,
    /// What the ring's wrapping count of dropped edges was.
    dropped_seen: u32,
    characters: u64,
    sessions: u64,
}

impl LineState {
    /// The line of the device with this number, to a key that is `down`.
    pub(crate) const fn new(device: u32, down: bool) -> Self {
        Self {
            device,
            debounce: Debounce::new(DEBOUNCE_DEFAULT_US as u64 * NS_PER_US, down),
            debounce_us: DEBOUNCE_DEFAULT_US,
            decoder: Decoder::new(),
            fixed_wpm: 0,
            session: Session::new(),
            is_stale: false,
            is_stuck: false,
            edges: 0,
            dropped: 0,
            dropped_seen: 0,
            characters: 0,
            sessions: 0,
        }
    }

    /// Takes an edge. Returns whether there is something new for readers.
    pub(crate) fn edge(&mut self, edge: Edge, buffer: &ReadBuffer) -> bool {
        self.session.edge(edge.time_ns);
        let pulse = self.debounce.edge(edge);
        self.pulse(pulse, buffer)
    }

    /// Takes the ring's count of all edges, which wraps, and returns it as one that does not. The ticker
    /// asks for it often enough.
    pub(crate) fn count_edges(&mut self, edges: u32) -> u64 {
        self.edges += u64::from(edges.wrapping_sub(self.edges as u32));
        self.edges
    }

    /// Takes the ring's count of dropped edges, and returns whether there were some since.
    pub(crate) fn count_dropped(&mut self, dropped: u32) -> bool {
        let more = dropped.wrapping_sub(self.dropped_seen);
        self.dropped_seen = dropped;
        self.dropped = self.dropped.saturating_add(u64::from(more));
        more > 0
    }

    /// Takes what the line reads after edges were dropped.
    pub(crate) fn resync(&mut self, edge: Edge, buffer: &ReadBuffer) -> bool {
        let pulse = self.debounce.resync(edge);
        self.pulse(pulse, buffer)
    }

    /// Begins anew with a key that is `down`: how long it has been so is not known. Returns the session
    /// that ends with this, if one had begun.
    pub(crate) fn restart(&mut self, down: bool, buffer: &ReadBuffer) -> Option<Summary> {
        let had_begun = self.session.ends_ns().is_some();
        let session = had_begun.then(|| self.end_session(buffer));
        self.debounce.restart(down);
        self.reset();
        session
    }

    /// Looks at the time, all edges before which have been taken. Returns whether there is something
    /// new for readers, and the session if it is over.
    pub(crate) fn time(&mut self, now_ns: u64, buffer: &ReadBuffer) -> (bool, Option<Summary>) {
        let pulse = self.debounce.settle(now_ns);
        let mut news = self.pulse(pulse, buffer);
        let Some(up_ns) = self.up_since_ns().map(|up| now_ns.saturating_sub(up)) else {
            return (news, None);
        };
        if self.decoder.in_letter() && up_ns >= self.decoder.letter_gap_ns() {
            self.decode(Step::EndLetter, buffer);
            news = true;
        }
        if self.decoder.in_word() && up_ns >= self.decoder.word_gap_ns() {
            self.decode(Step::EndWord, buffer);
            news = true;
        }
        match self.session.ends_ns() {
            Some(end_ns) if now_ns >= end_ns => (true, Some(self.end_session(buffer))),
            _ => (news, None),
        }
    }

    /// When [`Self::time`] has something to do, if no edge comes before.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        if let Some(settles_ns) = self.debounce.settles_ns() {
            // Whether the key is up is not known before.
            return Some(settles_ns);
        }
        let up_ns = self.up_since_ns()?;
        let gap_ns = if self.decoder.in_letter() {
            Some(self.decoder.letter_gap_ns())
        } else if self.decoder.in_word() {
            Some(self.decoder.word_gap_ns())
        } else {
            None
        };
        let gap_ends_ns = gap_ns.map(|gap_ns| up_ns.saturating_add(gap_ns));
        [gap_ends_ns, self.session.ends_ns()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the key is found to be stuck now. If so the word before it is over, and the receiver is
    /// reset; this tells of one mark once.
    pub(crate) fn is_newly_stuck(&mut self, now_ns: u64, buffer: &ReadBuffer) -> bool {
        let since_ns = self.debounce.since_ns().unwrap_or(now_ns);
        if self.is_stuck || !self.debounce.is_mark() || now_ns.saturating_sub(since_ns) < STUCK_NS {
            return false;
        }
        self.is_stuck = true;
        self.decoder.interrupt();
        self.decode(Step::EndWord, buffer);
        self.reset();
        true
    }

    /// Returns what became of the edges.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            received: self.debounce.received(),
            debounced: self.debounce.debounced(),
            dropped: self.dropped,
            characters: self.characters,
            sessions: self.sessions,
        }
    }

    /// Returns how long a level must hold, in microseconds.
    pub(crate) fn debounce_us(&self) -> u32 {
        self.debounce_us
    }

    /// Sets how long a level must hold, in microseconds. `EINVAL` if that is too long.
    pub(crate) fn set_debounce_us(&mut self, debounce_us: u32) -> Result {
        if debounce_us > DEBOUNCE_MAX_US {
            return Err(EINVAL);
        }
        self.debounce_us = debounce_us;
        self.debounce
            .set_debounce_ns(u64::from(debounce_us) * NS_PER_US);
        Ok(())
    }

    /// Returns the speed that was set, 0 if it is found out.
    pub(crate) fn fixed_wpm(&self) -> u32 {
        self.fixed_wpm
    }

    /// Sets the speed, or has it found out if `wpm` is 0. `EINVAL` if it is out of range.
    pub(crate) fn set_fixed_wpm(&mut self, wpm: u32) -> Result {
        self.decoder
            .set_fixed_wpm(wpm)
            .map_err(|OutOfRange| EINVAL)?;
        self.fixed_wpm = wpm;
        self.set_stale();
        Ok(())
    }

    /// Returns the speed that was found out or set, `None` while it is not known.
    pub(crate) fn wpm(&self) -> Option<u32> {
        self.decoder.wpm()
    }

    /// Since when the key is up for sure; `None` if it is not, or may not be.
    fn up_since_ns(&self) -> Option<u64> {
        let is_up = !self.debounce.is_mark() && self.debounce.settles_ns().is_none();
        self.debounce.since_ns().filter(|_| is_up)
    }

    fn pulse(&mut self, pulse: Option<Pulse>, buffer: &ReadBuffer) -> bool {
        let Some(pulse) = pulse else {
            return false;
        };
        buffer.push_pulse(pulse);
        self.is_stuck = false;
        if !core::mem::take(&mut self.is_stale) {
            self.decode(Step::Pulse(pulse), buffer);
        }
        true
    }

    /// Has the decoder do `step`, and passes on what it says.
    fn decode(&mut self, step: Step, buffer: &ReadBuffer) {
        let Self {
            decoder,
            session,
            characters,
            device,
            ..
        } = self;
        let sink = |text: Text| {
            buffer.push_text(text.as_bytes());
            session.add(text.as_bytes());
            if text != Text::SPACE {
                *characters += 1;
                trace::character_received(*device, text.as_bytes());
            }
        };
        match step {
            Step::Pulse(Pulse { mark, duration_ns }) if mark => decoder.mark(duration_ns, sink),
            Step::Pulse(Pulse { duration_ns, .. }) => decoder.space(duration_ns, sink),
            Step::EndLetter => decoder.finish_letter(sink),
            Step::EndWord => decoder.finish_word(sink),
        }
    }

    fn end_session(&mut self, buffer: &ReadBuffer) -> Summary {
        self.decode(Step::EndWord, buffer);
        if self.session.has_text() {
            buffer.push_text(b"\n");
        }
        self.sessions += 1;
        let summary = self.session.end(self.decoder.wpm());
        self.reset();
        summary
    }

    /// Makes the decoder begin anew, with the next mark.
    fn reset(&mut self) {
        self.decoder.reset();
        self.set_stale();
    }

    /// Keeps a mark that has begun from the decoder. A space is good for it even so, as a gap counts from
    /// its beginning.
    fn set_stale(&mut self) {
        // The first change of all ends nothing.
        self.is_stale = self.debounce.is_mark() && self.debounce.since_ns().is_some();
    }
}
