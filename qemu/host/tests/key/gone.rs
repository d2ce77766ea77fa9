// SPDX-License-Identifier: GPL-2.0

//! A key that cannot be read any more, as its chip was unbound, while its interrupts come from another one.

use std::thread;
use std::time::Duration;

use morse_board::driver::{numbers, set};
use morse_board::trace::Recording;
use morse_board::{Board, Options, Result, Time};

use super::spinlock::{press, DEVICE_TREE, DRIVER, OUTPUT};
use super::{RECEIVE_WPM, UNIT_MS};
use crate::fixture::lacks_modules;
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![a_key_whose_chip_goes_is_told_and_costs_nothing_else]
        .on(&BOARD)
        .waiting()
}

/// Unbinding a chip would unbind the driver first, as their nodes say that it depends on it.
static BOARD: Kind = Kind::new("gone-chip", || {
    Options::new(Time::Real)
        .cpus(2)
        .stock_module(DRIVER)
        .device_tree(DEVICE_TREE)
        .kernel_argument("fw_devlink=off")
});

/// The chip of the key, and the directory of its driver.
const INPUT: &str = "4e000000.system-controller:input";
const DRIVER_DIR: &str = "/sys/bus/platform/drivers/gpio-syscon";

const NOTICE: &str = "cannot read the key: ";

const TRACEFS: &str = "/sys/kernel/tracing";

/// The edges whose level cannot be read.
const EDGES: u64 = 4;

fn a_key_whose_chip_goes_is_told_and_costs_nothing_else() {
    if lacks_modules(&[DRIVER]) {
        return;
    }
    let pass = |units: u64| thread::sleep(Duration::from_millis(UNIT_MS * units));
    BOARD.with(|board| {
        board.run(&format!("[ -e {DRIVER_DIR} ] || modprobe gpio-syscon"))?;
        board.run("insmod morse.ko bottom_half=thread")?;
        set(board, "receive_wpm", RECEIVE_WPM)?;
        board.run("cat /dev/morse > /tmp/text 2> /dev/null & echo $! > /tmp/reader")?;
        press(board, true)?;
        pass(3);
        press(board, false)?;
        pass(3);
        assert_eq!(notices(board)?, 0);

        board.run(&format!(
            "echo > {TRACEFS}/trace; echo 1 > {TRACEFS}/events/morse/morse_deferral_start/enable; \
             echo {INPUT} > {DRIVER_DIR}/unbind"
        ))?;
        for index in 0..EDGES {
            press(board, index % 2 == 0)?;
            pass(1);
        }
        // The ticker has it read each second.
        board.run("sleep 6")?;
        assert_eq!(notices(board)?, 1, "it is told once");
        let counts = numbers(board)?;
        assert_eq!(counts["edges_dropped"], EDGES);
        assert_eq!(counts["edges"], EDGES + 2);
        let runs = board.run(&format!(
            "echo 0 > {TRACEFS}/events/morse/enable; grep -c mechanism=gap {TRACEFS}/trace"
        ))?;
        note!("{runs} runs of the gap timer");
        assert!(runs.trim().parse::<u64>().expect("a number") < 50, "{runs}");

        // The text read before is there, its session has ended, and the lamp works.
        assert_eq!(board.run("cat /tmp/text")?, "T \n");
        let recording = Recording::start_line(board, OUTPUT, 0)?;
        board.run("morse-send E")?;
        assert_eq!(recording.edges(board)?.len(), 2);
        board.run("kill $(cat /tmp/reader); wait $(cat /tmp/reader); rmmod morse")?;
        board.run("! lsmod | grep -q gpio_syscon || rmmod gpio-syscon")?;
        Ok(())
    });
}

fn notices(board: &mut Board) -> Result<u64> {
    let count = board.run(&format!("dmesg | grep -c '{NOTICE}' || true"))?;
    Ok(count.trim().parse().expect("a number"))
}
