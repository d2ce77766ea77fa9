// SPDX-License-Identifier: GPL-2.0
// scripts/test: real-time long

//! Receiving in real time, the key pressed from outside: the guest has no part in it.

use std::thread;
use std::time::{Duration, Instant};

use morse_board::driver::UNIT_AT_1_WPM_US;
use morse_board::fixture::{lacks_wires, Shared};
use morse_board::{Board, Message, Options, Pace, Result, Time};

/// Both mechanisms of the softirq: the module's parameter.
const MECHANISMS: [&str; 2] = ["bh", "tasklet"];
const TEXT: &str = "CQ CQ DE MORSE";
/// How often it is keyed, at most, on a host that has other things to do.
const ATTEMPTS: u32 = 5;

static REAL: Shared = Shared::new(|| Options::new(Time::Real).cpus(2));

#[test]
#[ignore = "needs a board: make test"]
fn cq_is_read_at_13_and_25_wpm() {
    if lacks_wires() {
        return;
    }
    for mechanism in MECHANISMS {
        for wpm in [13, 25] {
            let pace = Pace::new(UNIT_AT_1_WPM_US * 1000 / wpm);
            for attempt in 1..=ATTEMPTS {
                let (text, late) = receive(mechanism, pace);
                // What was not keyed at that speed is nothing to judge the driver by.
                if late < Duration::from_nanos(pace.unit_ns) / 5 || attempt == ATTEMPTS {
                    assert_eq!(text, format!("{TEXT} \n"), "{mechanism}, {wpm} WPM");
                    break;
                }
                println!("{mechanism}, {wpm} WPM: the host keyed {late:?} late; again");
            }
        }
    }
}

/// Keys the text, and returns what was read, and how late the host was at worst.
fn receive(mechanism: &str, pace: Pace) -> (String, Duration) {
    let mut received = (String::new(), Duration::ZERO);
    REAL.with(|board| {
        board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
        board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
        received.1 = key(board, TEXT, pace)?;
        board.run("sleep 7")?;
        // The reader has the module as long as it is there.
        received.0 = board.run(
            "cat /tmp/text; killall cat; while pidof cat > /dev/null; do usleep 10000; done; rmmod morse",
        )?;
        Ok(())
    });
    received
}

/// Presses the key, at times that do not depend on how long that takes; returns how late the latest edge
/// was done.
fn key(board: &mut Board, text: &str, pace: Pace) -> Result<Duration> {
    let start = Instant::now();
    let mut late = Duration::ZERO;
    for edge in Message::parse(text).expect("Morse").edges(pace) {
        let time = Duration::from_nanos(edge.at_ns);
        thread::sleep(time.saturating_sub(start.elapsed()));
        board.key(edge.on)?;
        late = late.max(start.elapsed().saturating_sub(time));
    }
    Ok(late)
}
