// SPDX-License-Identifier: GPL-2.0

//! Decides which trial runs next. Each trial has a thread that waits for its turn here.
//!
//! Exact trials run concurrently, one for each processor. Beside them run one trial at a time that watches the host's
//! clock, and a few that mostly let time pass; one of these that failed beside others is repeated alone at the end. A
//! trial starts when its kernel is prepared and its board is free. Boards are kept for the next trial of their kind; a
//! second board of a kind is booted only when no other trial can start.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use morse_board::Board;

/// The key of a resource that trials on one kernel share.
pub type SharedKey = (usize, &'static str);

/// So many trials that let time pass run at once: one takes a tenth of a processor.
const WAITING_MAX: usize = 2;

/// A trial's use of the host's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It measures times.
    Watches,
    /// It mostly waits, and is content with times that are late.
    Waits,
}

/// The conditions of a trial's start.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// The number of its kernel.
    pub kernel: Option<usize>,
    /// A resource that one trial uses at a time, such as a kind of board.
    pub shared: Option<SharedKey>,
    /// It runs after all others of its kind of board, on all those boards.
    pub last: bool,
    /// Trials with a use of the host's clock have no lane, but few of them run at a time.
    pub clock: Option<Clock>,
    /// It runs when all others are done.
    pub alone: bool,
}

#[derive(Default)]
struct Slot {
    idle: Vec<Board>,
    used: usize,
    /// Trials that are not done yet.
    left: usize,
}

struct State {
    lanes: usize,
    /// The uses of the host's clock by running trials.
    clocks: Vec<Clock>,
    running: usize,
    /// The number of turns that have begun.
    begun: usize,
    kernels_ready: Vec<usize>,
    boards: HashMap<SharedKey, Slot>,
    waiting: BTreeMap<usize, Needs>,
}

/// The running and the waiting trials.
pub struct Schedule {
    state: Mutex<State>,
    changed: Condvar,
}

/// A trial's turn, from [`Schedule::enter`] to [`Schedule::leave`].
pub struct Turn {
    needs: Needs,
    /// The number of turns that had begun with this one, if no other was running.
    alone_at: Option<usize>,
    /// One board, or all boards of the kind for the last trial.
    pub boards: Vec<Board>,
}

impl Schedule {
    /// Makes a schedule of trials, with `lanes` lanes. Earlier trials go first.
    pub fn new(trials: impl IntoIterator<Item = Needs>, lanes: usize) -> Self {
        let waiting: BTreeMap<usize, Needs> = trials.into_iter().enumerate().collect();
        let mut boards = HashMap::<SharedKey, Slot>::new();
        for key in waiting
            .values()
            .filter(|needs| !needs.last)
            .filter_map(|needs| needs.shared)
        {
            boards.entry(key).or_default().left += 1;
        }
        Schedule {
            state: Mutex::new(State {
                lanes,
                clocks: Vec::new(),
                running: 0,
                begun: 0,
                kernels_ready: Vec::new(),
                boards,
                waiting,
            }),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports that the preparation of a kernel has ended, with or without success.
    pub fn kernel_is_ready(&self, kernel: usize) {
        self.state().kernels_ready.push(kernel);
        self.changed.notify_all();
    }

    /// Waits for the turn of a trial.
    pub fn enter(&self, trial: usize) -> Turn {
        let mut state = self.state();
        while state.next() != Some(trial) {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let needs = state.waiting.remove(&trial).expect("it waited");
        match needs.clock {
            Some(clock) => state.clocks.push(clock),
            None => state.lanes -= 1,
        }
        state.begun += 1;
        let alone_at = (state.running == 0).then_some(state.begun);
        state.running += 1;
        let mut boards = Vec::new();
        if let Some(slot) = needs.shared.map(|key| state.boards.entry(key).or_default()) {
            match needs.last {
                true => boards.append(&mut slot.idle),
                false => {
                    boards.extend(slot.idle.pop());
                    slot.used += 1;
                }
            }
        }
        drop(state);
        self.changed.notify_all();
        Turn {
            needs,
            alone_at,
            boards,
        }
    }

    /// Waits until all other trials are done, for a further turn of a trial that has left. It gets no board.
    pub fn enter_alone(&self, trial: usize, kernel: Option<usize>) -> Turn {
        let needs = Needs {
            kernel,
            alone: true,
            ..Needs::default()
        };
        self.state().waiting.insert(trial, needs);
        self.enter(trial)
    }

    /// Ends a trial's turn, and takes back the boards that can be used again. Returns whether no other trial ran
    /// meanwhile.
    pub fn leave(&self, turn: Turn, boards: Vec<Board>) -> bool {
        let mut done = Vec::new();
        let mut state = self.state();
        state.running -= 1;
        let alone = turn.alone_at == Some(state.begun);
        match turn.needs.clock {
            Some(clock) => {
                let used = state.clocks.iter().position(|used| *used == clock);
                state.clocks.swap_remove(used.expect("it was entered"));
            }
            None => state.lanes += 1,
        }
        if let Some(key) = turn.needs.shared.filter(|_| !turn.needs.last) {
            let is_looked_at = state
                .waiting
                .values()
                .any(|needs| needs.last && needs.shared == Some(key));
            let slot = state.boards.entry(key).or_default();
            slot.used -= 1;
            slot.left -= 1;
            slot.idle.extend(boards);
            if slot.left == 0 && !is_looked_at {
                done.append(&mut slot.idle);
            }
        }
        drop(state);
        // Ending a board takes a moment: do it without the lock.
        drop(done);
        self.changed.notify_all();
        alone
    }
}

impl State {
    /// Returns the trial that starts next, if one can.
    fn next(&self) -> Option<usize> {
        let ready = || {
            self.waiting
                .iter()
                .filter(|(_, needs)| self.can_start(needs))
        };
        let first = ready()
            .find(|(_, needs)| self.has_board(needs))
            .or_else(|| ready().next());
        first.map(|(trial, _)| *trial)
    }

    fn can_start(&self, needs: &Needs) -> bool {
        let lane = match needs.clock {
            Some(clock) => {
                let used = self.clocks.iter().filter(|used| **used == clock).count();
                let most = match clock {
                    Clock::Watches => 1,
                    Clock::Waits => WAITING_MAX,
                };
                used < most
            }
            None => self.lanes > 0,
        };
        let kernel = needs
            .kernel
            .is_none_or(|kernel| self.kernels_ready.contains(&kernel));
        let is_left = |key| self.boards.get(key).is_some_and(|slot| slot.left > 0);
        let all_done = || self.running == 0 && self.waiting.values().all(|needs| needs.alone);
        lane && kernel
            && (!needs.alone || all_done())
            && !(needs.last && needs.shared.as_ref().is_some_and(is_left))
    }

    /// Whether the trial needs no board, has a free one, or is the first to want its kind.
    fn has_board(&self, needs: &Needs) -> bool {
        let slot = needs.shared.and_then(|key| self.boards.get(&key));
        slot.is_none_or(|slot| !slot.idle.is_empty() || slot.used == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(kernel: usize, board: &'static str) -> Needs {
        Needs {
            kernel: Some(kernel),
            shared: Some((kernel, board)),
            ..Needs::default()
        }
    }

    fn next(schedule: &Schedule) -> Option<usize> {
        schedule.state().next()
    }

    #[test]
    fn a_trial_waits_for_its_kernel_and_prefers_a_board_that_is_free() {
        let trials = [on(0, "a"), on(0, "a"), on(0, "b"), Needs::default()];
        let schedule = Schedule::new(trials, 3);
        assert_eq!(next(&schedule), Some(3), "no kernel is prepared");
        schedule.kernel_is_ready(0);
        let first = schedule.enter(0);
        assert_eq!(
            next(&schedule),
            Some(2),
            "the board of the second one is in use"
        );
        let third = schedule.enter(2);
        let last = schedule.enter(3);
        assert_eq!(next(&schedule), None, "all lanes are in use");
        schedule.leave(last, Vec::new());
        assert_eq!(
            next(&schedule),
            Some(1),
            "on a second board, as nothing else is left"
        );
        schedule.leave(first, Vec::new());
        schedule.leave(third, Vec::new());
    }

    fn with(clock: Clock) -> Needs {
        Needs {
            clock: Some(clock),
            ..Needs::default()
        }
    }

    #[test]
    fn one_that_watches_the_clock_and_a_few_that_wait_run_beside_others() {
        let waiting = (0..=WAITING_MAX).map(|_| with(Clock::Waits));
        let watching = [with(Clock::Watches), with(Clock::Watches)];
        let trials = watching
            .into_iter()
            .chain(waiting)
            .chain([Needs::default()]);
        let schedule = Schedule::new(trials, 1);
        let (last_waiting, exact) = (WAITING_MAX + 2, WAITING_MAX + 3);
        let first = schedule.enter(0);
        let waiting: Vec<Turn> = (2..last_waiting)
            .map(|trial| schedule.enter(trial))
            .collect();
        assert_eq!(next(&schedule), Some(exact));
        let exact = schedule.enter(exact);
        assert_eq!(next(&schedule), None);
        for turn in waiting {
            schedule.leave(turn, Vec::new());
        }
        assert_eq!(next(&schedule), Some(last_waiting));
        let last = schedule.enter(last_waiting);
        schedule.leave(first, Vec::new());
        assert_eq!(next(&schedule), Some(1));
        schedule.leave(last, Vec::new());
        schedule.leave(exact, Vec::new());
    }

    #[test]
    fn a_repeated_trial_runs_alone_at_the_end() {
        let trials = [with(Clock::Watches), Needs::default(), Needs::default()];
        let schedule = Schedule::new(trials, 1);
        let (first, second) = (schedule.enter(0), schedule.enter(1));
        assert!(!schedule.leave(first, Vec::new()), "another trial ran");
        let again = Needs {
            alone: true,
            ..Needs::default()
        };
        schedule.state().waiting.insert(0, again);
        assert_eq!(next(&schedule), None, "a trial is running");
        schedule.leave(second, Vec::new());
        assert_eq!(next(&schedule), Some(2));
        let third = schedule.enter(2);
        assert!(schedule.leave(third, Vec::new()), "no other trial ran");
        assert_eq!(next(&schedule), Some(0));
    }

    #[test]
    fn leaks_are_looked_for_when_all_else_is_done() {
        let last = Needs {
            last: true,
            ..on(0, "a")
        };
        let schedule = Schedule::new([last, on(0, "a")], 2);
        schedule.kernel_is_ready(0);
        let turn = schedule.enter(1);
        assert_eq!(next(&schedule), None);
        schedule.leave(turn, Vec::new());
        assert_eq!(next(&schedule), Some(0));
    }
}
