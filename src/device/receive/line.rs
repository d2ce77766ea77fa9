// SPDX-License-Identifier: GPL-2.0

//! The state of the key line, which turns edges and the passing of time into text and pulses.
//!
//! It is data under a lock. The softirq passes edges to it, the delayed work the time, and the timer checks
//! for a stuck key.

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

/// The default debounce time, in microseconds.
const DEBOUNCE_DEFAULT_US: u32 = 5000;
/// The longest debounce time, in microseconds.
const DEBOUNCE_MAX_US: u32 = 1_000_000;
const NS_PER_US: u64 = 1000;

/// A key that is down for this time counts as stuck, in nanoseconds.
const STUCK_NS: u64 = 10_000_000_000;

/// Counts of edges, characters and sessions.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    /// Edges that began a mark or a space.
    pub(crate) received: u64,
    /// Edges that did not last for the debounce time.
    pub(crate) debounced: u64,
    /// Edges dropped for lack of room in the ring.
    pub(crate) dropped: u64,
    /// Characters.
    pub(crate) characters: u64,
    /// Sessions that have ended.
    pub(crate) sessions: u64,
}

/// An input of the decoder.
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
    /// When the level was first looked at, for one that has not changed since.
    began_ns: u64,
    debounce_us: u32,
    decoder: Decoder,
    fixed_wpm: u32,
    session: Session,
    /// The decoder was reset during the current mark, and does not get it.
    is_stale: bool,
    /// The current mark was reported as a stuck key.
    is_stuck: bool,
    /// The number of all edges at the last call of `count_edges()`.
    edges: u64,
    dropped: u64,
    /// The wrapping count of dropped edges of the ring at the last call of `count_dropped()`.
    dropped_seen: u32,
    characters: u64,
    sessions: u64,
}

impl LineState {
    /// The state of the device with this number, whose key is `down` at `now_ns`.
    pub(crate) const fn new(device: u32, down: bool, now_ns: u64) -> Self {
        Self {
            device,
            began_ns: now_ns,
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

    /// Takes an edge. Returns whether readers have new items.
    pub(crate) fn edge(&mut self, edge: Edge, buffer: &ReadBuffer) -> bool {
        self.session.edge(edge.time_ns);
        let pulse = self.debounce.edge(edge);
        self.pulse(pulse, buffer)
    }

    /// Extends the wrapping count of all edges of the ring to 64 bits. The ticker calls it often enough.
    pub(crate) fn count_edges(&mut self, edges: u32) -> u64 {
        self.edges += u64::from(edges.wrapping_sub(self.edges as u32));
        self.edges
    }

    /// Takes the count of dropped edges of the ring. Returns whether it has grown since the last call.
    pub(crate) fn count_dropped(&mut self, dropped: u32) -> bool {
        let more = dropped.wrapping_sub(self.dropped_seen);
        self.dropped_seen = dropped;
        self.dropped = self.dropped.saturating_add(u64::from(more));
        more > 0
    }

    /// The level of the line, which need not last: whether the key is down.
    pub(crate) fn level(&self) -> bool {
        self.debounce.line_level()
    }

    /// Takes the level of the line, read after edges were dropped.
    pub(crate) fn resync(&mut self, edge: Edge, buffer: &ReadBuffer) -> bool {
        let pulse = self.debounce.resync(edge);
        self.pulse(pulse, buffer)
    }

    /// Takes what the line reads. If that is not the level which the last edge led to, an edge was lost. The
    /// mark or space that ends with it has no length that can be known.
    pub(crate) fn check(&mut self, edge: Edge, buffer: &ReadBuffer) -> bool {
        if self.debounce.line_level() == edge.mark {
            return false;
        }
        let news = self.resync(edge, buffer);
        self.is_stale = self.debounce.since_ns().is_some();
        news
    }

    /// Begins anew with a key that is `down` at `now_ns`: how long it has been so is not known. Returns the session
    /// that ends with this, if one had begun.
    pub(crate) fn restart(
        &mut self,
        down: bool,
        now_ns: u64,
        buffer: &ReadBuffer,
    ) -> Option<Summary> {
        let had_begun = self.session.ends_ns().is_some();
        let session = had_begun.then(|| self.end_session(buffer));
        self.debounce.restart(down);
        self.began_ns = now_ns;
        self.reset();
        session
    }

    /// Takes the time `now_ns`, after all earlier edges. Returns whether readers have new items, and the
    /// session if it has ended.
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

    /// The time at which [`Self::time`] is to be called next if no edge comes, in nanoseconds.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        if let Some(settles_ns) = self.debounce.settles_ns() {
            // Only then is the level known.
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

    /// Returns whether the key is stuck, once for each mark. It then ends the word before, and resets the
    /// decoder.
    pub(crate) fn is_newly_stuck(&mut self, now_ns: u64, buffer: &ReadBuffer) -> bool {
        if !self.debounce.is_mark() {
            self.is_stuck = false;
            return false;
        }
        let since_ns = self.debounce.since_ns().unwrap_or(self.began_ns);
        if self.is_stuck || now_ns.saturating_sub(since_ns) < STUCK_NS {
            return false;
        }
        self.is_stuck = true;
        self.decoder.interrupt();
        self.decode(Step::EndWord, buffer);
        self.reset();
        true
    }

    /// Returns the counts.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            received: self.debounce.received(),
            debounced: self.debounce.debounced(),
            dropped: self.dropped,
            characters: self.characters,
            sessions: self.sessions,
        }
    }

    /// Returns the debounce time in microseconds.
    pub(crate) fn debounce_us(&self) -> u32 {
        self.debounce_us
    }

    /// Sets the debounce time in microseconds. `EINVAL` if it is out of range.
    pub(crate) fn set_debounce_us(&mut self, debounce_us: u32) -> Result {
        if debounce_us > DEBOUNCE_MAX_US {
            return Err(EINVAL);
        }
        self.debounce_us = debounce_us;
        self.debounce
            .set_debounce_ns(u64::from(debounce_us) * NS_PER_US);
        Ok(())
    }

    /// Returns the speed that was set, or 0 if the decoder estimates it.
    pub(crate) fn fixed_wpm(&self) -> u32 {
        self.fixed_wpm
    }

    /// Sets the speed in WPM; with 0, the decoder estimates it. `EINVAL` if it is out of range.
    pub(crate) fn set_fixed_wpm(&mut self, wpm: u32) -> Result {
        self.decoder
            .set_fixed_wpm(wpm)
            .map_err(|OutOfRange| EINVAL)?;
        self.fixed_wpm = wpm;
        self.set_stale();
        Ok(())
    }

    /// Returns the speed that was set or estimated, in WPM; `None` while it is unknown.
    pub(crate) fn wpm(&self) -> Option<u32> {
        self.decoder.wpm()
    }

    /// The time since which the key is up; `None` if it is down, or its level is not stable yet.
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

    /// Passes `step` to the decoder, and its text to the readers.
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

    /// Resets the decoder, which then starts with the next mark.
    fn reset(&mut self) {
        self.decoder.reset();
        self.set_stale();
    }

    /// Keeps the current mark from the decoder. A current space is valid, as gaps are counted from its
    /// beginning.
    fn set_stale(&mut self) {
        // The first change of the level ends no mark or space.
        self.is_stale = self.debounce.is_mark() && self.debounce.since_ns().is_some();
    }
}
