// SPDX-License-Identifier: GPL-2.0

//! From symbols to marks and spaces with absolute deadlines.
//!
//! A keyer calls [`Keying::next`] when the last deadline has come, sets the lamp as it says, and waits
//! for the next deadline. Each deadline is the one before plus an exact duration, kept finer than a
//! nanosecond, so neither rounding nor late wake-ups ever add up.

use crate::code::element::{
    Element,
    Elements, //
};
use crate::code::span::Span;
use crate::code::symbol::Symbol;
use crate::code::timing::Timing;

/// What the lamp is to show, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Lit for a mark, dark for a space.
    pub mark: bool,
    /// When it begins, on the clock of the caller. In the past if the caller is late.
    pub from_ns: u64,
    /// When it ends, on the same clock.
    pub until_ns: u64,
    /// Whether this is the first mark of a symbol.
    pub begins_symbol: bool,
}

/// Where a transmission is.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Nothing was ever sent, so the next mark need not keep a distance.
    Fresh,
    /// The last mark of a symbol ends at the deadline; which space follows depends on the next symbol.
    /// `dark` if there was none when it ended.
    Between { dark: bool },
    /// The space before a mark ends at the deadline.
    Space { first: Element, begins_symbol: bool },
    /// A mark ends at the deadline, with more elements of its symbol to come.
    Inside,
}

/// The timeline of one transmitter.
///
/// It outlives single transmissions: a symbol that comes soon after the last one still gets its gap.
#[derive(Clone, Copy, Debug)]
pub struct Keying {
    state: State,
    /// When the mark or space of the last step ends.
    deadline: Span,
    /// Elements of the current symbol behind the one being sent.
    rest: Elements,
}

impl Default for Keying {
    fn default() -> Self {
        Self::new()
    }
}

impl Keying {
    /// A transmitter that has not sent yet.
    pub const fn new() -> Self {
        Self {
            state: State::Fresh,
            deadline: Span::ZERO,
            rest: Elements::NONE,
        }
    }

    /// The step that begins at the last deadline, or `None` if there is nothing to send: the lamp is
    /// to be dark, now.
    ///
    /// `now_ns` is the time on a clock that does not run backwards, `timing` holds for this step, and
    /// `fetch` takes the next symbol out of the fifo. It is called at most once, when the last mark
    /// of the symbol before has ended.
    ///
    /// Symbols that come while nothing was being sent begin at `now_ns`, but not before their gap
    /// after the last mark is over. If `now_ns` is more than a unit behind the deadline (the machine
    /// was suspended, say), the timeline moves to `now_ns` instead of catching up in a burst.
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

    /// Forgets the rest of the symbol being sent: the mark, if there is one, ends now, and what is sent
    /// next keeps its gap from here.
    pub fn abort(&mut self, now_ns: u64) {
        self.rest = Elements::NONE;
        if !matches!(self.state, State::Fresh | State::Between { dark: true }) {
            // A space already lasts since an earlier moment; counting it from now is the longer gap.
            self.deadline = Span::from_ns(now_ns);
            self.state = State::Between { dark: true };
        }
    }

    /// Puts the end of the current step off, and with it all that follows: it began so much later than
    /// was asked for.
    pub fn postpone(&mut self, late_ns: u64) {
        self.deadline = self.deadline.plus(Span::from_ns(late_ns));
    }

    /// When the current step ends, on the clock of the caller.
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
        // A code without elements cannot be made by the parser; it would be no sign at all.
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
