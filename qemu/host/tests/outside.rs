// SPDX-License-Identifier: GPL-2.0

//! Receiving in real time, the key pressed from outside: the guest has no part in it.

use std::thread;
use std::time::{Duration, Instant};

use morse_board::driver::{MECHANISMS, UNIT_AT_1_WPM_US};
use morse_board::interrupts::{Interrupt, Recording};
use morse_board::{Board, Edge, Message, Pace, Result};

use crate::boards::REAL;
use crate::fixture::lacks_wires;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![cq_is_read_at_13_and_25_wpm].on(&REAL)
}

const TEXT: &str = "CQ CQ DE MORSE";
/// How often it is keyed, at most, on a host that has other things to do.
const ATTEMPTS: u32 = 5;

fn cq_is_read_at_13_and_25_wpm() {
    if lacks_wires() {
        return;
    }
    for mechanism in MECHANISMS {
        for wpm in [13, 25] {
            let pace = Pace::new(UNIT_AT_1_WPM_US * 1000 / wpm);
            for attempt in 1..=ATTEMPTS {
                let (text, late) = receive(mechanism, pace);
                // A text that was not keyed at that speed says nothing about the driver.
                if late < Duration::from_nanos(pace.unit_ns) / 5 || attempt == ATTEMPTS {
                    assert_eq!(text, format!("{TEXT} \n"), "{mechanism}, {wpm} WPM");
                    break;
                }
                note!("{mechanism}, {wpm} WPM: {late:?} late; again");
            }
        }
    }
}

/// Keys the text, and returns the text that was read, and how late host and guest were at worst.
fn receive(mechanism: &str, pace: Pace) -> (String, Duration) {
    let mut received = (String::new(), Duration::ZERO);
    REAL.with(|board| {
        board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
        board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
        let interrupts = Recording::start(board)?;
        key(board, pace)?;
        received.1 = lateness(&interrupts.stop(board)?, pace);
        board.run("sleep 7")?;
        // The reader has the module as long as it is there.
        received.0 = board.run(
            "cat /tmp/text; killall cat; while pidof cat > /dev/null; do usleep 10000; done; rmmod morse",
        )?;
        Ok(())
    });
    received
}

/// When the key is to be pressed and released, from the first time on.
fn edges(pace: Pace) -> Vec<Edge> {
    Message::parse(TEXT).expect("Morse").edges(pace)
}

/// Presses the key, at times that do not depend on how long that takes.
fn key(board: &mut Board, pace: Pace) -> Result<()> {
    let start = Instant::now();
    for edge in edges(pace) {
        let time = Duration::from_nanos(edge.at_ns);
        thread::sleep(time.saturating_sub(start.elapsed()));
        board.key(edge.on)?;
    }
    Ok(())
}

/// How far the interrupts are from where they should be, counted from the first. If there are not as many
/// as edges, host or guest has slept through one.
fn lateness(interrupts: &[Interrupt], pace: Pace) -> Duration {
    let edges = edges(pace);
    if interrupts.len() != edges.len() {
        return Duration::MAX;
    }
    let since_first = |interrupt: &Interrupt| interrupt.at.abs_diff(interrupts[0].at);
    let late = interrupts
        .iter()
        .zip(&edges)
        .map(|(interrupt, edge)| since_first(interrupt).abs_diff(Duration::from_nanos(edge.at_ns)));
    late.max().unwrap_or_default()
}
