// SPDX-License-Identifier: GPL-2.0

//! The key when the board sleeps.

use std::time::{Duration, Instant};

use morse_board::driver::set;
use morse_board::{Board, Options, Result, Time};

use crate::boards::REAL;
use crate::fixture::lacks_wires;
use crate::runner::test::{Kind, Tests};

use super::sleep::{begin, is_awake, pass, sleep_until_alarm, Way};

/// The tests here.
pub fn tests() -> Tests {
    tests![
        key_is_read_anew_after_sleep,
        key_is_not_read_during_sleep,
        key_works_after_gap_detection_was_put_off_in_sleep,
    ]
    .on(&REAL)
    .and(tests![WAKING.loaded =>
        key_wakes_the_board_if_the_device_tree_says_so,
        key_that_is_pressed_on_the_way_to_sleep_is_told,
    ])
}

/// A board that its key may wake.
static WAKING: Kind = Kind::new("waking", || {
    Options::new(Time::Real)
        .cpus(2)
        .device_tree("&{/morse} { wakeup-source; };\n")
});

const UNIT: Duration = Duration::from_millis(100);
/// After this the board is asleep.
const ASLEEP: Duration = Duration::from_millis(900);
/// After this the board is awake again.
const AWAKE: Duration = Duration::from_secs(5);

/// Reads while the board sleeps. The key changes `early`, before the board sleeps, `during` its sleep, and
/// `late`, when it is awake again; in the end a T is keyed.
fn read(board: &mut Board, way: Way, [early, during, late]: [&[bool]; 3]) -> Result<String> {
    set(board, "receive_wpm", "12")?;
    board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
    let began = Instant::now();
    let until = |time: Duration| pass(time.saturating_sub(began.elapsed()));
    key(board, early)?;
    begin(board, &way.command())?;
    until(ASLEEP);
    key(board, during)?;
    until(AWAKE);
    is_awake(board)?;
    key(board, late)?;
    pass(UNIT * 10);
    board.key(true)?;
    pass(UNIT * 3);
    board.key(false)?;
    // Until the session is over.
    pass(Duration::from_secs(6));
    board.run("killall cat; while pidof cat > /dev/null; do usleep 10000; done; cat /tmp/text")
}

/// Presses and releases the key, each level for a unit.
fn key(board: &mut Board, levels: &[bool]) -> Result<()> {
    for down in levels {
        board.key(*down)?;
        pass(UNIT);
    }
    Ok(())
}

fn key_is_read_anew_after_sleep() {
    const DOT: &[bool] = &[true, false];
    const DOWN: &[bool] = &[true];
    const UP: &[bool] = &[false];
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        for (way, touched, text) in [
            // Sleep ends the letter, the word and the session that it cuts.
            (Way::Devices, [DOT, &[], &[]], "E \nT \n"),
            (Way::Devices, [DOWN, UP, &[]], "T \n"),
            (Way::Devices, [&[], DOWN, UP], "T \n"),
            (Way::Devices, [DOWN, &[], UP], "T \n"),
            (Way::Alarm, [DOWN, UP, &[]], "T \n"),
            (Way::Alarm, [&[], DOWN, UP], "T \n"),
        ] {
            assert_eq!(read(board, way, touched)?, text, "{way:?}, {touched:?}");
        }
        Ok(())
    });
}

fn key_wakes_the_board_if_the_device_tree_says_so(board: &mut Board) -> Result<()> {
    const LONG: Duration = Duration::from_secs(10);
    let wakeup = "/sys/class/misc/morse/device/power/wakeup";
    for (may, wakes) in [("enabled", true), ("disabled", false)] {
        board.run(&format!("echo {may} > {wakeup}"))?;
        begin(board, &sleep_until_alarm(LONG))?;
        let began = Instant::now();
        pass(Duration::from_secs(2));
        board.key(true)?;
        pass(UNIT);
        board.key(false)?;
        if !wakes {
            pass(LONG);
        } else {
            pass(Duration::from_secs(1));
        }
        is_awake(board)?;
        let took = began.elapsed();
        let resumed = board.run("dmesg | grep 'PM: suspend exit' | tail -1")?;
        note!("{may}: {took:?}, {resumed}");
        assert_eq!(took < LONG, wakes, "{may}: awake after {took:?}");
    }
    Ok(())
}

/// The bus of its chip may be suspended, so the work item that reads the key waits from the freezing of tasks to their
/// thawing.
fn key_is_not_read_during_sleep() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        set(board, "ticker_ms", "10")?;
        let tracing = "/sys/kernel/tracing";
        board.run(&format!(
            "echo > {tracing}/trace; echo 1 > {tracing}/events/power/suspend_resume/enable; \
             echo 1 > {tracing}/events/morse/morse_deferral_start/enable"
        ))?;
        begin(board, &Way::Devices.command())?;
        pass(AWAKE);
        is_awake(board)?;
        let trace = board.run(&format!(
            "echo 0 > {tracing}/events/morse/morse_deferral_start/enable; \
             echo 0 > {tracing}/events/power/suspend_resume/enable; \
             grep -E 'suspend_resume: (freeze|thaw)_processes|mechanism=gap' {tracing}/trace; echo > {tracing}/trace"
        ))?;
        let index = |text: &str| trace.lines().position(|line| line.contains(text));
        let frozen = index("freeze_processes[0] end").expect("tasks are frozen");
        let thawed = index("thaw_processes[0] begin").expect("tasks are thawed");
        let runs = trace.lines().count() - 4;
        note!("{runs} runs, {} of them frozen", thawed - frozen - 1);
        assert!(runs > 10, "{trace}");
        assert_eq!(thawed - frozen, 1, "{trace}");
        Ok(())
    });
}

/// The first edge has gap detection queued while tasks are frozen, the second one puts it off until they run again.
fn key_works_after_gap_detection_was_put_off_in_sleep() {
    const FROZEN: Duration = Duration::from_secs(4);
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        set(board, "receive_wpm", "12")?;
        set(board, "debounce_us", "1000000")?;
        // It would queue gap detection. The period holds from the next tick on.
        set(board, "ticker_ms", "60000")?;
        // Each processor has a part of the queue.
        let processor = "/sys/devices/system/cpu/cpu1/online";
        board.run(&format!("echo 0 > {processor}"))?;
        board.run("sleep 2; cat /dev/morse > /tmp/text 2> /dev/null &")?;
        let began = Instant::now();
        let until = |time: Duration| pass(time.saturating_sub(began.elapsed()));
        begin(
            board,
            &format!(
                "echo {} > /sys/module/suspend/parameters/pm_test_delay; \
                 echo freezer > /sys/power/pm_test; echo freeze > /sys/power/state",
                FROZEN.as_secs()
            ),
        )?;
        until(ASLEEP);
        board.key(true)?;
        until(FROZEN - Duration::from_millis(500));
        board.key(false)?;
        until(FROZEN + Duration::from_secs(2));
        is_awake(board)?;
        set(board, "debounce_us", "5000")?;
        board.key(true)?;
        pass(UNIT * 3);
        board.key(false)?;
        pass(Duration::from_secs(6));
        let text = board.run(
            "killall cat; while pidof cat > /dev/null; do usleep 10000; done; cat /tmp/text",
        )?;
        // On a busy host, the second edge may come when the board is awake, and end a mark.
        assert!(
            text.ends_with("T \n") && text.lines().count() <= 2,
            "{text}"
        );
        board.run(&format!("echo 1 > {processor}"))?;
        Ok(())
    });
}

/// A test of the freezer takes as long as it is told, and sleeps no deeper.
fn key_that_is_pressed_on_the_way_to_sleep_is_told(board: &mut Board) -> Result<()> {
    let count = "/sys/class/misc/morse/device/power/wakeup_active_count";
    let count_before = board.run(&format!(
        "echo enabled > /sys/class/misc/morse/device/power/wakeup; cat {count}"
    ))?;
    begin(
        board,
        "echo 2 > /sys/module/suspend/parameters/pm_test_delay; \
         echo freezer > /sys/power/pm_test; echo freeze > /sys/power/state",
    )?;
    pass(ASLEEP);
    board.key(true)?;
    pass(UNIT);
    board.key(false)?;
    pass(AWAKE);
    is_awake(board)?;
    assert_ne!(board.run(&format!("cat {count}"))?, count_before);
    Ok(())
}
