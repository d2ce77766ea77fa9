// SPDX-License-Identifier: GPL-2.0

//! The monitor: the key lights the lamp while nothing is sent.

use std::thread;
use std::time::Duration;

use morse_board::driver::{set, MECHANISMS, SETTINGS};
use morse_board::trace::Recording;
use morse_board::{decode, Board, Pace, Result, Timeline};

use super::fixture::BOARD;
use crate::boards::REAL;
use crate::fixture::lacks_wires;
use crate::key::losing;
use crate::power::sleep::{begin, is_awake, Way};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![
        lamp_follows_the_key_with_each_mechanism,
        a_message_has_the_lamp_for_itself,
        a_held_key_lights_the_lamp_when_it_is_switched_on,
        lamp_is_dark_in_sleep_and_when_the_driver_has_gone,
        lamp_shows_after_sleep_what_the_key_did_meanwhile,
    ]
    .on(&REAL)
    .and(tests![a_lamp_that_sleeps_follows_the_key].on(&BOARD))
}

/// Time limit of each step, on a busy host. The ticker looks at the level once a second.
const LIMIT: Duration = Duration::from_secs(5);
/// After this the lamp would have changed.
const SETTLED: Duration = Duration::from_millis(300);

fn switch(board: &mut Board, on: bool) -> Result<()> {
    set(board, "monitor", if on { "1" } else { "0" })
}

/// Waits until the lamp is lit or dark.
fn wait(board: &Board, lit: bool) {
    let lamp = board.lamp();
    let mut seen = lamp.count();
    while lamp.is_on() != lit {
        assert!(lamp.wait_edge(seen, LIMIT), "the lamp is to be lit: {lit}");
        seen = lamp.count();
    }
}

/// Presses and releases the key and checks that the lamp does the same.
fn follows(board: &mut Board) -> Result<()> {
    let before = board.lamp().count();
    for down in [true, false] {
        board.key(down)?;
        wait(board, down);
        thread::sleep(SETTLED);
    }
    assert_eq!(board.lamp().edges_since(before).len(), 2);
    Ok(())
}

/// Presses and releases the key and checks that the lamp stays dark.
fn stays_dark(board: &mut Board) -> Result<()> {
    let before = board.lamp().count();
    for down in [true, false] {
        board.key(down)?;
        thread::sleep(SETTLED);
    }
    assert_eq!(board.lamp().edges_since(before), []);
    Ok(())
}

fn lamp_follows_the_key_with_each_mechanism() {
    if lacks_wires() {
        return;
    }
    for mechanism in MECHANISMS {
        note!("bottom_half={mechanism}");
        REAL.with_driver(&format!("bottom_half={mechanism}"), |board| {
            assert_eq!(board.run(&format!("cat {SETTINGS}/monitor"))?, "0\n");
            stays_dark(board)?;
            switch(board, true)?;
            follows(board)?;
            follows(board)?;
            board.run(&format!("! echo 2 > {SETTINGS}/monitor"))?;
            switch(board, false)?;
            stays_dark(board)
        });
    }
}

fn a_message_has_the_lamp_for_itself() {
    const PACE: Pace = Pace::new(150_000_000);
    const TEXT: &str = "ET";
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        set(board, "unit_us", "150000")?;
        switch(board, true)?;
        // The key is down before, changes meanwhile, and is down after.
        board.key(true)?;
        wait(board, true);
        let before = board.lamp().count();
        board.run(&format!("echo {TEXT} > /dev/morse"))?;
        for down in [false, true, false, true] {
            thread::sleep(Duration::from_millis(120));
            board.key(down)?;
        }
        board.run(&format!(
            "while [ $(cat {SETTINGS}/state) != idle ]; do usleep 20000; done"
        ))?;
        wait(board, true);
        let edges = board.lamp().edges_since(before);
        // The monitor puts the lamp out before the first mark, and lights it after the last one.
        let (first, rest) = edges.split_first().expect("edges");
        let (last, message) = rest.split_last().expect("edges");
        assert!(!first.on && last.on, "{edges:?}");
        let seen = decode(&Timeline::new(message.iter().copied()), PACE);
        assert_eq!(seen.message.to_string(), TEXT, "{edges:?}");
        board.key(false)?;
        wait(board, false);
        Ok(())
    });
}

fn a_held_key_lights_the_lamp_when_it_is_switched_on() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        board.key(true)?;
        thread::sleep(SETTLED);
        assert!(!board.lamp().is_on());
        for on in [true, false, true] {
            switch(board, on)?;
            wait(board, on);
        }
        board.key(false)?;
        wait(board, false);
        Ok(())
    });
}

fn lamp_is_dark_in_sleep_and_when_the_driver_has_gone() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        switch(board, true)?;
        board.key(true)?;
        wait(board, true);
        let before = board.lamp().count();
        board.run(
            "echo 1 > /sys/module/suspend/parameters/pm_test_delay; \
             echo devices > /sys/power/pm_test; echo freeze > /sys/power/state",
        )?;
        wait(board, true);
        let edges = board.lamp().edges_since(before);
        note!("{edges:?}");
        assert_eq!(edges.len(), 2, "dark in sleep, and lit after it");
        let dark_ns = edges[1].at_ns - edges[0].at_ns;
        assert!(dark_ns > 850_000_000, "dark for {dark_ns} ns");
        board.run("rmmod morse")?;
        assert!(!board.lamp().is_on());
        board.key(false)
    });
}

/// The interrupt of the release is lost, as that of a chip without power is.
fn lamp_shows_after_sleep_what_the_key_did_meanwhile() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        // It would look at the line. The period holds from the next tick on.
        set(board, "ticker_ms", "60000")?;
        board.run("sleep 2")?;
        switch(board, true)?;
        board.key(true)?;
        wait(board, true);
        begin(board, &Way::Devices.command())?;
        wait(board, false);
        thread::sleep(SETTLED);
        losing(board, |board| board.key(false))?;
        let before = board.lamp().count();
        thread::sleep(LIMIT);
        is_awake(board)?;
        assert_eq!(board.lamp().edges_since(before), []);
        Ok(())
    });
}

/// The lamp of the second device is on a chip that sleeps, and its key is simulated.
fn a_lamp_that_sleeps_follows_the_key() {
    if lacks_wires() {
        return;
    }
    BOARD.with_driver("", |board| {
        let built_in = board.has_sanitizers();
        if !built_in {
            board.run("modprobe gpio-sim")?;
        }
        let settings = "/sys/class/misc/morse1";
        let key = "/sys/kernel/debug/morse1/key";
        let recording = Recording::start_line(board, "sleeping", 0)?;
        board.run(&format!(
            "echo 1 > {settings}/monitor; for i in 1 2 3; do \
             echo 1 > {key}; usleep 30000; echo 0 > {key}; usleep 20000; done"
        ))?;
        let edges = recording.edges(board)?;
        let levels: Vec<bool> = edges.iter().map(|edge| edge.on).collect();
        assert_eq!(levels, [true, false, true, false, true, false]);
        for pair in edges.windows(2) {
            let length_ns = pair[1].at_ns - pair[0].at_ns;
            let ideal_ns: u64 = if pair[0].on { 30_000_000 } else { 20_000_000 };
            let slack_ns = if built_in { 20_000_000 } else { 5_000_000 };
            assert!(length_ns.abs_diff(ideal_ns) < slack_ns, "{edges:?}");
        }
        board.run("rmmod morse")?;
        if !built_in {
            board.run("rmmod gpio-sim")?;
        }
        Ok(())
    });
}
