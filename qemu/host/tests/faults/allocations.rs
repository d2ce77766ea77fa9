// SPDX-License-Identifier: GPL-2.0

//! Each allocation, and each copy from or to user space, fails in turn: `contract faults` in the
//! guest. Only the sanitizer kernel has fault injection.

use std::time::Duration;

use morse_board::{Board, Options, Time};

use crate::amount::{self, Amount};
use crate::fixture::{config, skip};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        each_failure_of_a_system_call_is_told_and_leaves_nothing,
        each_failure_of_binding_is_told_and_leaves_nothing
    ]
    .long()
}

/// Removes the board's own device, so that the driver makes one without hardware.
const WITHOUT_DEVICE: &str = "/delete-node/ &{/morse};";
/// Time limit of several passes; each takes half a minute on a quiet host.
const LIMIT: Duration = Duration::from_secs(3600);

/// The sanitizer kernel boots slowly, and more so on a busy host.
const BOOT_LIMIT: Duration = Duration::from_secs(600);

/// unregister_irq_proc() of 7.3 removes files of /proc/irq that register_irq_proc() may have had no memory for.
const KERNEL_DEFECTS: &[&str] = &["WARNING: at remove_proc_entry+"];

/// A run tries one of so many possible failures, chosen by the seed; a run at full length tries all.
const EVERY: Amount<u64> = Amount::new("MORSE_FAULTS_EVERY", 10, 1);

/// Runs groups of operations on a fresh board.
fn sweep(device_tree: &str, groups: &[&str]) {
    let config = config();
    if !config.has_sanitizers() {
        skip("only the sanitizer kernel injects faults (FLAVOUR=sanitizer)");
        return;
    }
    let every = EVERY.get();
    let remainder = amount::seed() % every;
    let options = Options::new(Time::Virtual)
        .device_tree(device_tree)
        .boot_limit(BOOT_LIMIT);
    let result = Board::boot(&config, options).and_then(|mut board| {
        for group in groups {
            let command = format!("contract faults {group} {every} {remainder}");
            note!("{}", board.execute(&command, LIMIT)?.success(&command)?);
            board.check_log_but_for(KERNEL_DEFECTS)?;
        }
        board.check_leaks()
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn each_failure_of_a_system_call_is_told_and_leaves_nothing() {
    sweep(WITHOUT_DEVICE, &["everywhere", "use", "load"]);
}

fn each_failure_of_binding_is_told_and_leaves_nothing() {
    sweep("", &["bind"]);
}
