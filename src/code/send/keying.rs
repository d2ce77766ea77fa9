// SPDX-License-Identifier: GPL-2.0

//! Turns symbols into marks and spaces with absolute deadlines.
//!
//! The keyer calls [`Keying::next`] at each deadline, sets the lamp accordingly, and waits for the next
//! deadline. A deadline is the previous one plus an exact duration, with a fraction of a nanosecond, so
//! neither rounding nor late wake-ups add up.

use crate::code::element::{
    Element,
    Elements, //
};
use crate::code::span::Span;
use crate::code::symbol::Symbol;
use crate::code::timing::Timing;

/// A mark or a space: the state of the lamp for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Lit for a mark, dark for a space.
    pub mark: bool,
    /// Its beginning on the clock of the caller, in the past if the caller is late.
    pub from_ns: u64,
    /// Its end on the same clock.
    pub until_ns: u64,
    /// Whether this is the first mark of a symbol.
    pub begins_symbol: bool,
}

/// The position within a transmission.
#[derive(Clone, Copy, Debug)]
enum State {
    /// No mark was sent yet, so the next one needs no gap.
    Fresh,
    /// The last mark of a symbol ends at the deadline; the next symbol determines the space that follows.
    /// `dark` if there was no next symbol when it ended.
    Between { dark: bool },
    /// The space before a mark ends at the deadline.
    Space { first: Element, begins_symbol: bool },
    /// A mark ends at the deadline, and more elements of its symbol follow.
    Inside,
}

/// The timeline of one transmitter.
///
/// It spans transmissions: a symbol soon after the end of a transmission still gets its gap.
#[derive(Clone, Copy, Debug)]
pub struct Keying {
    state: State,
    /// The end of the last step.
    deadline: Span,
    /// The elements of the current symbol after the one being sent.
    rest: Elements,
}

impl Default for Keying {
    fn default() -> Self {
        Self::new()
    }
}

impl Keying {
    /// The timeline of a transmitter that has not sent yet.
    pub const fn new() -> Self {
        Self {
            state: State::Fresh,
            deadline: Span::ZERO,
            rest: Elements::NONE,
        }
    }

    /// The step that begins at the last deadline, or `None` if there is no symbol: the caller then puts the
    /// lamp out.
    ///
    /// `now_ns` is the time on a monotonic clock, `timing` applies to this step, and `fetch` takes the next
    /// symbol out of the fifo. It is called at most once, when the last mark of the previous symbol has
    /// ended.
    ///
    /// The first symbol after a pause begins at `now_ns`, but not before the end of its gap after the last
    /// mark. If `now_ns` is more than a unit after the deadline, for instance because the machine was
    /// stopped, the timeline moves to `now_ns` instead of catching up in a burst.
    pub fn next(
        &mut self,
        now_ns: u64,
        timing: &Timing,
        fetch: impl FnOnce() -> Option<Symbol>,
    ) -> Option<Step> {
        self.catch_up(now_ns, timing);
        match self.state {
            State::Fresh | State::Between { .. } => self.after_symbol(now_ns, timing, fetch()),
            State::Space {
                first,
                begins_symbol,
            } => Some(self.mark(timing, first, begins_symbol)),
            State::Inside => match self.rest.next() {
                Some(first) => {
                    self.state = State::Space {
                        first,
                        begins_symbol: false,
                    };
                    Some(self.step(false, false, timing.element_gap()))
                }
                // `mark` enters this state only with elements left.
                None => self.after_symbol(now_ns, timing, fetch()),
            },
        }
    }

    /// Drops the rest of the symbol being sent. A mark ends now, and the gap of the next symbol is counted
    /// from now.
    pub fn abort(&mut self, now_ns: u64) {
        self.rest = Elements::NONE;
        if !matches!(self.state, State::Fresh | State::Between { dark: true }) {
            // A space began earlier. Counting it from now makes the gap longer, never shorter.
            self.deadline = Span::from_ns(now_ns);
            self.state = State::Between { dark: true };
        }
    }

    /// Moves the end of the current step, and all later ones, by `late_ns`: the step began that much late.
    pub fn postpone(&mut self, late_ns: u64) {
        self.deadline = self.deadline.plus(Span::from_ns(late_ns));
    }

    /// The end of the current step on the clock of the caller.
    pub fn deadline_ns(&self) -> u64 {
        self.deadline.round_ns()
    }

    /// Moves the timeline to `now_ns` if it is more than a unit late.
    fn catch_up(&mut self, now_ns: u64, timing: &Timing) {
        let dark = matches!(self.state, State::Fresh | State::Between { dark: true });
        let late_ns = now_ns.saturating_sub(self.deadline.round_ns());
        if !dark && late_ns > timing.unit_ns() {
            self.deadline = Span::from_ns(now_ns);
        }
    }

    fn after_symbol(
        &mut self,
        now_ns: u64,
        timing: &Timing,
        symbol: Option<Symbol>,
    ) -> Option<Step> {
        let Some(symbol) = symbol else {
            if let State::Between { dark } = &mut self.state {
                *dark = true;
            }
            return None;
        };
        self.rest = symbol.code.elements();
        // The parser makes no code without elements.
        let first = self.rest.next()?;
        let now = Span::from_ns(now_ns);

        let dark = match self.state {
            State::Fresh => {
                self.deadline = now;
                return Some(self.mark(timing, first, true));
            }
            State::Between { dark } => dark,
            State::Space { .. } | State::Inside => false,
        };
        let begin = self.deadline.plus(timing.gap(symbol.gap));
        if dark && begin <= now {
            self.deadline = now;
            return Some(self.mark(timing, first, true));
        }
        let from_ns = self.deadline.round_ns();
        self.deadline = begin;
        self.state = State::Space {
            first,
            begins_symbol: true,
        };
        Some(Step {
            mark: false,
            from_ns,
            until_ns: begin.round_ns(),
            begins_symbol: false,
        })
    }

    fn mark(&mut self, timing: &Timing, element: Element, begins_symbol: bool) -> Step {
        self.state = if self.rest.len() == 0 {
            State::Between { dark: false }
        } else {
            State::Inside
        };
        self.step(true, begins_symbol, timing.mark(element))
    }

    fn step(&mut self, mark: bool, begins_symbol: bool, duration: Span) -> Step {
        let from_ns = self.deadline.round_ns();
        self.deadline = self.deadline.plus(duration);
        Step {
            mark,
            from_ns,
            until_ns: self.deadline.round_ns(),
            begins_symbol,
        }
    }
}
