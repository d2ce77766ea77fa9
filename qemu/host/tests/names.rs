// SPDX-License-Identifier: GPL-2.0

//! Names that are taken: the log says which one.

use morse_board::{Board, Result};

use crate::boards::KEYLESS;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![KEYLESS.with =>
        a_taken_name_of_the_led_trigger_is_told,
        a_taken_name_of_the_device_is_told,
        a_second_driver_of_the_name_is_refused,
    ]
    .on(&KEYLESS)
}

/// Loads the driver while another one has a name, and afterwards.
fn is_told(board: &mut Board, taken: &str, told: &str, complaints: &[&str]) -> Result<()> {
    board.check_log()?;
    board.run(&format!(
        "dmesg -c > /dev/null; insmod morse_rival.ko {taken}"
    ))?;
    // A driver stays loaded when its device of the device tree does not bind.
    board.run("insmod morse.ko || true; ! grep -q . /sys/class/misc/morse/wpm")?;
    let log = board.run("dmesg")?;
    assert_eq!(log.matches(told).count(), 1, "{log}");
    board.expect_complaints(complaints)?;
    board.run("! lsmod | grep -q '^morse ' || rmmod morse; rmmod morse-rival")?;
    board.run("insmod morse.ko; echo E > /dev/morse; rmmod morse")?;
    Ok(())
}

fn a_taken_name_of_the_led_trigger_is_told(board: &mut Board) -> Result<()> {
    is_told(
        board,
        "trigger=morse",
        "morse: there is an LED trigger morse already\n",
        &[],
    )
}

fn a_taken_name_of_the_device_is_told(board: &mut Board) -> Result<()> {
    is_told(
        board,
        "misc=morse",
        "morse: there is a misc device morse already\n",
        // The kernel's own word.
        &["cannot create duplicate filename", "Call trace:"],
    )
}

fn a_second_driver_of_the_name_is_refused(board: &mut Board) -> Result<()> {
    let said = board.run("insmod morse.ko; insmod morse.ko 2>&1 || true; rmmod morse")?;
    assert!(said.contains("File exists"), "{said}");
    Ok(())
}
