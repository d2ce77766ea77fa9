// SPDX-License-Identifier: GPL-2.0

//! Receiving in real time, with the key pressed from outside the guest.

use std::thread;
use std::time::{Duration, Instant};

use morse_board::driver::UNIT_AT_1_WPM_US;
use morse_board::trace::{Event, Recorder};
use morse_board::{Board, Edge, Message, Pace, Result};

use crate::boards::REAL;
use crate::fixture::lacks_wires;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        cq_is_read_with_a_bh_work_item,
        cq_is_read_with_a_tasklet,
        cq_is_read_with_a_thread,
    ]
    .on(&REAL)
    .waiting()
}

const TEXT: &str = "CQ CQ DE MORSE";
/// The most attempts to key the text on a busy host.
const ATTEMPTS: u32 = 5;

fn cq_is_read_with_a_bh_work_item() {
    cq_is_read_with("bh");
}

fn cq_is_read_with_a_tasklet() {
    cq_is_read_with("tasklet");
}

fn cq_is_read_with_a_thread() {
    cq_is_read_with("thread");
}

fn cq_is_read_with(mechanism: &str) {
    if lacks_wires() {
        return;
    }
    for wpm in [13, 25] {
        let pace = Pace::new(UNIT_AT_1_WPM_US * 1000 / wpm);
        for attempt in 1..=ATTEMPTS {
            let (text, late) = receive(mechanism, pace);
            // If host or guest kept the speed badly, the text says nothing about the driver.
            if late < Duration::from_nanos(pace.unit_ns) / 5 || attempt == ATTEMPTS {
                assert_eq!(text, format!("{TEXT} \n"), "{mechanism}, {wpm} WPM");
                break;
            }
            note!("{mechanism}, {wpm} WPM: {late:?} late; again");
        }
    }
}

/// Keys the text, and returns the text that was read, and how late host and guest were at worst.
fn receive(mechanism: &str, pace: Pace) -> (String, Duration) {
    let mut received = (String::new(), Duration::ZERO);
    REAL.with(|board| {
        board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
        board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
        let interrupts = Recorder::start(board, &[("irq/irq_handler_entry", "name ~ \"morse-key\"")])?;
        key(board, pace)?;
        received.1 = lateness(&interrupts.stop(board)?, pace);
        board.run("sleep 7")?;
        // The module cannot be unloaded before the reader has ended.
        received.0 = board.run(
            "cat /tmp/text; killall cat; while pidof cat > /dev/null; do usleep 10000; done; rmmod morse",
        )?;
        Ok(())
    });
    received
}

/// Returns the times of the presses and releases, from the first press on.
fn edges(pace: Pace) -> Vec<Edge> {
    Message::parse(TEXT).expect("Morse").edges(pace)
}

/// Presses and releases the key at absolute times.
fn key(board: &mut Board, pace: Pace) -> Result<()> {
    let start = Instant::now();
    for edge in edges(pace) {
        let time = Duration::from_nanos(edge.at_ns);
        thread::sleep(time.saturating_sub(start.elapsed()));
        board.key(edge.on)?;
    }
    Ok(())
}

/// Returns the largest error of an interrupt's time, counted from the first. If the number of interrupts
/// differs from that of edges, host or guest was too slow for one.
fn lateness(interrupts: &[Event], pace: Pace) -> Duration {
    let edges = edges(pace);
    if interrupts.len() != edges.len() {
        return Duration::MAX;
    }
    let since_first =
        |interrupt: &Event| Duration::from_nanos(interrupt.ns.abs_diff(interrupts[0].ns));
    let late = interrupts
        .iter()
        .zip(&edges)
        .map(|(interrupt, edge)| since_first(interrupt).abs_diff(Duration::from_nanos(edge.at_ns)));
    late.max().unwrap_or_default()
}
