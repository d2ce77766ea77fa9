// SPDX-License-Identifier: GPL-2.0

//! The accuracy of the keying over a long message, by the guest's own trace.

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{Board, Message, Pace, Result, Timeline, Timing};

use super::fixture::with_driver;
use super::fixture::BOARD;
use crate::fixture::{bound_ns, program};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_driver => a_hundred_words_are_exact_at_every_speed].on(&BOARD)
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
