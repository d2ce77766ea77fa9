// SPDX-License-Identifier: GPL-2.0

//! How late everything is, as the driver tells it, after traffic that is known.

use morse_board::driver::{keying, numbers, set, MECHANISMS, UNIT_AT_1_WPM_US};
use morse_board::fixture::{bound_ns, logged, LONG};
use morse_board::latency::{Row, Table, DIRECTORY, NAMES};
use morse_board::{trace::Recording, Board, Config, Result};

use crate::fixture::{options, with, with_each, QUIET};

const UNIT_AT_20_WPM_US: u64 = UNIT_AT_1_WPM_US / 20;
const JIFFY_NS: u64 = 4_000_000;
/// So many jiffies a timer of a second may be late: the wheel is that coarse then.
const WHEEL_JIFFIES: u64 = 8;
/// How late delayed work may be that is to notice the end of a session: an eighth of five seconds.
const SESSION_LATE_NS: u64 = 625_000_000;
/// What the driver does not do unless it is told to.
const PROBED_ONLY: [&str; 2] = ["irq_to_work_system", "irq_to_work_highpri"];

/// Longer than an interrupt takes to lead to anything on a board that has nothing else to do.
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

/// The name of what is measured of the softirq by one mechanism, and by the other.
fn softirqs(mechanism: &str) -> [&'static str; 2] {
    match mechanism {
        "tasklet" => [NAMES[1], NAMES[0]],
        _ => [NAMES[0], NAMES[1]],
    }
}

/// Keys a text, and returns how many edges that were, and what was recorded meanwhile.
fn receive(board: &mut Board, text: &str) -> Result<(u64, Table)> {
    let before = numbers(board)?["edges"];
    let command = format!("{} && {QUIET}", keying(text, UNIT_AT_20_WPM_US));
    let table = Table::during(board, &command)?;
    Ok((numbers(board)?["edges"] - before, table))
}

#[test]
#[ignore = "needs a board: make test"]
fn what_was_recorded_can_be_forgotten() {
    with("bh", |board| {
        let table = Table::during(board, "true")?;
        for name in NAMES {
            assert_eq!(table.row(name), &Row::default(), "{name}");
        }
        Ok(())
    });
}

#[test]
#[ignore = "needs a board: make test"]
fn received_edges_are_recorded() {
    for mechanism in MECHANISMS {
        with(mechanism, |board| {
            let (edges, table) = receive(board, "CQ DE MORSE")?;
            let [used, other] = softirqs(mechanism);
            let softirq = table.row(used);
            assert_eq!(softirq.count, edges);
            assert!((1..soon_ns(board)).contains(&softirq.max_ns), "{softirq:?}");
            // At least once for each edge, when its level has lasted for long enough.
            let gap = table.row("delayed_work_late");
            assert!(gap.count >= edges, "{gap:?}");
            assert!(gap.max_ns < SESSION_LATE_NS, "{gap:?}");
            for unused in PROBED_ONLY
                .iter()
                .chain(&[other, "timer_late", "keyer_edge_late"])
            {
                assert_eq!(table.row(unused), &Row::default(), "{unused}");
            }
            Ok(())
        });
    }
}

#[test]
#[ignore = "needs a board: make test"]
fn deliveries_are_recorded() {
    with_each(|board| {
        set(board, "debounce_us", "0")?;
        let (edges, table) = receive(board, "SOS")?;
        // All but the first edge end a mark or a space.
        let own = table.row("irq_to_work_own");
        assert_eq!(own.count, edges - 1);
        assert!((1..work_soon_ns(board)).contains(&own.max_ns), "{own:?}");
        Ok(())
    });
}

#[test]
#[ignore = "needs a board: make test"]
fn edges_of_the_lamp_are_recorded() {
    // Less than the tick of the clock, 16 ns, and a few instructions.
    const EXACT_NS: u64 = 1_000;
    with("bh", |board| {
        let recording = Recording::start(board)?;
        let table = Table::during(board, "echo 'PARIS PARIS' > /dev/morse && sleep 40")?;
        let lamp = recording.edges(board)?;
        let keyer = table.row("keyer_edge_late");
        // The first edge of a message has no time to be late for.
        assert_eq!(keyer.count + 1, lamp.len() as u64);
        assert!(keyer.max_ns < bound_ns(board, EXACT_NS), "{keyer:?}");
        Ok(())
    });
}

#[test]
#[ignore = "needs a board: make test"]
fn ticks_are_recorded() {
    const SECONDS: u64 = 20;
    with("bh", |board| {
        // At once, as the virtual time between two commands of the host is anything.
        let file = "/sys/kernel/debug/morse/latency";
        let text = board.run(&format!("echo > {file}; sleep {SECONDS}; cat {file}"))?;
        let table = Table::parse(&text).expect("a table");
        let timer = table.row("timer_late");
        assert!((SECONDS - 1..=SECONDS + 1).contains(&timer.count));
        let bound_ns = (WHEEL_JIFFIES + 1) * JIFFY_NS + soon_ns(board);
        assert!((1..bound_ns).contains(&timer.max_ns), "{timer:?}");
        Ok(())
    });
}

#[test]
#[ignore = "needs a board: make test"]
fn the_probe_measures_every_mechanism() {
    const ROUNDS: u32 = 50;
    with_each(|board| {
        let table = Table::probe(board, ROUNDS)?;
        let soon_ns = soon_ns(board);
        for name in NAMES {
            let row = table.row(name);
            println!("{name}: {row:?}");
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
        if !board.run("uname -v")?.contains("PREEMPT_RT") {
            assert!(table.row(NAMES[0]).mean_ns < table.row("irq_to_work_own").mean_ns);
        }
        Ok(())
    });
}

/// In virtual time only when the commands come differs between two runs, as they come from outside.
#[test]
#[ignore = "needs a board: make test"]
fn two_runs_tell_the_same() {
    const ROUNDS: u64 = 100;
    fn run() -> Result<Table> {
        let mut board = Board::boot(&Config::from_env()?, options())?;
        board.run("insmod morse.ko")?;
        let command = format!(
            "{} && {QUIET} && echo SOS > /dev/morse && sleep 10 && echo {ROUNDS} > {DIRECTORY}/probe",
            keying("CQ", UNIT_AT_20_WPM_US)
        );
        let table = Table::during(&mut board, &command)?;
        board.check_log()?;
        Ok(table)
    }
    let tables = [run(), run()].map(|table| table.expect("a board that works"));
    for name in NAMES {
        let [one, other] = [0, 1].map(|i| tables[i].row(name));
        assert!(one.count >= ROUNDS, "{name}");
        assert_eq!(one.count, other.count, "{name}");
        // A tenth, and the tick of the clock; where tasks are woken by ticks, a part of a jiffy.
        let slack_ns = match name {
            "delayed_work_late" | "timer_late" => JIFFY_NS / 4,
            _ => one.mean_ns / 10 + 16,
        };
        let apart_ns = one.mean_ns.abs_diff(other.mean_ns);
        assert!(apart_ns <= slack_ns, "{name}: {one:?}, {other:?}");
    }
}

#[test]
#[ignore = "needs a board: make test"]
fn the_probe_refuses_what_is_no_number_of_rounds() {
    with("bh", |board| {
        for text in ["", "0", "-1", "+1", "10001", "1000000", "x", "1 1", "1x"] {
            let command = format!("echo '{text}' > {DIRECTORY}/probe");
            let output = board.execute(&command, LONG)?;
            assert_ne!(output.status, 0, "{text:?}");
            assert!(output.text.contains("Invalid argument"), "{output:?}");
        }
        // Nothing but a line feed, and nothing at all.
        board.run(&format!("! printf 12345678 > {DIRECTORY}/probe"))?;
        Ok(())
    });
}

/// One measures at a time, and can be stopped.
#[test]
#[ignore = "needs a board: make test"]
fn the_probe_is_for_one_at_a_time() {
    with("bh", |board| {
        let probe = format!("{DIRECTORY}/probe");
        board.run(&format!(
            "(echo 10000 > {probe}) & sleep 1; ! echo 1 > {probe} 2> /tmp/busy; kill $!; ! wait $!"
        ))?;
        assert!(board.run("cat /tmp/busy")?.contains("busy"));
        Ok(())
    });
}

/// Unbinding does not wait for the rounds that are left, which would take minutes.
#[test]
#[ignore = "needs a board: make test"]
fn unbinding_stops_the_probe() {
    const DRIVER: &str = "/sys/bus/platform/drivers/morse";
    with_each(|board| {
        for ms in [7, 20, 33] {
            board.run(&format!(
                "(echo 10000 > {DIRECTORY}/probe) 2> /tmp/stopped & usleep {ms}000; \
                 echo 'before unbind' > /dev/kmsg; echo morse > {DRIVER}/unbind; \
                 echo 'after unbind' > /dev/kmsg; ! wait $!"
            ))?;
            assert!(board.run("cat /tmp/stopped")?.contains("No such device"));
            let (before, _) = logged(board, "before unbind")?;
            let (after, _) = logged(board, "after unbind")?;
            println!("unbinding took {:.6} s", after - before);
            let bound_s = if board.has_sanitizers() { 0.2 } else { 0.05 };
            assert!(after - before < bound_s);
            board.run(&format!("echo morse > {DRIVER}/bind"))?;
        }
        Ok(())
    });
}
