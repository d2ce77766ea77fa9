// SPDX-License-Identifier: GPL-2.0

//! Several processors: edges come on each of them, while processors go offline and online.

use std::time::Duration;

use morse_board::driver::{set, SETTINGS};
use morse_board::{Board, Options, Result, Time};

use crate::amount::Amount;
use crate::boards::KEYLESS_SMP;
use crate::fixture::{lacks_wires, run_noted};
use crate::ktap;
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![edges_from_one_processor_after_the_other_are_accounted_for]
        .long()
        .and(tests![KEYLESS_SMP.with_each =>
            processors_come_and_go_while_edges_come_and_the_device_sends,
        ])
        .on(&KEYLESS_SMP)
        .and(tests![the_interrupt_of_the_wired_key_moves_between_processors].on(&WIRED))
}

/// The number of edges.
const EDGES: Amount<u64> = Amount::new("MORSE_STORM_EDGES", 5_000, 1_000_000);
/// As [`KEYLESS_SMP`], with the key on its line.
static WIRED: Kind = Kind::new("wired-smp", || Options::new(Time::Real).cpus(4));

/// Longer than any of them takes.
const LIMIT: Duration = Duration::from_secs(4 * 3600);

/// The interrupt of the simulated key comes on the processor of the task that presses it.
fn edges_from_one_processor_after_the_other_are_accounted_for() {
    let edges = EDGES.get();
    KEYLESS_SMP.with_each(|board| {
        ktap::run(board, &format!("stress rove {edges}"), LIMIT)?;
        ktap::run(board, "stress crowd 100", LIMIT).map(drop)
    });
}

/// A script of the guest that takes each processor offline and online, again and again. This includes the
/// first one, which has the interrupt of the wired key, except on a PC and on 32-bit ARM, where it cannot go
/// offline.
const PLUG: &str = "
plug() {
	for cpu in 0 1 2 3 0 2 1 3; do
		[ $cpu != 0 ] || [ -e /sys/devices/system/cpu/cpu0/online ] || continue
		echo 0 > /sys/devices/system/cpu/cpu$cpu/online || exit 1
		sleep 0.3
		echo 1 > /sys/devices/system/cpu/cpu$cpu/online || exit 1
		sleep 0.1
	done
}
";

/// Presses the simulated key on a processor that goes offline meanwhile, while the device sends.
fn processors_come_and_go_while_edges_come_and_the_device_sends(board: &mut Board) -> Result<()> {
    set(board, "wpm", "60")?;
    board.run("rm -f /tmp/sent /tmp/roved")?;
    board.run("morse-send PARIS PARIS PARIS PARIS PARIS > /tmp/sent 2>&1 &")?;
    board.run("(stress rove 20000 2>&1; echo status $?) > /tmp/roved &")?;
    board
        .execute(&format!("{PLUG} plug"), LIMIT)?
        .success("plug")?;
    let command = "wait_for() { until grep -q \"$2\" $1; do sleep 0.2; done; }
                   wait_for /tmp/sent '^sent$'; wait_for /tmp/roved status; cat /tmp/roved";
    let said = run_noted(board, command, LIMIT)?;
    assert!(said.ends_with("status 0\n"), "{said}");
    assert_eq!(board.run(&format!("cat {SETTINGS}/sent"))?.trim(), "25");
    Ok(())
}

/// Presses the wired key from outside; its interrupt moves when its processor goes offline. The GPIO
/// controller merges edges that are too close into one interrupt, so the comparison is with the kernel's own
/// count.
fn the_interrupt_of_the_wired_key_moves_between_processors() {
    const PRESSES: u32 = 600;

    if lacks_wires() {
        return;
    }
    WIRED.with_each(|board| wired_key(board, PRESSES));
}

fn wired_key(board: &mut Board, presses: u32) -> Result<()> {
    board.run(&format!(
        "echo 0 > {SETTINGS}/debounce_us; rm -f /tmp/plugged"
    ))?;
    let interrupts_before = wired_interrupts(board)?;
    // Presses go on until the last processor is back.
    board.run(&format!(
        "({PLUG} plug; echo done > /tmp/plugged) > /tmp/plug 2>&1 &"
    ))?;
    let mut made = 0;
    while made < presses || board.run("cat /tmp/plugged 2>&1 || true")?.trim() != "done" {
        for _ in 0..100 {
            board.key(true)?;
            board.key(false)?;
            made += 1;
        }
        assert!(
            made < 1_000_000,
            "plugging ended with:\n{}",
            board.run("cat /tmp/plug")?
        );
    }
    board.run("sleep 1")?;
    let counts: Vec<u64> = wired_interrupts(board)?
        .iter()
        .zip(&interrupts_before)
        .map(|(after, before)| after - before)
        .collect();
    let counters = board.run(&format!(
        "cd {SETTINGS} && cat edges edges_received edges_debounced edges_dropped"
    ))?;
    note!(
        "{} changes of the wire, interrupts {counts:?}, counters {:?}",
        2 * made,
        counters.split_whitespace().collect::<Vec<_>>()
    );
    let counters: Vec<u64> = counters
        .lines()
        .map(|n| n.parse().expect("a number"))
        .collect();
    assert_eq!(
        counters[0],
        counts.iter().sum::<u64>(),
        "the kernel's count"
    );
    assert_eq!(counters[0], counters[1..].iter().sum::<u64>());
    // If the first processor stays, so does the interrupt: the controller cannot move it on request.
    let had_to_move = board
        .run("ls /sys/devices/system/cpu/cpu0")?
        .contains("online");
    let moved = counts.iter().filter(|count| **count > 0).count() >= 2;
    assert_eq!(moved, had_to_move, "{counts:?}");
    Ok(())
}

/// The kernel's count of the interrupt on each processor, since the machine was booted.
fn wired_interrupts(board: &mut Board) -> Result<Vec<u64>> {
    let line = board.run("grep morse-key /proc/interrupts")?;
    Ok(line
        .split_whitespace()
        .skip(1)
        .map_while(|word| word.parse().ok())
        .collect())
}
