// SPDX-License-Identifier: GPL-2.0

//! Sending when the board goes to sleep.

use std::time::{Duration, Instant};

use morse_board::driver::{numbers, set, SETTINGS};
use morse_board::{decode, Board, Edge, Options, Pace, Result, Time, Timeline};

use crate::boards::REAL;
use crate::fixture::{lacks_wires, skip};
use crate::runner::test::{Kind, Tests};

use super::sleep::{begin, is_awake, pass, Way};

/// The tests here.
pub fn tests() -> Tests {
    tests![
        own_lamp_is_dark_in_sleep_and_the_letter_is_sent_anew,
        a_long_mark_does_not_hold_up_sleep,
        a_message_that_sleep_cut_is_one_message,
        a_letter_that_sleep_cut_can_be_aborted
    ]
    .on(&REAL)
    .and(tests![TRIGGER.with =>
        led_with_the_trigger_is_dark_in_sleep_and_the_letter_is_sent_anew,
    ])
}

/// The lamp is a LED of the LED class, which the driver's trigger lights; the driver has no hardware.
static TRIGGER: Kind = Kind::new("led-trigger", || {
    Options::new(Time::Real).cpus(2).device_tree(
        "
/delete-node/ &{/morse};
/ {
	leds {
		compatible = \"gpio-leds\";
		led-0 {
			label = \"lamp\";
			linux,default-trigger = \"morse\";
			gpios = <&{/pl061@9030000} 0 0>;
		};
	};
};
",
    )
});

const PACE: Pace = Pace::DEFAULT;
const TEXT: &str = "NA";
/// A cut mark is shorter than this, a whole one is not.
const WHOLE: Duration = Duration::from_millis(150);
/// Time limit of each step.
const LIMIT: Duration = Duration::from_secs(10);
/// After this the board has fallen asleep, and is awake again if it sleeps for a second.
const ASLEEP: Duration = Duration::from_secs(4);
/// How long it may take to sleep for a second and to be awake again.
const PROMPT: Duration = Duration::from_millis(3000);

/// Sends, puts the board to sleep `after` the first edge, and returns the lamp's edges.
fn send(board: &mut Board, way: Way, after: Duration) -> Result<Vec<Edge>> {
    let sent = numbers(board)?["sent"];
    let before = board.lamp().count();
    board.run(&format!("echo {TEXT} > /dev/morse"))?;
    assert!(board.lamp().wait_edge(before, LIMIT), "it sends");
    pass(after);
    begin(board, &way.command())?;
    pass(ASLEEP);
    is_awake(board)?;
    board.run(&format!(
        "while [ $(cat {SETTINGS}/state) != idle ]; do usleep 50000; done"
    ))?;
    assert_eq!(numbers(board)?["sent"] - sent, TEXT.len() as u64, "{way:?}");
    Ok(board.lamp().edges_since(before))
}

/// The first edge after the long darkness.
fn resumed(edges: &[Edge], dark: Duration) -> usize {
    let is_long =
        |pair: &[Edge]| !pair[0].on && pair[1].at_ns - pair[0].at_ns >= dark.as_nanos() as u64;
    let last = edges
        .windows(2)
        .position(is_long)
        .unwrap_or_else(|| panic!("the lamp was dark for {dark:?}: {edges:?}"));
    last + 1
}

fn text(edges: &[Edge]) -> String {
    decode(&Timeline::new(edges.iter().copied()), PACE)
        .message
        .to_string()
}

/// Sleeps in the dash of the N, in the space after the letter, in the A, ..., on a host that is not
/// busy.
fn is_dark_in_sleep(board: &mut Board, way: Way, cuts_ms: &[u64]) -> Result<()> {
    for after_ms in cuts_ms {
        let edges = send(board, way, Duration::from_millis(*after_ms))?;
        let (cut, rest) = edges.split_at(resumed(&edges, way.dark()));
        // The dot is whole.
        let is_sent = cut.len() >= 4 && cut[3].at_ns - cut[2].at_ns >= WHOLE.as_nanos() as u64;
        let expected = if is_sent { "A" } else { "NA" };
        assert_eq!(
            text(rest),
            expected,
            "{way:?} after {after_ms} ms: {edges:?}"
        );
    }
    Ok(())
}

fn own_lamp_is_dark_in_sleep_and_the_letter_is_sent_anew() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        is_dark_in_sleep(board, Way::Devices, &[100, 1050])?;
        is_dark_in_sleep(board, Way::Alarm, &[1700])?;
        is_dark_in_sleep(board, Way::Hibernation, &[100])
    });
}

fn led_with_the_trigger_is_dark_in_sleep_and_the_letter_is_sent_anew(
    board: &mut Board,
) -> Result<()> {
    board.run("modprobe leds-gpio; insmod morse.ko")?;
    is_dark_in_sleep(board, Way::Devices, &[100])?;
    // It is built into some kernels.
    board
        .run("rmmod morse && { ! lsmod | grep -q '^leds_gpio ' || rmmod leds-gpio; }")
        .map(drop)
}

fn a_long_mark_does_not_hold_up_sleep() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        // A dash takes 3.6 s.
        set(board, "wpm", "1")?;
        board.run("for i in $(seq 100); do echo TTTTTTTTTTTTTTTTTTTT; done > /dev/morse")?;
        assert!(board.lamp().is_on());
        let before = Instant::now();
        board.run(&Way::Devices.command())?;
        let took = before.elapsed();
        assert!(took < PROMPT, "it took {took:?}");
        Ok(())
    });
}

fn a_message_that_sleep_cut_is_one_message() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        board.run("dmesg -c > /dev/null")?;
        send(board, Way::Devices, Duration::from_millis(300))?;
        let log = board.run("dmesg | grep 'morse morse:'")?;
        assert_eq!(log.matches("sent \"NA\"").count(), 1, "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
        assert_eq!(numbers(board)?["sent_messages"], 1);
        Ok(())
    });
}

/// Opening /dev/snapshot to hibernate prepares the drivers for it, while tasks run on.
fn a_letter_that_sleep_cut_can_be_aborted() {
    if lacks_wires() {
        return;
    }
    REAL.with_driver("", |board| {
        if !board.run("[ -e /dev/snapshot ] || echo none")?.is_empty() {
            skip("this kernel has no CONFIG_HIBERNATION_SNAPSHOT_DEV");
            return Ok(());
        }
        set(board, "unit_us", "1000000")?;
        let before = board.lamp().count();
        board.run("echo TTT > /dev/morse")?;
        assert!(board.lamp().wait_edge(before, LIMIT), "it sends");
        let command = format!(
            "exec 5< /dev/snapshot; timeout 5 sh -c 'echo 1 > {SETTINGS}/abort'; echo $?; \
             cat {SETTINGS}/queued; exec 5<&-"
        );
        assert_eq!(board.run(&command)?, "0\n0\n");
        pass(WHOLE);
        assert_eq!(
            board.lamp().edges_since(before).len(),
            2,
            "a mark, cut short"
        );
        assert_eq!(numbers(board)?["sent"], 0);
        set(board, "wpm", "60")?;
        board.run("printf E | dd of=/dev/morse conv=fsync 2> /dev/null")?;
        assert_eq!(numbers(board)?["sent"], 1, "the next letter is sent");
        Ok(())
    });
}
