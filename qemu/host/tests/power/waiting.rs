// SPDX-License-Identifier: GPL-2.0

//! Tasks that wait for the device when the board goes to sleep: they wait on after it, and get what they
//! waited for.

use std::thread;
use std::time::Duration;

use morse_board::driver::{numbers, set, SETTINGS};
use morse_board::{Board, Result};

use crate::boards::REAL;
use crate::fixture::lacks_wires;
use crate::runner::test::Tests;

use super::sleep::{begin, is_awake, pass, Way};

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_writer_and_a_reader_wait_through_sleep,
        fsync_waits_through_sleep,
        the_beacon_goes_on_after_sleep,
    ]
    .on(&REAL)
}

/// After this the board is awake again, whichever way it slept.
const AWAKE: Duration = Duration::from_secs(5);
const WAYS: [Way; 2] = [Way::Devices, Way::Alarm];

fn sleep(board: &mut Board, way: Way) -> Result<()> {
    begin(board, &way.command())?;
    pass(AWAKE);
    is_awake(board)
}

/// The processes with these names.
fn running(board: &mut Board, name: &str) -> Result<String> {
    board.run(&format!("pidof {name} || true"))
}

fn a_writer_and_a_reader_wait_through_sleep() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        set(board, "wpm", "60")?;
        set(board, "receive_wpm", "12")?;
        // More than the fifo holds.
        board.run("(yes ETEE | head -n 3000 | dd of=/dev/morse bs=64 2> /dev/null; echo $? > /tmp/wrote) > /dev/null 2>&1 &")?;
        board.run("head -c 1 /dev/morse > /tmp/text &")?;
        for way in WAYS {
            let (writer, reader) = (running(board, "dd")?, running(board, "head")?);
            sleep(board, way)?;
            let sent = numbers(board)?["sent"];
            pass(Duration::from_secs(2));
            assert!(numbers(board)?["sent"] > sent, "{way:?}: the keyer goes on");
            assert_eq!(running(board, "dd")?, writer, "{way:?}: the writer waits");
            assert_eq!(running(board, "head")?, reader, "{way:?}: the reader waits");
        }
        // The reader gets the next letter.
        board.key(true)?;
        thread::sleep(Duration::from_millis(100));
        board.key(false)?;
        board.run("for i in $(seq 100); do [ ! -s /tmp/text ] || break; usleep 50000; done")?;
        assert_eq!(board.run("cat /tmp/text")?, "E");
        // The writer gets all of its text accepted.
        for _ in 0..100 {
            board.run(&format!("echo 1 > {SETTINGS}/abort"))?;
            if running(board, "dd")?.trim().is_empty() {
                break;
            }
        }
        assert_eq!(board.run("cat /tmp/wrote; rm /tmp/wrote")?, "0\n");
        Ok(())
    });
}

fn fsync_waits_through_sleep() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        // 9 units of a second each: a dot, a dash and the end of a word.
        set(board, "unit_us", "1000000")?;
        for way in WAYS {
            let before = numbers(board)?["sent"];
            board.run(&format!(
                "rm -f /tmp/synced; (printf ET | dd of=/dev/morse conv=fsync 2> /dev/null; \
                 echo $? $(cat {SETTINGS}/queued) > /tmp/synced) > /dev/null 2>&1 &"
            ))?;
            sleep(board, way)?;
            board.run("while ! [ -s /tmp/synced ]; do usleep 50000; done")?;
            assert_eq!(board.run("cat /tmp/synced")?, "0 0\n", "{way:?}");
            assert_eq!(numbers(board)?["sent"] - before, 2);
        }
        Ok(())
    });
}

fn the_beacon_goes_on_after_sleep() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        set(board, "wpm", "60")?;
        board.run(&format!(
            "echo E > {SETTINGS}/beacon; echo 1 > {SETTINGS}/beacon_interval_s"
        ))?;
        for way in WAYS {
            sleep(board, way)?;
            // By the guest's clock: a command may take a second of a busy host.
            let shown = board.run(&format!(
                "cat {SETTINGS}/sent; cut -d. -f1 /proc/uptime; sleep 4; cat {SETTINGS}/sent; cut -d. -f1 /proc/uptime"
            ))?;
            let shown: Vec<u64> = shown
                .lines()
                .map(|line| line.parse().expect("a number"))
                .collect();
            let (more, seconds) = (shown[2] - shown[0], shown[3] - shown[1]);
            // One a second, and one to either side.
            assert!(
                (seconds - 2..=seconds + 2).contains(&more),
                "{way:?}: {more} in {seconds} s"
            );
        }
        Ok(())
    });
}
