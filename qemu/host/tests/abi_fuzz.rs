// SPDX-License-Identifier: GPL-2.0

//! Random system calls on the device from several processes, see `qemu/guest/stress`.
//!
//! With more calls it is a run of its own: `scripts/test long abi_fuzz`.

use std::time::{Duration, Instant};

use crate::amount::{self, Amount};
use crate::boards::{KEYLESS, KEYLESS_SMP};
use crate::ktap;
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![any_calls, any_calls_while_the_driver_comes_and_goes]
        .and(tests![any_calls_at_the_same_time].in_real_time())
        .long()
}

/// The number of calls in each test.
const CALLS: Amount<u64> = Amount::new("MORSE_FUZZ_CALLS", 20_000, 1_000_000);
/// Time limit for any number of calls.
const LIMIT: Duration = Duration::from_secs(4 * 3600);

/// The board is rebooted after so many calls, with the next seed, so that findings come early and repeating
/// one takes no longer than this.
const CALLS_AT_A_TIME: u64 = 100_000;

fn fuzz(board: &Kind, parameter: &str, words: &str) {
    let (calls, first) = (CALLS.get(), amount::seed());
    let mut made = 0;
    for seed in first.. {
        let now = CALLS_AT_A_TIME.min(calls - made);
        let start = Instant::now();
        board.fresh(|board| {
            board.run(&format!("insmod morse.ko softirq={parameter}"))?;
            let command = format!("stress fuzz {seed} {now} {words}");
            ktap::run(board, &command, LIMIT).map(drop)
        });
        made += now;
        note!(
            "{made} of {calls} calls, seed {seed}, {:?}",
            start.elapsed()
        );
        if made == calls {
            return;
        }
    }
}

/// In virtual time, where the same seed is the same run.
fn any_calls() {
    fuzz(&KEYLESS, "bh", "4");
}

fn any_calls_while_the_driver_comes_and_goes() {
    fuzz(&KEYLESS, "tasklet", "4 bind");
}

/// In real time on several processors, where calls run concurrently.
fn any_calls_at_the_same_time() {
    fuzz(&KEYLESS_SMP, "bh", "6 bind");
}
