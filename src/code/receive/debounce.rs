// SPDX-License-Identifier: GPL-2.0

//! From raw edges to marks and spaces.
//!
//! As with gpio-keys, a level counts once it was stable for the debounce time. It counts from the edge
//! that began the stable stretch, so the delay until it is believed does not change any length, and
//! as both ends of a mark are treated alike, bouncing hardly does.
//!
//! A burst that ends at the level before it leaves no trace but its count: a spike does not cut a mark
//! in two. Every edge is counted once: [`received`](Debounce::received) began a mark or space,
//! [`debounced`](Debounce::debounced) did not, and at most one is [`pending`](Debounce::pending).

use super::ring::Edge;

/// A mark or a space that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Key down, or key up.
    pub mark: bool,
    /// How long it lasted.
    pub duration_ns: u64,
}

/// A level that is not believed yet.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    since_ns: u64,
    /// Whether an edge told of it, and is to be counted.
    counted: bool,
}

/// The state of one key line. Times are on one clock that does not run backwards.
#[derive(Clone, Copy, Debug)]
pub struct Debounce {
    debounce_ns: u64,
    /// The level that is believed.
    mark: bool,
    /// Since when it holds; unknown until the first change.
    since_ns: Option<u64>,
    /// The other level, if the line has it now.
    candidate: Option<Candidate>,
    received: u64,
    debounced: u64,
}

impl Debounce {
    /// A line that is at the level `mark`, since an unknown time.
    pub const fn new(debounce_ns: u64, mark: bool) -> Self {
        Self {
            debounce_ns,
            mark,
            since_ns: None,
            candidate: None,
            received: 0,
            debounced: 0,
        }
    }

    /// Begins anew with a line that is at the level `mark`, since an unknown time. The counts go on.
    pub fn restart(&mut self, mark: bool) {
        if let Some(candidate) = self.candidate.take() {
            self.count(candidate.counted, false);
        }
        self.mark = mark;
        self.since_ns = None;
    }

    /// Sets how long a level must be stable, zero for not at all. Holds from now on.
    pub fn set_debounce_ns(&mut self, debounce_ns: u64) {
        self.debounce_ns = debounce_ns;
    }

    /// Takes an edge. Returns a mark or space that is known now to have ended.
    ///
    /// The first change of all ends a space of unknown length, which is not returned.
    pub fn edge(&mut self, edge: Edge) -> Option<Pulse> {
        self.level(edge, true)
    }

    /// Takes what the line reads at a time, for when edges were dropped: a change that was among them
    /// is noticed now, and not counted.
    pub fn resync(&mut self, edge: Edge) -> Option<Pulse> {
        if self.candidate.is_some() && edge.mark != self.mark {
            return self.settle(edge.time_ns);
        }
        self.level(edge, false)
    }

    /// Looks at the time, with no edge since. Returns the mark or space that ended when the present
    /// level began, if that is stable now. Call it at [`Debounce::settles_ns`].
    pub fn settle(&mut self, now_ns: u64) -> Option<Pulse> {
        let candidate = self.candidate?;
        if now_ns.saturating_sub(candidate.since_ns) < self.debounce_ns {
            return None;
        }
        self.candidate = None;
        self.count(candidate.counted, true);
        let began_ns = self.since_ns.replace(candidate.since_ns);
        self.mark = !self.mark;
        Some(Pulse {
            mark: !self.mark,
            duration_ns: candidate.since_ns.saturating_sub(began_ns?),
        })
    }

    /// When the present level will have been stable for long enough, if it is not believed yet.
    pub fn settles_ns(&self) -> Option<u64> {
        let candidate = self.candidate?;
        Some(candidate.since_ns.saturating_add(self.debounce_ns))
    }

    /// The level that is believed: whether the key is down.
    pub fn is_mark(&self) -> bool {
        self.mark
    }

    /// Since when the believed level holds; `None` before the first change.
    pub fn since_ns(&self) -> Option<u64> {
        self.since_ns
    }

    /// Edges that began a mark or a space.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Edges that did not.
    pub fn debounced(&self) -> u64 {
        self.debounced
    }

    /// Edges of which that is not known yet, at most one.
    pub fn pending(&self) -> u64 {
        self.candidate
            .map_or(0, |candidate| u64::from(candidate.counted))
    }

    fn level(&mut self, edge: Edge, counted: bool) -> Option<Pulse> {
        let pulse = self.settle(edge.time_ns);
        if let Some(candidate) = self.candidate.take() {
            // It did not last until this edge. (Both may tell of the same level, if edges between them
            // were dropped; it was not stable then either.)
            self.count(candidate.counted, false);
        }
        if edge.mark == self.mark {
            self.count(counted, false);
        } else {
            self.candidate = Some(Candidate {
                since_ns: edge.time_ns,
                counted,
            });
        }
        // Without a debounce time the edge is believed at once. One call returns one pulse, so if there
        // is one already, the next call tells of this one.
        pulse.or_else(|| self.settle(edge.time_ns))
    }

    fn count(&mut self, counted: bool, received: bool) {
        let count = if received {
            &mut self.received
        } else {
            &mut self.debounced
        };
        *count = count.saturating_add(u64::from(counted));
    }
}
