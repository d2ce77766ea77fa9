// SPDX-License-Identifier: GPL-2.0

//! More edges than a hand keys: all are accounted for, and unloading works at any moment.

use std::time::Duration;

use morse_board::driver::{numbers, set, MECHANISMS, SIMULATED_KEY as KEY};
use morse_board::{trace, Board, Result};

use super::fixture::{with, with_bh, with_each};
use crate::amount::Amount;
use crate::boards::KEYLESS;
use crate::fixture::{logged, long, program};
use crate::runner::test::Tests;

/// How long the storm on the usual mechanism lasts, in virtual seconds, and those on the others.
const STORM_S: u64 = 10;
const OTHERS_S: Amount<u64> = Amount::new("MORSE_STORM_S", 2, STORM_S);

/// The tests here.
pub fn tests() -> Tests {
    tests![twenty_thousand_edges_a_second_are_accounted_for]
        .long()
        .and(tests![a_burst_of_10000_edges_is_accounted_for])
        .and(tests![with_bh => a_burst_without_debouncing_is_received_as_a_whole])
        .and(tests![with_each =>
            unbinding_in_a_storm_is_prompt,
            unloading_in_a_storm_is_prompt_and_readers_can_be_killed,
        ])
        .on(&KEYLESS)
}

/// Makes so many edges at such intervals, and checks that each is accounted for.
fn storm(board: &mut Board, count: u64, interval_us: u64) -> Result<()> {
    let before = numbers(board)?;
    let command = format!("morse-key {KEY} storm {count} {interval_us} && sleep 1");
    long(board, &command)?;
    let after = numbers(board)?;
    let more = |name: &str| after[name] - before[name];
    note!(
        "{count} edges every {interval_us} us: {} received, {} debounced, {} dropped, {} softirqs",
        more("edges_received"),
        more("edges_debounced"),
        more("edges_dropped"),
        more("softirqs")
    );
    assert_eq!(more("edges"), count);
    assert_eq!(
        more("edges_received") + more("edges_debounced") + more("edges_dropped"),
        count
    );
    assert!(more("softirqs") <= count);
    Ok(())
}

fn a_burst_of_10000_edges_is_accounted_for() {
    with_each(|board| storm(board, 10_000, 0));
}

fn a_burst_without_debouncing_is_received_as_a_whole(board: &mut Board) -> Result<()> {
    set(board, "debounce_us", "0")?;
    storm(board, 10_000, 0)?;
    let numbers = numbers(board)?;
    assert_eq!(numbers["edges_received"] + numbers["edges_dropped"], 10_000);
    Ok(())
}

fn twenty_thousand_edges_a_second_are_accounted_for() {
    for (number, mechanism) in MECHANISMS.iter().enumerate() {
        with(mechanism, |board| {
            let seconds = match number {
                // A kernel full of sanitizers would take minutes.
                _ if board.has_sanitizers() => 1,
                0 => STORM_S,
                _ => OTHERS_S.get(),
            };
            storm(board, seconds * 20_000, 50)
        });
    }
}

/// An open file of the key does not block unbinding; writes to it fail from then on.
fn unbinding_in_a_storm_is_prompt(board: &mut Board) -> Result<()> {
    const DRIVER: &str = "/sys/bus/platform/drivers/morse";
    begin(board)?;
    board.run(&format!(
        "echo 'before unbind' > /dev/kmsg; echo morse > {DRIVER}/unbind; echo 'after unbind' > /dev/kmsg"
    ))?;
    let (before, _) = logged(board, "before unbind")?;
    let (after, _) = logged(board, "after unbind")?;
    let took = Duration::from_secs_f64(after - before);
    end(board, took)
}

/// An open debugfs file pins the module, so this storm opens the key for each edge.
fn unloading_in_a_storm_is_prompt_and_readers_can_be_killed(board: &mut Board) -> Result<()> {
    const COUNT: &str = "20";
    const SEED: &str = "1";
    board.run("rmmod morse")?;
    // On a kernel full of sanitizers the module's size alone takes longer.
    let bound_ms = if board.has_sanitizers() { "1000" } else { "10" };
    note!(
        "{}",
        program(board, &["contract", "storm", bound_ms, COUNT, SEED])?
    );
    Ok(())
}

/// Begins a storm that goes on until the key is gone, and kills a reader in it.
fn begin(board: &mut Board) -> Result<()> {
    board.run(&format!(
        "morse-key {KEY} storm 1000000 50 > /dev/null 2>&1 &"
    ))?;
    board.run("cat /dev/morse > /dev/null 2>&1 & sleep 0.1; kill -9 $!")?;
    wait_for_storm(board)
}

/// Waits until edges come, as a program in the background may need a while to start.
fn wait_for_storm(board: &mut Board) -> Result<()> {
    let before = numbers(board)?["edges"];
    for _ in 0..50 {
        if numbers(board)?["edges"] > before {
            return Ok(());
        }
        board.run("sleep 0.1")?;
    }
    panic!("there is no storm");
}

/// Compares with the unloading of a module that does nothing.
fn end(board: &mut Board, took: Duration) -> Result<()> {
    const BOUND: Duration = Duration::from_millis(10);
    // The sanitizer kernel executes ten times as many instructions, and checks as many locks.
    const SANITIZER_BOUND: Duration = Duration::from_millis(200);
    let bound = if board.has_sanitizers() {
        SANITIZER_BOUND
    } else {
        BOUND
    };
    board.run("insmod empty.ko")?;
    let empty = trace::system_call_time(board, "delete_module", "rmmod empty")?;
    note!("took {took:?}; unloading an empty module {empty:?}");
    assert!(took <= empty + bound);
    Ok(())
}
