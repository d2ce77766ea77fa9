// SPDX-License-Identifier: GPL-2.0

//! Many edges in one run of the softirq.
//!
//! With `threadirqs` the kernel runs softirqs that interrupts raise in a thread of usual priority. A
//! hand with a real-time priority keeps that from running, while its interrupts go on.

use morse_board::driver::{numbers, set, MECHANISMS, SIMULATED_KEY};
use morse_board::{Board, Result};

use crate::boards::THREADED;
use crate::fixture::lacks_threaded_interrupts;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_hundred_edges_are_taken_in_one_run,
        what_the_ring_has_no_room_for_is_counted
    ]
    .on(&THREADED)
}

/// The capacity of the driver's ring buffer.
const RING_EDGES: u64 = 1024;

/// The counts of the edges of a burst.
#[derive(Debug)]
struct Outcome {
    received: u64,
    debounced: u64,
    dropped: u64,
    softirqs: u64,
}

/// Makes so many edges at once, with softirqs held off.
fn burst(board: &mut Board, count: u64) -> Result<Outcome> {
    let before = numbers(board)?;
    board.run(&format!(
        "morse-key {SIMULATED_KEY} burst {count} && sleep 1"
    ))?;
    let after = numbers(board)?;
    let more = |name: &str| after[name] - before[name];
    assert_eq!(more("edges"), count);
    let outcome = Outcome {
        received: more("edges_received"),
        debounced: more("edges_debounced"),
        dropped: more("edges_dropped"),
        softirqs: more("softirqs"),
    };
    note!("{count} edges: {outcome:?}");
    assert_eq!(
        outcome.received + outcome.debounced + outcome.dropped,
        count
    );
    Ok(outcome)
}

fn a_hundred_edges_are_taken_in_one_run() {
    /// One run for the edges. The program logs before the last edge, which may sleep and let the softirq run
    /// once before.
    const RUNS_MAX: u64 = 2;

    if lacks_threaded_interrupts() {
        return;
    }
    for mechanism in MECHANISMS {
        THREADED.with_driver(&format!("softirq={mechanism}"), |board| {
            set(board, "debounce_us", "0")?;
            for count in [100, 1000] {
                let outcome = burst(board, count)?;
                assert!(
                    (1..=RUNS_MAX).contains(&outcome.softirqs),
                    "{mechanism}: {outcome:?}"
                );
                assert_eq!(
                    (outcome.received, outcome.dropped),
                    (count, 0),
                    "{mechanism}"
                );
            }
            Ok(())
        });
    }
}

/// The oldest edges stay, the others are counted, and the receiver reads the final level of the key.
fn what_the_ring_has_no_room_for_is_counted() {
    if lacks_threaded_interrupts() {
        return;
    }
    for mechanism in MECHANISMS {
        THREADED.with_driver(&format!("softirq={mechanism}"), |board| {
            set(board, "debounce_us", "0")?;
            // The last edge of an odd number leaves the key down, and that one is dropped.
            let outcome = burst(board, 2 * RING_EDGES + 1)?;
            assert!(outcome.dropped >= RING_EDGES, "{mechanism}: {outcome:?}");
            assert!(outcome.received + outcome.debounced >= RING_EDGES, "{mechanism}: {outcome:?}");
            let text = super::fixture::read_while(
                board,
                &format!("echo 20 > /sys/class/misc/morse/receive_wpm; echo 0 > {SIMULATED_KEY}; sleep 6; {}; sleep 6", morse_board::driver::keying("K", 60_000)),
            )?;
            assert!(text.ends_with("K \n"), "{mechanism}: {text:?}");
            Ok(())
        });
    }
}
