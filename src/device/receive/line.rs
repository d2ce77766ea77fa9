// SPDX-License-Identifier: GPL-2.0

//! The state of the key line, which turns edges into marks and spaces.
//!
//! It is data under a spinlock that softirqs take, so each step is short. Reading text from marks and spaces
//! takes longer, and waits in [`LineState::next_step`] for a work item.

use super::buffer::ReadBuffer;
use crate::code::{
    Debounce,
    Edge,
    Pulse, //
};
use crate::device::stream::{
    Cursor,
    Stream, //
};
use kernel::prelude::*;

/// The default debounce time, in microseconds.
const DEBOUNCE_DEFAULT_US: u32 = 5000;
/// The longest debounce time, in microseconds.
const DEBOUNCE_MAX_US: u32 = 1_000_000;
const NS_PER_US: u64 = 1000;

/// A key that is down for this time counts as stuck, in nanoseconds.
const STUCK_NS: u64 = 10_000_000_000;

/// The longest time for which edges wait while the level cannot be read, and the time between two readings, in nanoseconds.
const UNREAD_NS: u64 = 100_000_000;
const RETRY_NS: u64 = 20_000_000;

/// The capacity for steps: those of all edges that one run of the bottom half takes.
pub(super) const STEPS: usize = 1024;

/// An input of the decoder.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// A mark or a space that has ended.
    Pulse(Pulse),
    /// The key is stuck: its mark does not count.
    Stuck,
    /// Steps before this one were overwritten.
    Lost(u64),
}

/// How long the key must be up for something to end, as far as the decoder knows, in nanoseconds.
#[derive(Clone, Copy)]
pub(super) struct Gaps {
    /// The letter, or the word after it, if one is to end.
    pub(super) text_ns: Option<u64>,
    /// The session, counted from the last edge.
    pub(super) session_ns: u64,
}

/// Counts of edges.
#[derive(Clone, Copy)]
pub(crate) struct EdgeCounts {
    /// Edges that began a mark or a space.
    pub(crate) received: u64,
    /// Edges that began neither a mark nor a space.
    pub(crate) debounced: u64,
    /// Edges dropped for lack of room in the ring, or as the level could not be read.
    pub(crate) dropped: u64,
}

/// See the [module documentation](self).
pub(crate) struct LineState {
    debounce: Debounce,
    /// When a level that has not changed since was first read.
    began_ns: u64,
    debounce_us: u32,
    /// Marks and spaces for the decoder, and how many it has taken.
    steps: Stream<Step>,
    taken: Cursor,
    /// Valid while no step waits.
    gaps: Gaps,
    /// All edges before this time have been taken.
    seen_ns: u64,
    /// The edges of the session, and the time of the last one.
    session_edges: u64,
    last_edge_ns: Option<u64>,
    /// The decoder was reset during the current mark, and does not get it.
    is_stale: bool,
    /// The current mark was reported as a stuck key.
    is_stuck: bool,
    /// The number of all edges at the last call of `count_edges()`.
    edges: u64,
    dropped: u64,
    /// Since when readings have failed though edges waited for one, and when to read again for them.
    unread_since_ns: Option<u64>,
    retry_ns: Option<u64>,
    /// The wrapping count of dropped edges of the ring at the last call of `count_dropped()`.
    dropped_seen: u32,
}

impl LineState {
    /// The state of a key that is `down` at `now_ns`.
    pub(super) fn new(down: bool, now_ns: u64, gaps: Gaps) -> Result<Self> {
        Ok(Self {
            began_ns: now_ns,
            debounce: Debounce::new(u64::from(DEBOUNCE_DEFAULT_US) * NS_PER_US, down),
            debounce_us: DEBOUNCE_DEFAULT_US,
            steps: Stream::new(STEPS, Step::Stuck)?,
            taken: Cursor::default(),
            gaps,
            seen_ns: now_ns,
            session_edges: 0,
            last_edge_ns: None,
            is_stale: false,
            is_stuck: false,
            edges: 0,
            dropped: 0,
            unread_since_ns: None,
            retry_ns: None,
            dropped_seen: 0,
        })
    }

    /// Takes an edge. Returns whether there is a pulse more.
    pub(crate) fn edge(&mut self, edge: Edge, buffer: &ReadBuffer) -> bool {
        self.session_edges = self.session_edges.saturating_add(1);
        self.last_edge_ns = Some(edge.time_ns);
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

    /// Takes the result of a reading at `now_ns`, for which edges may wait. Returns whether they have waited too long, and
    /// are to be dropped.
    pub(crate) fn reading(&mut self, has_failed: bool, has_edges: bool, now_ns: u64) -> bool {
        self.retry_ns = None;
        if !has_failed {
            self.unread_since_ns = None;
            return false;
        }
        if !has_edges {
            return false;
        }
        let since_ns = *self.unread_since_ns.get_or_insert(now_ns);
        let gives_up = now_ns.saturating_sub(since_ns) >= UNREAD_NS;
        self.retry_ns = (!gives_up).then_some(now_ns.saturating_add(RETRY_NS));
        gives_up
    }

    /// Counts edges whose levels could not be read.
    pub(crate) fn drop_edges(&mut self, count: u64) {
        self.dropped = self.dropped.saturating_add(count);
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

    /// Takes the level of the line; `None` if it is not known. If an edge was lost, the length of the mark or space
    /// that it ended is unknown.
    pub(crate) fn check(&mut self, level: Option<Edge>, buffer: &ReadBuffer) -> bool {
        let Some(edge) = self.debounce.check(level) else {
            return false;
        };
        let before = self.debounce.settle(edge.time_ns);
        let news = self.pulse(before, buffer);
        let pulse = self.debounce.lose(edge);
        self.pulse(pulse, buffer) || news
    }

    /// Begins anew with a key that is `down` at `now_ns`: how long it has been so is not known. Returns the edges
    /// of the session that ends with this, if one had begun.
    pub(super) fn restart(&mut self, down: bool, now_ns: u64) -> Option<u64> {
        self.debounce.restart(down);
        self.began_ns = now_ns;
        self.taken.position = self.steps.end();
        self.is_stale = false;
        self.take_session()
    }

    /// Takes the time `now_ns`, after all earlier edges. Returns whether there is a pulse more.
    pub(super) fn time(&mut self, now_ns: u64, buffer: &ReadBuffer) -> bool {
        self.seen_ns = now_ns;
        let pulse = self.debounce.settle(now_ns);
        self.pulse(pulse, buffer)
    }

    /// Takes the oldest step for the decoder.
    pub(super) fn next_step(&mut self) -> Option<Step> {
        match self.steps.catch_up(&mut self.taken) {
            0 => {
                let step = self.steps.get(self.taken.position)?;
                self.taken.position += 1;
                Some(step)
            }
            lost => Some(Step::Lost(lost)),
        }
    }

    /// Returns whether there are steps for the decoder.
    pub(super) fn has_steps(&self) -> bool {
        self.taken.position < self.steps.end()
    }

    /// Returns how long the key was up when the line was last looked at, in nanoseconds; `None` if it was down, if
    /// its level was not stable, or if a step waits.
    pub(super) fn up_ns(&self) -> Option<u64> {
        let since_ns = self.up_since_ns().filter(|_| !self.has_steps())?;
        Some(self.seen_ns.saturating_sub(since_ns))
    }

    /// Ends the session if the key was up for `session_ns`, and returns its edges.
    pub(super) fn end_session(&mut self, session_ns: u64) -> Option<u64> {
        self.up_ns()?;
        if self.seen_ns < self.last_edge_ns?.saturating_add(session_ns) {
            return None;
        }
        self.take_session()
    }

    fn take_session(&mut self) -> Option<u64> {
        self.last_edge_ns.take()?;
        Some(core::mem::take(&mut self.session_edges))
    }

    /// Sets how long the key must be up for something to end.
    pub(super) fn set_gaps(&mut self, gaps: Gaps) {
        self.gaps = gaps;
    }

    /// Returns when the line is to be looked at next if no edge comes, in nanoseconds. `None` if the decoder has
    /// to take a step first, or if only an edge changes anything.
    pub(super) fn next_ns(&self) -> Option<u64> {
        let up_ns = self.up_since_ns().filter(|_| !self.has_steps());
        let Gaps {
            text_ns,
            session_ns,
        } = self.gaps;
        let after = |start_ns: Option<u64>, gap_ns: u64| Some(start_ns?.saturating_add(gap_ns));
        let last_edge_ns = self.last_edge_ns.filter(|_| up_ns.is_some());
        [
            // The level is not known before.
            self.debounce.settles_ns(),
            self.debounce.check_ns(),
            self.retry_ns,
            text_ns.and_then(|text_ns| after(up_ns, text_ns)),
            after(last_edge_ns, session_ns),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Returns whether the key is stuck, once for each mark. The decoder then ends the word before.
    pub(super) fn is_newly_stuck(&mut self, now_ns: u64) -> bool {
        if !self.debounce.is_mark() {
            self.is_stuck = false;
            return false;
        }
        let since_ns = self.debounce.since_ns().unwrap_or(self.began_ns);
        if self.is_stuck || now_ns.saturating_sub(since_ns) < STUCK_NS {
            return false;
        }
        self.is_stuck = true;
        self.steps.push(Step::Stuck);
        self.set_stale();
        true
    }

    pub(crate) fn counts(&self) -> EdgeCounts {
        EdgeCounts {
            received: self.debounce.received(),
            debounced: self.debounce.debounced(),
            dropped: self.dropped,
        }
    }

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

    /// Keeps the current mark from the decoder. A current space is valid, as gaps are counted from its
    /// beginning.
    pub(super) fn set_stale(&mut self) {
        // The first change of the level ends no mark or space.
        self.is_stale = self.debounce.is_mark() && self.debounce.since_ns().is_some();
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
        if !core::mem::take(&mut self.is_stale) && self.debounce.is_exact() {
            self.steps.push(Step::Pulse(pulse));
        }
        true
    }
}
