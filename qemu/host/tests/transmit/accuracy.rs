// SPDX-License-Identifier: GPL-2.0

//! The accuracy of the keying over a long message, by the guest's own trace.

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{quote, Board, Message, Pace, Result, Timeline, Timing};

use super::fixture::with_driver;
use super::fixture::BOARD;
use crate::fixture::{bound_ns, has_rt, long, program};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_driver =>
        a_hundred_words_are_exact_at_every_speed,
        edges_are_on_time_from_any_starting_point,
    ]
    .on(&BOARD)
}

/// The bound for the error of the message's end, and of each edge.
const BOUND_NS: u64 = 10_000;
/// The standard word of 50 units, so often.
const WORDS: usize = 100;

fn a_hundred_words_are_exact_at_every_speed(board: &mut Board) -> Result<()> {
    let text = vec!["PARIS"; WORDS].join(" ");
    let message = Message::parse(&text).expect("it can be sent");
    note!("{WORDS} x PARIS    unit        total error    worst edge");
    let bound_ns = bound_ns(board, BOUND_NS);
    for unit_us in [200_000_u64, 20_000, 1_200] {
        if unit_us * 1_000 < bound_ns {
            continue;
        }
        set(board, "unit_us", &unit_us.to_string())?;
        let recording = Recording::start(board)?;
        program(board, &["morse-send", &text])?;
        let seen = Timeline::new(recording.edges(board)?);
        let pace = Pace::new(unit_us * 1_000);
        let timing =
            Timing::compare(&message, pace, &seen).unwrap_or_else(|mismatch| panic!("{mismatch}"));
        let (total, worst) = (timing.drift_ns(), timing.worst_edge_ns());
        let us = |ns: i64| ns as f64 / 1e3;
        note!(
            "{:>10} WPM {:>8} ms {:>+11.1} us {:>+10.1} us",
            1_200_000 / unit_us,
            unit_us as f64 / 1e3,
            us(total),
            us(worst)
        );
        assert!(total.unsigned_abs() <= bound_ns, "total error {total} ns");
        assert_eq!(timing.beyond(bound_ns), 0, "worst edge {worst} ns");
    }
    Ok(())
}

/// How often a text is sent, each time from another starting point.
const RUNS: usize = 20;
/// How far an edge may be off, wherever in the period of the kernel's tick it falls.
const EDGE_NS: u64 = 2_000;

/// The periods of the last two and of the tick, 4 ms, have no small multiple in common, so that edges fall
/// everywhere in the latter.
const UNITS_US: [(u64, usize); 5] = [
    (200_000, 1),
    (20_000, 5),
    (1_200, 10),
    (7_919, 10),
    (1_201, 40),
];

fn edges_are_on_time_from_any_starting_point(board: &mut Board) -> Result<()> {
    let mut late = Vec::new();
    note!("{RUNS} messages    unit        worst edge");
    // On PREEMPT_RT interrupts stay enabled before an edge, so that the tick may delay it.
    let bound_ns = bound_ns(board, if has_rt() { BOUND_NS } else { EDGE_NS });
    for (unit_us, words) in UNITS_US {
        if unit_us * 1_000 < bound_ns {
            continue;
        }
        let text = vec!["PARIS"; words].join(" ");
        let message = Message::parse(&text).expect("it can be sent");
        let pace = Pace::new(unit_us * 1_000);
        set(board, "unit_us", &unit_us.to_string())?;
        let recording = Recording::start(board)?;
        // The longest pause is shorter than a tick, the others are parts of it.
        long(
            board,
            &format!(
                "for i in $(seq {RUNS}); do usleep $((i * 4000 / {RUNS})); morse-send {}; done",
                quote::word(&text)
            ),
        )?;
        let seen = recording.edges(board)?;
        let runs: Vec<_> = seen.chunks(message.edges(pace).len()).collect();
        assert_eq!(runs.len(), RUNS);
        for run in runs {
            let seen = Timeline::new(run.iter().copied());
            let timing = Timing::compare(&message, pace, &seen)
                .unwrap_or_else(|mismatch| panic!("{mismatch}"));
            note!(
                "{:>10} WPM {:>8} ms {:>+10.1} us",
                1_200_000 / unit_us,
                unit_us as f64 / 1e3,
                timing.worst_edge_ns() as f64 / 1e3
            );
            late.extend(timing.edges().iter().map(|edge| edge.late_ns()));
        }
    }
    let beyond = late.iter().filter(|late| late.unsigned_abs() > bound_ns);
    assert_eq!(beyond.count(), 0);
    Ok(())
}
