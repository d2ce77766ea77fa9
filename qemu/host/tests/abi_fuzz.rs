// SPDX-License-Identifier: GPL-2.0
// scripts/test: long

//! Random system calls on the device from several processes, see `qemu/guest/stress`.
//!
//! With more calls it is a run of its own: `scripts/soak fuzz`.

#[path = "common/environment.rs"]
mod environment;
#[path = "common/fresh.rs"]
mod fresh;
#[path = "common/keyless.rs"]
mod keyless;
#[path = "common/seed.rs"]
mod seed;

use std::time::{Duration, Instant};

use morse_board::{Options, Time};

use environment::number;
use fresh::with_board;
use keyless::program;
use seed::seed;

/// How many calls, in each test; another number in this variable.
const CALLS: (&str, u64) = ("MORSE_FUZZ_CALLS", 20_000);
/// More than any number of calls that somebody waits for takes.
const LIMIT: Duration = Duration::from_secs(4 * 3600);

/// A board is booted anew after so many calls, with the next seed: what was found by then is known, and
/// to see it again takes no longer than this.
const CALLS_AT_A_TIME: u64 = 100_000;

fn fuzz(options: &Options, parameter: &str, words: &str) {
    let (calls, first) = (number(CALLS.0, CALLS.1), seed());
    let mut made = 0;
    for seed in first.. {
        let now = CALLS_AT_A_TIME.min(calls - made);
        let start = Instant::now();
        with_board(options.clone(), |board| {
            board.run(&format!("insmod morse.ko softirq={parameter}"))?;
            let command = format!("stress fuzz {seed} {now} {words}");
            program(board, &command, LIMIT).map(drop)
        });
        made += now;
        println!(
            "{made} of {calls} calls, seed {seed}, {:?}",
            start.elapsed()
        );
        if made == calls {
            return;
        }
    }
}

/// In virtual time, where the same seed is the same run.
#[test]
#[ignore = "needs a board: make test"]
fn any_calls() {
    fuzz(&Options::new(Time::Virtual), "bh", "4");
}

#[test]
#[ignore = "needs a board: make test"]
fn any_calls_while_the_driver_comes_and_goes() {
    fuzz(&Options::new(Time::Virtual), "tasklet", "4 bind");
}

/// In real time on several processors, where calls truly meet.
#[test]
#[ignore = "needs a board: make test"]
fn any_calls_at_the_same_time() {
    fuzz(&Options::new(Time::Real).cpus(4), "bh", "6 bind");
}
