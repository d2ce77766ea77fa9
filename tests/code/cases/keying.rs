// SPDX-License-Identifier: GPL-2.0

//! The timeline of a transmitter: changes of speed, stalls, ends and aborts.

use super::store::List;
use crate::code::{encode, Gap, Keying, Step, Symbol, Timing};

const MS: u64 = 1_000_000;
const UNIT_NS: u64 = 60 * MS;
/// Not zero, as clocks are not.
const START_NS: u64 = 1_000 * MS;

fn timing() -> Timing {
    let mut timing = Timing::default();
    timing.set_wpm(20).unwrap();
    timing
}

fn symbol(character: char, gap: Gap) -> Symbol {
    Symbol {
        code: encode(character).unwrap(),
        gap,
    }
}

/// A transmitter with a fifo, woken exactly in time.
struct Sender {
    keying: Keying,
    fifo: List<Symbol, 8>,
    timing: Timing,
    now_ns: u64,
}

impl Sender {
    fn new(text: &[Symbol]) -> Self {
        Self {
            keying: Keying::new(),
            fifo: text.iter().copied().collect(),
            timing: timing(),
            now_ns: START_NS,
        }
    }

    fn step(&mut self) -> Option<Step> {
        let fifo = &mut self.fifo;
        let step = self
            .keying
            .next(self.now_ns, &self.timing, || fifo.pop_front());
        if let Some(step) = step {
            self.now_ns = step.until_ns;
            assert_eq!(self.keying.deadline_ns(), step.until_ns);
        }
        step
    }

    /// The steps until there are no more, as units, positive for marks.
    fn units(&mut self) -> List<i64, 16> {
        core::iter::from_fn(|| self.step())
            .map(|step| {
                let duration_ns = step.until_ns - step.from_ns;
                let units = (1..=7)
                    .find(|units| units * UNIT_NS == duration_ns)
                    .unwrap_or_else(|| panic!("not whole units: {step:?}"))
                    as i64;
                if step.mark {
                    units
                } else {
                    -units
                }
            })
            .collect()
    }
}

pub(crate) fn marks_and_gaps() {
    let mut sender = Sender::new(&[
        symbol('A', Gap::Word),
        symbol('E', Gap::Letter),
        symbol('T', Gap::Joined),
        symbol('N', Gap::Word),
    ]);
    // The first symbol of all needs no gap.
    assert_eq!(sender.units(), [1, -1, 3, -3, 1, -1, 3, -7, 3, -1, 1]);
    assert_eq!(sender.step(), None);
}

pub(crate) fn symbols_begin_where_they_say() {
    let mut sender = Sender::new(&[symbol('A', Gap::Letter), symbol('E', Gap::Letter)]);
    let begins: List<bool, 8> = core::iter::from_fn(|| sender.step())
        .map(|step| step.begins_symbol)
        .collect();
    assert_eq!(begins, [true, false, false, false, true]);
}

pub(crate) fn a_speed_takes_effect_at_the_next_element() {
    let mut sender = Sender::new(&[symbol('S', Gap::Letter)]);
    assert_eq!(sender.step().unwrap().until_ns, START_NS + UNIT_NS);
    // During the first dot.
    sender.timing.set_wpm(40).unwrap();
    let space = sender.step().unwrap();
    assert_eq!(space.from_ns, START_NS + UNIT_NS);
    assert_eq!(space.until_ns, START_NS + UNIT_NS + UNIT_NS / 2);
    sender.timing.set_weight(75).unwrap();
    let mark = sender.step().unwrap();
    assert_eq!(mark.from_ns, space.until_ns);
    assert_eq!(mark.until_ns - mark.from_ns, UNIT_NS / 2 * 3 / 2);
}

pub(crate) fn late_wake_ups_do_not_add_up() {
    let mut sender = Sender::new(&[symbol('5', Gap::Letter), symbol('5', Gap::Letter)]);
    let mut last_ns = START_NS;
    while let Some(step) = sender.step() {
        assert_eq!(step.from_ns, last_ns);
        last_ns = step.until_ns;
        // Nearly a unit late, every time.
        sender.now_ns += UNIT_NS - 1;
    }
    assert_eq!(last_ns, START_NS + (9 + 3 + 9) * UNIT_NS);
}

pub(crate) fn a_stall_moves_the_timeline() {
    let mut sender = Sender::new(&[symbol('5', Gap::Letter)]);
    for _ in 0..4 {
        sender.step();
    }
    // Stopped for an hour in the second space.
    let resumed_ns = sender.now_ns + 3_600_000 * MS;
    sender.now_ns = resumed_ns;
    let mark = sender.step().unwrap();
    assert!(mark.mark);
    assert_eq!(mark.from_ns, resumed_ns);
    assert_eq!(mark.until_ns, resumed_ns + UNIT_NS);
    // No burst: three marks and two spaces from there.
    assert_eq!(sender.units(), [-1, 1, -1, 1]);
    assert_eq!(sender.now_ns, resumed_ns + 5 * UNIT_NS);
}

pub(crate) fn a_stall_at_the_end_of_a_symbol_keeps_the_gap() {
    let mut sender = Sender::new(&[symbol('E', Gap::Letter), symbol('E', Gap::Word)]);
    sender.step();
    let resumed_ns = sender.now_ns + 60_000 * MS;
    sender.now_ns = resumed_ns;
    let space = sender.step().unwrap();
    assert!(!space.mark);
    assert_eq!(
        (space.from_ns, space.until_ns),
        (resumed_ns, resumed_ns + 7 * UNIT_NS)
    );
}

pub(crate) fn a_symbol_soon_after_the_end_keeps_its_gap() {
    let mut sender = Sender::new(&[symbol('E', Gap::Letter)]);
    assert_eq!(sender.units(), [1]);
    let end_ns = sender.now_ns;
    sender.now_ns += UNIT_NS / 2;
    sender.fifo.push(symbol('E', Gap::Letter));
    let space = sender.step().unwrap();
    assert!(!space.mark);
    assert_eq!(space.until_ns, end_ns + 3 * UNIT_NS);
    assert_eq!(sender.step().unwrap().from_ns, end_ns + 3 * UNIT_NS);
    assert_eq!(sender.step(), None);
}

pub(crate) fn a_symbol_long_after_the_end_begins_at_once() {
    let mut sender = Sender::new(&[symbol('E', Gap::Letter)]);
    assert_eq!(sender.units(), [1]);
    sender.now_ns += 7 * UNIT_NS;
    let now_ns = sender.now_ns;
    sender.fifo.push(symbol('E', Gap::Word));
    let mark = sender.step().unwrap();
    assert!(mark.mark && mark.begins_symbol);
    assert_eq!(mark.from_ns, now_ns);
}

pub(crate) fn a_late_beginning_shifts_what_follows() {
    const LATE_NS: u64 = 1_234;
    let mut sender = Sender::new(&[symbol('I', Gap::Word)]);
    let mark = sender.step().unwrap();
    sender.keying.postpone(LATE_NS);
    sender.now_ns += LATE_NS;
    assert_eq!(sender.keying.deadline_ns(), mark.until_ns + LATE_NS);
    let space = sender.step().unwrap();
    assert_eq!(space.from_ns, mark.until_ns + LATE_NS);
    assert_eq!(space.until_ns, mark.until_ns + LATE_NS + UNIT_NS);
}

pub(crate) fn asking_again_while_idle_changes_nothing() {
    let mut sender = Sender::new(&[symbol('E', Gap::Letter)]);
    assert_eq!(sender.units(), [1]);
    let end_ns = sender.now_ns;
    for _ in 0..3 {
        sender.now_ns += UNIT_NS / 2;
        assert_eq!(sender.step(), None);
    }
    sender.fifo.push(symbol('E', Gap::Letter));
    assert_eq!(sender.step().unwrap().until_ns, end_ns + 3 * UNIT_NS);
}

pub(crate) fn an_abort_ends_the_symbol() {
    // In the dash of an A.
    let mut sender = Sender::new(&[symbol('A', Gap::Letter)]);
    for _ in 0..3 {
        sender.step();
    }
    sender.fifo.clear();
    let aborted_ns = sender.now_ns - UNIT_NS;
    sender.now_ns = aborted_ns;
    sender.keying.abort(aborted_ns);
    assert_eq!(sender.step(), None);
    // The gap of the next symbol is counted from the end of the aborted mark.
    sender.fifo.push(symbol('E', Gap::Letter));
    let space = sender.step().unwrap();
    assert!(!space.mark);
    assert_eq!(space.until_ns, aborted_ns + 3 * UNIT_NS);
    assert!(sender.step().unwrap().mark);
    assert_eq!(sender.step(), None);
    // An abort while idle changes nothing.
    let end_ns = sender.now_ns;
    sender.now_ns += UNIT_NS;
    sender.keying.abort(sender.now_ns);
    sender.fifo.push(symbol('E', Gap::Letter));
    assert_eq!(sender.step().unwrap().until_ns, end_ns + 3 * UNIT_NS);
}

pub(crate) fn an_abort_of_a_fresh_transmitter_leaves_it_fresh() {
    let mut sender = Sender::new(&[symbol('E', Gap::Word)]);
    sender.keying.abort(START_NS);
    let mark = sender.step().unwrap();
    assert!(mark.mark);
    assert_eq!(mark.from_ns, START_NS);
}
