// SPDX-License-Identifier: GPL-2.0
// scripts/test: real-time long

//! Receiving in real time, the key pressed from outside: the guest has no part in it.

use std::thread;
use std::time::{Duration, Instant};

use morse_board::fixture::{lacks_wires, Shared};
use morse_board::{Board, Message, Options, Pace, Result, Time};

/// Both mechanisms of the softirq: the module's parameter.
const MECHANISMS: [&str; 2] = ["bh", "tasklet"];
const TEXT: &str = "CQ CQ DE MORSE";

static REAL: Shared = Shared::new(|| Options::new(Time::Real).cpus(2));

#[test]
#[ignore = "needs a board: make test"]
fn cq_is_read_at_13_and_25_wpm() {
    if lacks_wires() {
        return;
    }
    for mechanism in MECHANISMS {
        for wpm in [13, 25] {
            REAL.with(|board| {
                board.run(&format!("insmod morse.ko softirq={mechanism}"))?;
                board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
                key(board, TEXT, Pace::new(1_200_000_000 / wpm))?;
                board.run("sleep 7")?;
                // The reader has the module as long as it is there.
                let text = board.run(
                    "cat /tmp/text; killall cat; while pidof cat > /dev/null; do usleep 10000; done; rmmod morse",
                )?;
                assert_eq!(text, format!("{TEXT} \n"), "{mechanism}, {wpm} WPM");
                Ok(())
            });
        }
    }
}

/// Presses the key, at times that do not depend on how long that takes.
fn key(board: &mut Board, text: &str, pace: Pace) -> Result<()> {
    let start = Instant::now();
    for edge in Message::parse(text).expect("Morse").edges(pace) {
        let time = Duration::from_nanos(edge.at_ns);
        thread::sleep(time.saturating_sub(start.elapsed()));
        board.key(edge.on)?;
    }
    Ok(())
}
