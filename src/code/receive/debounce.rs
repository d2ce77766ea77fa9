// SPDX-License-Identifier: GPL-2.0

//! Turns raw edges into marks and spaces.
//!
//! As in gpio-keys, a level is accepted when it was stable for the debounce time. It counts from the edge
//! that began the stable time, so the debounce time does not change durations; and as both ends of a mark are
//! treated alike, bouncing hardly does.
//!
//! A burst that ends at the level before it has no effect but on the counts: a spike does not split a mark.
//! Every edge is counted once: as [`received`](Debounce::received) if it began a mark or space, otherwise as
//! [`debounced`](Debounce::debounced); at most one is [`pending`](Debounce::pending).

use super::ring::Edge;

/// A mark or a space that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Key down, or key up.
    pub mark: bool,
    /// Its duration in nanoseconds.
    pub duration_ns: u64,
}

/// A level that is not accepted yet.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    since_ns: u64,
    /// Whether an edge began it, which is to be counted.
    counted: bool,
    /// The edge that began it is lost, so that its time is not known.
    is_lost: bool,
}

/// The state of one key line. Times are on one monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Debounce {
    debounce_ns: u64,
    /// The accepted level.
    mark: bool,
    /// The time since which it holds; unknown until the first change.
    since_ns: Option<u64>,
    /// The other level, if the line has it now.
    candidate: Option<Candidate>,
    /// Since when the line has been seen with a level that no edge led to.
    unexplained_ns: Option<u64>,
    /// See [`Self::is_exact`].
    is_exact: bool,
    received: u64,
    debounced: u64,
}

impl Debounce {
    /// The longest delay of an interrupt after its edge: the chip of the line may be on a slow bus, and the host of a virtual
    /// processor may keep it waiting.
    pub const LATE_NS: u64 = 100_000_000;

    /// A line with the level `mark` since an unknown time.
    pub const fn new(debounce_ns: u64, mark: bool) -> Self {
        Self {
            debounce_ns,
            mark,
            since_ns: None,
            candidate: None,
            unexplained_ns: None,
            is_exact: true,
            received: 0,
            debounced: 0,
        }
    }

    /// Resets the line to the level `mark` since an unknown time. The counts are kept.
    pub fn restart(&mut self, mark: bool) {
        if let Some(candidate) = self.candidate.take() {
            self.count(candidate.counted, false);
        }
        self.mark = mark;
        self.since_ns = None;
        self.unexplained_ns = None;
    }

    /// Sets the debounce time, or none with zero, from now on.
    pub fn set_debounce_ns(&mut self, debounce_ns: u64) {
        self.debounce_ns = debounce_ns;
    }

    /// Takes an edge. Returns a mark or space that has ended.
    ///
    /// The first change ends a mark or space of unknown duration, which is not returned.
    pub fn edge(&mut self, edge: Edge) -> Option<Pulse> {
        self.level(edge, true, false)
    }

    /// Takes the level read at a time, after edges were dropped. A change among them takes effect now, and is
    /// not counted.
    pub fn resync(&mut self, edge: Edge) -> Option<Pulse> {
        self.unexplained_ns = None;
        if self.candidate.is_some() && edge.mark != self.mark {
            return self.settle(edge.time_ns);
        }
        self.level(edge, false, false)
    }

    /// Takes an edge that [`Debounce::check`] has found lost.
    pub fn lose(&mut self, edge: Edge) -> Option<Pulse> {
        self.level(edge, false, true)
    }

    /// Takes the level read at a time, with no edge since the last; `None` if it is not known.
    ///
    /// If the line has had the other level for [`Debounce::LATE_NS`], the edge that led to it is lost, and is returned for
    /// [`Debounce::lose`].
    pub fn check(&mut self, level: Option<Edge>) -> Option<Edge> {
        let level = level.filter(|level| level.mark != self.line_level());
        let seen_ns = self.unexplained_ns.take();
        let Edge { time_ns, mark } = level?;
        let since_ns = seen_ns.unwrap_or(time_ns);
        if time_ns.saturating_sub(since_ns) < Self::LATE_NS {
            self.unexplained_ns = Some(since_ns);
            return None;
        }
        Some(Edge {
            time_ns: since_ns,
            mark,
        })
    }

    /// The time at which the level is to be checked again, if an edge seems to be lost.
    pub fn check_ns(&self) -> Option<u64> {
        Some(self.unexplained_ns?.saturating_add(Self::LATE_NS))
    }

    /// Takes the time, with no edge since the last. Returns the mark or space before the current level, if
    /// that is stable now. To be called at [`Debounce::settles_ns`].
    pub fn settle(&mut self, now_ns: u64) -> Option<Pulse> {
        let candidate = self.candidate?;
        if now_ns.saturating_sub(candidate.since_ns) < self.debounce_ns {
            return None;
        }
        self.candidate = None;
        self.is_exact = !candidate.is_lost;
        self.count(candidate.counted, true);
        let began_ns = self.since_ns.replace(candidate.since_ns);
        self.mark = !self.mark;
        Some(Pulse {
            mark: !self.mark,
            duration_ns: candidate.since_ns.saturating_sub(began_ns?),
        })
    }

    /// The time at which the current level is accepted, if it is not yet.
    pub fn settles_ns(&self) -> Option<u64> {
        let candidate = self.candidate?;
        Some(candidate.since_ns.saturating_add(self.debounce_ns))
    }

    /// Returns the level that the line has now, accepted or not.
    pub fn line_level(&self) -> bool {
        self.mark != self.candidate.is_some()
    }

    /// The accepted level: whether the key is down.
    pub fn is_mark(&self) -> bool {
        self.mark
    }

    /// The time since which the accepted level holds; `None` before the first change.
    pub fn since_ns(&self) -> Option<u64> {
        self.since_ns
    }

    /// Whether the length of the last mark or space that has ended is known: the edge that ended it was not lost.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The number of edges that began a mark or a space.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The number of edges that did not.
    pub fn debounced(&self) -> u64 {
        self.debounced
    }

    /// The number of edges of which this is not known yet, at most one.
    pub fn pending(&self) -> u64 {
        self.candidate
            .map_or(0, |candidate| u64::from(candidate.counted))
    }

    fn level(&mut self, edge: Edge, counted: bool, is_lost: bool) -> Option<Pulse> {
        self.unexplained_ns = None;
        let pulse = self.settle(edge.time_ns);
        if let Some(candidate) = self.candidate.take() {
            // It did not last until this edge. (Both edges may have the same level, if edges between them
            // were dropped; it was not stable then, either.)
            self.count(candidate.counted, false);
        }
        if edge.mark == self.mark {
            self.count(counted, false);
        } else {
            self.candidate = Some(Candidate {
                since_ns: edge.time_ns,
                counted,
                is_lost,
            });
        }
        // Without a debounce time the edge is accepted at once. A call returns one pulse; if there is one
        // already, the next call returns this one.
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
