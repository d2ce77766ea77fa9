// SPDX-License-Identifier: GPL-2.0

//! The sample that measures each mechanism.

use std::time::Duration;

use morse_board::latency::{Table, FILE, NAMES};
use morse_board::{Board, Result};

use crate::boards::VIRTUAL;
use crate::fixture::{config, has_rt, LONG};
use crate::runner::test::Tests;

use super::readme::{block, Line};
use super::{as_documented, with};

/// The tests here.
pub fn tests() -> Tests {
    tests![with => latency_measures_as_documented]
        .and(tests![with_sample =>
            latency_is_bounded_for_every_mechanism,
            latency_refuses_what_is_no_number_of_rounds,
            latency_measures_for_one_at_a_time,
        ])
        .on(&VIRTUAL)
        .and(tests![latency_is_the_same_in_two_runs])
}

const JIFFY_NS: u64 = 4_000_000;

/// Runs a test with the sample loaded.
fn with_sample(test: impl FnOnce(&mut Board) -> Result<()>) {
    with(|board| {
        board.run("insmod latency.ko")?;
        test(board)?;
        board.run("rmmod latency").map(drop)
    });
}

/// The bound for delays on an idle board.
fn soon_ns(board: &Board) -> u64 {
    if board.has_sanitizers() {
        20_000_000
    } else {
        200_000
    }
}

/// As [`soon_ns`], for a work item: a worker that leaves no idle one behind makes another before it begins, which
/// takes 230 us.
fn work_soon_ns(board: &Board) -> u64 {
    soon_ns(board).max(1_000_000)
}

fn latency_measures_as_documented(board: &mut Board) -> Result<()> {
    let log = as_documented(board, "latency", Duration::from_secs(2))?.remove(0);
    let Line { text, .. } = &log[0];
    assert!(text.ends_with("measured 200 times"), "{text}");
    let shown = Table::parse(&block("latency")).expect("the form that is documented");
    for name in NAMES {
        assert_eq!(shown.row(name).count, 200, "{name}");
    }
    Ok(())
}

fn latency_is_bounded_for_every_mechanism(board: &mut Board) -> Result<()> {
    const ROUNDS: u32 = 50;
    let empty = Table::parse(&board.run(&format!("cat {FILE}"))?).expect("a table");
    let table = Table::measure(board, ROUNDS)?;
    let soon_ns = soon_ns(board);
    for name in NAMES {
        assert_eq!(empty.row(name).count, 0, "{name}");
        let row = table.row(name);
        note!("{name}: {row:?}");
        assert_eq!(row.count, u64::from(ROUNDS), "{name}");
        let bound_ns = match name {
            // One jiffy because the wheel rounds up.
            "timer_late" => JIFFY_NS + soon_ns,
            "delayed_work_late" => JIFFY_NS + work_soon_ns(board),
            _ if name.starts_with("irq_to_work") => work_soon_ns(board),
            _ => soon_ns,
        };
        assert!(row.max_ns < bound_ns, "{name}: {row:?}");
    }
    // Softirqs run before any task does, but on PREEMPT_RT, where they are tasks themselves.
    if !has_rt() {
        assert!(table.row("irq_to_bh").mean_ns < table.row("irq_to_work_own").mean_ns);
    }
    Ok(())
}

/// In virtual time two runs differ only by the times of the commands, which come from outside.
fn latency_is_the_same_in_two_runs() {
    const ROUNDS: u32 = 100;
    fn run() -> Result<Table> {
        let mut board = Board::boot(&config(), VIRTUAL.options())?;
        board.run("insmod latency.ko")?;
        let table = Table::measure(&mut board, ROUNDS)?;
        board.run("rmmod latency")?;
        board.check_log()?;
        Ok(table)
    }
    let tables = [run(), run()].map(|table| table.expect("a board that works"));
    for name in NAMES {
        let [one, other] = [0, 1].map(|i| tables[i].row(name));
        // Without the worst round: the kernel's tick may interrupt one round of a run.
        let [mean_ns, other_mean_ns] = [one, other]
            .map(|row| (row.mean_ns * row.count).saturating_sub(row.max_ns) / (row.count - 1));
        // A tenth, and the tick of the clock; where tasks are woken by ticks, a part of a jiffy.
        let slack_ns = match name {
            "delayed_work_late" | "timer_late" => JIFFY_NS / 4,
            _ => mean_ns / 10 + 16,
        };
        let apart_ns = mean_ns.abs_diff(other_mean_ns);
        assert!(apart_ns <= slack_ns, "{name}: {one:?}, {other:?}");
    }
}

fn latency_refuses_what_is_no_number_of_rounds(board: &mut Board) -> Result<()> {
    for text in ["", "0", "-1", "10001", "1000000", "x", "1 1", "1x"] {
        let output = board.execute(&format!("echo '{text}' > {FILE}"), LONG)?;
        assert_ne!(output.status, 0, "{text:?}");
        assert!(output.text.contains("Invalid argument"), "{output:?}");
    }
    // More digits than a valid number has, and malformed UTF-8.
    board.run(&format!(
        "! printf 12345678 > {FILE} && ! printf '\\377' > {FILE}"
    ))?;
    Ok(())
}

/// One write measures at a time, a signal ends it, and meanwhile the module stays.
fn latency_measures_for_one_at_a_time(board: &mut Board) -> Result<()> {
    board.run(&format!(
        "(echo 10000 > {FILE}) & sleep 1; ! echo 1 > {FILE} 2> /tmp/busy; ! cat {FILE} 2>> /tmp/busy; \
         ! rmmod latency; kill $!; ! wait $!"
    ))?;
    let said = board.run("cat /tmp/busy")?;
    assert_eq!(said.matches("busy").count(), 2, "{said}");
    Ok(())
}
