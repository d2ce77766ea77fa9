// SPDX-License-Identifier: GPL-2.0

//! The commands of `Documentation/latency.md`, typed as printed there, and the program that they run.

use std::collections::BTreeMap;

use morse_board::{Board, Result};

use super::fixture::{with, with_bh};
use crate::boards::KEYLESS;
use crate::fixture::{bound_ns, has_rt, long, LONG};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_bh =>
        the_documented_commands_show_the_histograms,
        the_program_says_what_is_wrong_and_leaves_nothing,
    ]
    .and(tests![edges_of_the_lamp_meet_their_deadlines])
    .on(&KEYLESS)
}

const DOCUMENT: &str = include_str!("../../../../Documentation/latency.md");
const TRACEFS: &str = "/sys/kernel/tracing";

/// The examples of the document: the typed line, and its output.
fn examples() -> Vec<(&'static str, String)> {
    let mut examples: Vec<(&str, String)> = Vec::new();
    for line in DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
    {
        match (line.strip_prefix("# "), examples.last_mut()) {
            (Some(command), _) => examples.push((command, String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("no command before {line:?}"),
        }
    }
    examples
}

/// The histograms by their titles: the end of each bucket in ns, and how many times are in it.
fn histograms(output: &str) -> BTreeMap<&str, Vec<(u64, u64)>> {
    let mut histograms = BTreeMap::new();
    let mut title = "";
    for line in output.lines() {
        if let Some(bucket) = line.strip_prefix("  up to ") {
            let (end, count) = bucket.split_once(" ns: ").expect("a bucket");
            let bucket = (end.parse().expect("ns"), count.parse().expect("a count"));
            let buckets: &mut Vec<_> = histograms.get_mut(title).expect("a title");
            buckets.push(bucket);
        } else {
            title = line;
            histograms.insert(line, Vec::new());
        }
    }
    histograms
}

/// Whether the kernel has histogram triggers. Debian's has.
fn has_histograms(board: &mut Board) -> Result<bool> {
    let answer = board.run(&format!(
        "test -e {TRACEFS}/synthetic_events -a -e {TRACEFS}/events/morse/morse_read/trigger && echo yes || true"
    ))?;
    Ok(answer == "yes\n")
}

/// Selects the kernel's default clock: recordings of other tests on this board leave another one.
fn select_local_clock(board: &mut Board) -> Result<()> {
    board
        .run(&format!("echo local > {TRACEFS}/trace_clock"))
        .map(drop)
}

/// Checks that no histogram is left.
fn nothing_is_left(board: &mut Board) -> Result<()> {
    let left = board.run(&format!(
        "cd {TRACEFS} && cat events/morse/*/trigger synthetic_events | grep -v '^#' || true; cat trace_clock"
    ))?;
    assert!(left.starts_with("[local]"), "{left}");
    Ok(())
}

fn the_documented_commands_show_the_histograms(board: &mut Board) -> Result<()> {
    if !has_histograms(board)? {
        return Ok(());
    }
    select_local_clock(board)?;
    for (command, documented) in examples() {
        let output = long(board, command)?;
        note!("# {command}\n{output}");
        let [shown, documented] = [&output, &documented].map(|output| histograms(output));
        assert!(shown.keys().eq(documented.keys()), "{shown:?}");
        for (title, buckets) in shown {
            let count = |buckets: &[(u64, u64)]| -> u64 { buckets.iter().map(|(_, n)| n).sum() };
            assert_eq!(count(&buckets), count(&documented[title]), "{title}");
            // An edge that a tick of the kernel delays may be in the next bucket. On PREEMPT_RT, threads do what
            // interrupts do elsewhere.
            let longest = |buckets: &[(u64, u64)]| buckets.last().map_or(0, |(end, _)| *end);
            assert!(
                has_rt() || longest(&buckets) <= 2 * longest(&documented[title]),
                "{title}"
            );
        }
        nothing_is_left(board)?;
    }
    Ok(())
}

fn the_program_says_what_is_wrong_and_leaves_nothing(board: &mut Board) -> Result<()> {
    select_local_clock(board)?;
    let fails = |board: &mut Board, command: &str, status: i32, message: &str| -> Result<()> {
        let output = board.execute(command, LONG)?;
        assert_eq!(output.status, status, "{command}: {output:?}");
        assert!(output.text.contains(message), "{command}: {output:?}");
        nothing_is_left(board)
    };
    fails(board, "morse-latency-sh", 2, "usage: ")?;
    if !has_histograms(board)? {
        return Ok(());
    }
    fails(
        board,
        "morse-latency-sh false",
        1,
        "deadline to edge of the lamp",
    )?;
    fails(
        board,
        "morse-latency-sh sh -c 'kill $PPID; sleep 1'",
        130,
        "",
    )?;
    fails(
        board,
        "rmmod morse; morse-latency-sh true; status=$?; insmod morse.ko; exit $status",
        1,
        "morse.ko is not loaded",
    )
}

/// With no other event enabled, as each event takes time.
fn edges_of_the_lamp_meet_their_deadlines() {
    // The tick of the clock, 16 ns, and the way from the clock to the line and back to the clock.
    const LATE_NS: u64 = 1_000;
    with("bh", |board| {
        let event = format!("{TRACEFS}/events/morse/morse_edge_keyed/enable");
        let trace = long(
            board,
            &format!(
                "echo > {TRACEFS}/trace; echo 1 > {event}; echo 'PARIS PARIS' > /dev/morse; sleep 40; \
                 echo 0 > {event}; grep -o 'latency_ns=.*' {TRACEFS}/trace"
            ),
        )?;
        let mut planned = 0;
        for edge in trace.lines() {
            let (late_ns, is_planned) = edge
                .strip_prefix("latency_ns=")
                .and_then(|edge| edge.split_once(" planned="))
                .expect("the fields of the event");
            if is_planned == "1" {
                planned += 1;
                let late_ns: u64 = late_ns.parse().expect("ns");
                assert!(late_ns < bound_ns(board, LATE_NS), "{edge}");
            }
        }
        // The first edge of a message has no time to be late for.
        assert_eq!((planned, trace.lines().count()), (55, 56));
        Ok(())
    });
}
