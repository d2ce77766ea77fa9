// SPDX-License-Identifier: GPL-2.0

//! The beacon: a text that is sent repeatedly and gives way to all writers.

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{decode, Board, Edge, Message, Pace, Result, Timeline};

use super::fixture::with_driver;
use super::fixture::BOARD;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_driver =>
        it_is_sent_at_once_and_then_at_its_interval,
        it_needs_both_text_and_interval_and_ends_without_either,
        it_gives_way_to_everybody,
    ]
    .on(&BOARD)
}

/// A unit of 10 ms.
const UNIT_US: &str = "10000";
const PACE: Pace = Pace::new(10_000_000);
/// How late a sending may be: the ticks of the kernel's timers, 4 ms on the stock kernel, and the
/// cost of rounding up.
const LATE_NS: u64 = 10_000_000;
const SECOND_NS: u64 = 1_000_000_000;

/// The lamp's edges while the guest's shell runs a command.
fn edges(board: &mut Board, command: &str) -> Result<Vec<Edge>> {
    let recording = Recording::start(board)?;
    board.run(&format!("cd /sys/class/misc/morse; {command}"))?;
    Ok(Timeline::new(recording.edges(board)?).edges().to_vec())
}

/// When the sendings began, in ns since the first of them: each follows a second of darkness.
fn starts_ns(edges: &[Edge]) -> Vec<u64> {
    let mut starts = Vec::new();
    let mut dark_since = None;
    for edge in edges {
        if edge.on && dark_since.is_none_or(|since| edge.at_ns - since > SECOND_NS) {
            starts.push(edge.at_ns - edges[0].at_ns);
        }
        dark_since = (!edge.on).then_some(edge.at_ns);
    }
    starts
}

fn it_is_sent_at_once_and_then_at_its_interval(board: &mut Board) -> Result<()> {
    const COUNT: u64 = 100;
    const INTERVAL_S: u64 = 7;
    set(board, "unit_us", UNIT_US)?;
    let seconds = COUNT * INTERVAL_S - 1;
    let edges = edges(
        board,
        &format!("echo DE M > beacon; echo {INTERVAL_S} > beacon_interval_s; sleep {seconds}; echo 0 > beacon_interval_s"),
    )?;
    let starts = starts_ns(&edges);
    assert_eq!(starts.len() as u64, COUNT);
    for (index, start_ns) in starts.iter().enumerate() {
        let ideal_ns = index as u64 * INTERVAL_S * SECOND_NS;
        assert!(
            start_ns.abs_diff(ideal_ns) <= LATE_NS,
            "sending {index} began {start_ns} ns after the first, not {ideal_ns}: is it drifting?"
        );
    }
    let sending = Message::parse("DE M").expect("it can be sent");
    let edges_of_one = sending.edges(PACE).len();
    for one in edges.chunks(edges_of_one) {
        let seen = decode(&Timeline::new(one.iter().copied()), PACE);
        assert_eq!(seen.message, sending);
    }
    Ok(())
}

fn it_needs_both_text_and_interval_and_ends_without_either(board: &mut Board) -> Result<()> {
    set(board, "unit_us", UNIT_US)?;
    for command in [
        "echo E > beacon; sleep 30; echo > beacon",
        "echo 2 > beacon_interval_s; sleep 30; echo 0 > beacon_interval_s",
    ] {
        assert_eq!(edges(board, command)?, [], "{command}");
    }
    for end in ["echo > beacon", "echo 0 > beacon_interval_s"] {
        let on = "echo E > beacon; echo 2 > beacon_interval_s; sleep 5";
        let edges = edges(board, &format!("{on}; {end}; sleep 30"))?;
        assert_eq!(starts_ns(&edges).len(), 3, "at 0, 2 and 4 s, then {end}");
        set(board, "beacon_interval_s", "0")?;
    }
    Ok(())
}

fn it_gives_way_to_everybody(board: &mut Board) -> Result<()> {
    set(board, "unit_us", UNIT_US)?;
    // From 5 s to some 25 s a writer sends; at 10 s and 20 s there is no beacon.
    let edges = edges(
        board,
        "echo E > beacon; echo 10 > beacon_interval_s; sleep 5; \
         for i in $(seq 140); do printf O; done > /dev/morse; sleep 40; echo 0 > beacon_interval_s",
    )?;
    let letters: Vec<u64> = Timeline::new(edges.iter().copied())
        .spans()
        .iter()
        .filter(|span| span.is_mark())
        .map(|span| (span.duration_ns() + PACE.unit_ns / 2) / PACE.unit_ns)
        .collect();
    let mut expected = vec![1];
    expected.extend([3; 3 * 140]);
    expected.extend([1; 2]);
    assert_eq!(letters, expected, "a dot, the other message, and two dots");
    let last = *starts_ns(&edges).last().expect("some");
    assert!(
        last.abs_diff(40 * SECOND_NS) <= LATE_NS,
        "the last began after {last} ns: it keeps its grid"
    );
    Ok(())
}
