// SPDX-License-Identifier: GPL-2.0

//! Speed, spacing and weight, from the beginning and changed in the middle of a message.

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{Board, Result, Timeline};

use super::fixture::with_driver;
use super::fixture::BOARD;
use super::grid::{edges_us, Settings};
use crate::fixture::{bound_ns, program};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        every_setting_is_exact,
        a_change_holds_from_the_next_mark_or_space_on
    ]
    .on(&BOARD)
}

const TEXT: &str = "PARIS <SK> 73";
/// The bound for the error of an edge.
const BOUND_NS: u64 = 10_000;
/// The least distance of a change from an edge: the change itself takes some time.
const MARGIN_US: f64 = 1000.0;

/// Makes all settings of `to`, as `NAME=VALUE`.
fn words(to: Settings) -> [String; 3] {
    let unit_us = to.unit_us;
    let speed = match unit_us.fract() == 0.0 {
        true => format!("unit_us={unit_us}"),
        // Only `wpm` can express this unit exactly.
        false => format!("wpm={}", (1.2e6 / unit_us).round()),
    };
    [
        speed,
        format!("farnsworth_wpm={}", to.farnsworth_wpm),
        format!("weight={}", to.weight),
    ]
}

/// Sends with `from`, changes to `to` so many ms after the first mark, and compares every edge.
fn check(board: &mut Board, from: Settings, to: Settings, ms: u64) -> Result<()> {
    for word in words(from) {
        let (name, value) = word.split_once('=').expect("NAME=VALUE");
        set(board, name, value)?;
    }
    let recording = Recording::start(board)?;
    let (text, after, to_words) = (format!("{TEXT} "), ms.to_string(), words(to));
    let mut command = vec!["contract", "change", &text, &after];
    command.extend(to_words.iter().map(String::as_str));
    let times = program(board, &command)?;
    let seen = Timeline::new(recording.edges(board)?);
    let seen = seen.edges();

    let first_ns = seen.first().expect("it was sent").at_ns;
    let us = |ns: u64| (ns - first_ns) as f64 / 1e3;
    let times: Vec<f64> = times
        .split_whitespace()
        .map(|ns| us(ns.parse().expect("a time")))
        .collect();
    let change_us = times[0];
    let ideal = edges_us(TEXT, |at_us| if at_us < change_us { from } else { to });
    assert!(
        ideal
            .iter()
            .all(|at_us| *at_us < times[0] - MARGIN_US || *at_us > times[1] + MARGIN_US),
        "the change after {ms} ms is too near an edge to tell"
    );

    assert_eq!(seen.len(), ideal.len(), "edges with {from:?}, {to:?}");
    let worst = seen
        .iter()
        .zip(&ideal)
        .map(|(seen, ideal)| us(seen.at_ns) - ideal)
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
        .expect("some");
    note!("{from:?}, after {ms} ms {to:?}: worst edge {worst:+.1} us");
    let bound_us = bound_ns(board, BOUND_NS) as f64 / 1e3;
    assert!(worst.abs() <= bound_us, "{worst} us");
    Ok(())
}

fn every_setting_is_exact() {
    let plain = Settings::wpm(20.0);
    with_driver(|board| {
        for settings in [
            plain,
            // A unit of 171428.57 us.
            Settings::wpm(7.0),
            Settings {
                unit_us: 77_777.0,
                ..plain
            },
            Settings::wpm(30.0).farnsworth(11.0),
            // Not slower than the speed: without effect.
            Settings::wpm(30.0).farnsworth(30.0),
            plain.weight(20.0),
            plain.weight(63.0),
            plain.weight(80.0),
            Settings::wpm(35.0).farnsworth(13.0).weight(71.0),
        ] {
            check(board, settings, settings, 1500)?;
        }
        Ok(())
    });
}

/// P is dot dash dash dot, so with a unit of 60 ms it begins with edges at 0, 60, 120, 300, 360,
/// 540, 600 and 660 ms, and A at 840 ms.
fn a_change_holds_from_the_next_mark_or_space_on() {
    let plain = Settings::wpm(20.0);
    with_driver(|board| {
        // In a dot, in a gap between elements, in a dash, in a gap between letters.
        for ms in [30, 105, 210, 750] {
            check(board, plain, Settings::wpm(50.0), ms)?;
            check(board, plain, Settings::wpm(9.0), ms)?;
            check(board, plain, plain.farnsworth(8.0), ms)?;
            check(board, plain.farnsworth(8.0), plain, ms)?;
            check(board, plain, plain.weight(75.0), ms)?;
            check(board, plain.weight(75.0), plain.weight(25.0), ms)?;
            check(
                board,
                plain.weight(40.0),
                Settings::wpm(60.0).farnsworth(20.0).weight(60.0),
                ms,
            )?;
        }
        Ok(())
    });
}
