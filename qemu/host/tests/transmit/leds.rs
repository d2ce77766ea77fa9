// SPDX-License-Identifier: GPL-2.0

//! Other LEDs: those that the user attaches to the trigger, and a lamp on a chip that sleeps.

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{decode, Board, Message, Pace, Result, Timeline, Timing};

use super::fixture::with_board;
use super::fixture::BOARD;
use crate::fixture::{bound_ns, lacks_wires};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_leds =>
        leds_with_the_trigger_follow_what_is_sent,
        a_led_can_be_attached_and_detached_in_the_middle_of_a_message,
        a_led_that_lights_after_the_end_of_the_mark_is_put_out,
        attached_leds_are_dark_when_the_driver_has_gone,
        a_lamp_on_a_chip_that_sleeps_is_exact_too,
        two_devices_send_beside_each_other,
        a_led_shines_as_brightly_as_it_can,
        a_led_shines_as_brightly_as_its_user_wants,
    ]
    .on(&BOARD)
}

const UNIT_US: &str = "10000";
const PACE: Pace = Pace::new(10_000_000);
const TEXT: &str = "PARIS MORSE";
/// How far an edge of an LED of the LED class may be off. One that sleeps is set by the LED core's
/// own work item.
const LED_BOUND_NS: u64 = 1_000_000;
/// The same on the sanitizer kernel, where creating a worker for this takes 5 ms.
const SANITIZER_LED_BOUND_NS: u64 = 8_000_000;
/// How far an edge of the driver's own lamp may be off.
const LAMP_BOUND_NS: u64 = 10_000;
/// The lines of the LEDs, by the label of their chip; see the device tree of the fixture.
const DIRECT: (&str, &str, u32) = ("direct", "pl061", 3);
const SLEEPING: (&str, &str, u32) = ("sleeping", "sleeping", 1);
const SLEEPING_LAMP: (&str, u32) = ("sleeping", 0);

/// Runs a test with the LEDs and the sleeping chip there, and the driver loaded.
fn with_leds(test: impl FnOnce(&mut Board) -> Result<()>) {
    if lacks_wires() {
        return;
    }
    with_board(|board| {
        let built_in = board.has_sanitizers();
        if !built_in {
            board.run("modprobe gpio-sim && modprobe leds-gpio")?;
        }
        board.run("insmod morse.ko")?;
        set(board, "unit_us", UNIT_US)?;
        test(board)?;
        board.run("rmmod morse")?;
        if !built_in {
            board.run("rmmod leds-gpio && rmmod gpio-sim")?;
        }
        Ok(())
    });
}

/// The edges of a line while the guest's shell runs a command.
fn line(board: &mut Board, (chip, line): (&str, u32), command: &str) -> Result<Timeline> {
    let recording = Recording::start_line(board, chip, line)?;
    board.run(command)?;
    Ok(Timeline::new(recording.edges(board)?))
}

/// Checks that a line showed a text, each edge on time.
fn shows(timeline: &Timeline, text: &str, bound_ns: u64, name: &str) {
    let message = Message::parse(text).expect("it can be sent");
    assert_eq!(decode(timeline, PACE).message, message, "{name}");
    let timing =
        Timing::compare(&message, PACE, timeline).unwrap_or_else(|e| panic!("{name}: {e}"));
    note!("{name}: {timing}");
    assert_eq!(timing.beyond(bound_ns), 0, "{name}: {timing}");
}

fn leds_with_the_trigger_follow_what_is_sent(board: &mut Board) -> Result<()> {
    for (led, chip, number) in [DIRECT, SLEEPING] {
        let trigger = format!("/sys/class/leds/{led}/trigger");
        let send = format!("morse-send {TEXT}");
        let before = line(board, (chip, number), &send)?;
        assert!(before.is_empty(), "{led} is not attached yet");
        board.run(&format!("echo morse > {trigger}"))?;
        let seen = line(board, (chip, number), &send)?;
        let led_bound_ns = match board.has_sanitizers() {
            true => SANITIZER_LED_BOUND_NS,
            false => bound_ns(board, LED_BOUND_NS),
        };
        shows(&seen, TEXT, led_bound_ns, led);
        board.run(&format!("echo none > {trigger}"))?;
        let after = line(board, (chip, number), &send)?;
        assert!(after.is_empty(), "{led} is not attached any more");
    }
    Ok(())
}

fn a_led_can_be_attached_and_detached_in_the_middle_of_a_message(board: &mut Board) -> Result<()> {
    let toggle = |led: &str| {
        format!(
            "for i in $(seq 40); do echo morse > /sys/class/leds/{led}/trigger; usleep 33000; \
             echo none > /sys/class/leds/{led}/trigger; usleep 7000; done"
        )
    };
    for (led, chip, number) in [DIRECT, SLEEPING] {
        let toggle = toggle(led);
        let command = format!("echo {TEXT} > /dev/morse; {toggle}; sleep 2");
        let seen = line(board, (chip, number), &command)?;
        assert!(
            !seen.is_empty(),
            "{led} was attached in a mark now and then"
        );
        assert!(!seen.ends_lit(), "{led} was left lit");
        assert_eq!(
            board.run(&format!("cat /sys/class/leds/{led}/brightness"))?,
            "0\n"
        );
        // The message is not affected.
        let recording = Recording::start(board)?;
        board.run(&command)?;
        let lamp = Timeline::new(recording.edges(board)?);
        let message = Message::parse(TEXT).expect("it can be sent");
        assert_eq!(decode(&lamp, PACE).message, message);
    }
    Ok(())
}

fn attached_leds_are_dark_when_the_driver_has_gone(board: &mut Board) -> Result<()> {
    board.run("for led in direct sleeping; do echo morse > /sys/class/leds/$led/trigger; done")?;
    for _ in 0..5 {
        // In a dash of the first letter.
        board.run("echo O > /dev/morse; usleep 15000; rmmod morse; sleep 1")?;
        let left = board
            .run("cat /sys/class/leds/direct/brightness /sys/class/leds/sleeping/brightness")?;
        assert_eq!(left, "0\n0\n");
        // The LED core attaches them again, as the trigger's name says.
        board.run("insmod morse.ko && for led in direct sleeping; do echo morse > /sys/class/leds/$led/trigger; done")?;
        set(board, "unit_us", UNIT_US)?;
    }
    Ok(())
}

fn a_lamp_on_a_chip_that_sleeps_is_exact_too(board: &mut Board) -> Result<()> {
    let device = board.run("cat /sys/class/misc/morse1/device/of_node/name")?;
    assert!(device.starts_with("morse-sleeping"), "{device}");
    let seen = line(
        board,
        SLEEPING_LAMP,
        &format!(
            "echo {UNIT_US} > /sys/class/misc/morse1/unit_us; \
             echo {TEXT} | dd of=/dev/morse1 conv=fsync,notrunc 2>/dev/null"
        ),
    )?;
    let bound_ns = bound_ns(board, LAMP_BOUND_NS);
    shows(&seen, TEXT, bound_ns, "a lamp on a chip that sleeps");
    Ok(())
}

fn two_devices_send_beside_each_other(board: &mut Board) -> Result<()> {
    set(board, "wpm", "60")?;
    let (first, second) = ("MORSE", "PARIS PARIS");
    let command = format!(
        "echo {UNIT_US} > /sys/class/misc/morse1/unit_us; echo {first} > /dev/morse; \
         echo {second} > /dev/morse1; sleep 10"
    );
    let seen = line(board, SLEEPING_LAMP, &command)?;
    assert_eq!(
        decode(&seen, PACE).message,
        Message::parse(second).expect("it can be sent")
    );
    let recording = Recording::start(board)?;
    board.run(&command)?;
    let seen = Timeline::new(recording.edges(board)?);
    assert_eq!(
        decode(&seen, Pace::new(20_000_000)).message,
        Message::parse(first).expect("it can be sent")
    );
    Ok(())
}

/// The LED of the board's own module, and how bright it can be: more than a byte holds.
const DIMMABLE: &str = "/sys/class/leds/dimmable";
const DIMMABLE_MAX: &str = "1000";

/// How bright the LED is in a mark and after the message, its brightness set `within` the first mark if that
/// is not empty. A mark lasts 30 ms.
fn brightness(board: &mut Board, within: &str) -> Result<(String, String)> {
    let set = match within {
        "" => String::new(),
        level => format!("usleep 5000; echo {level} > {DIMMABLE}/brightness; "),
    };
    let lit = board.run(&format!(
        "echo TTT > /dev/morse; {set}usleep 65000; cat {DIMMABLE}/brightness"
    ))?;
    let dark = board.run(&format!("sleep 1; cat {DIMMABLE}/brightness"))?;
    Ok((lit.trim().to_owned(), dark.trim().to_owned()))
}

/// The dash ends while the LED lights for its beginning.
fn a_led_that_lights_after_the_end_of_the_mark_is_put_out(board: &mut Board) -> Result<()> {
    set(board, "unit_us", "100000")?;
    board.run("insmod morse_led.ko slow_ms=300")?;
    board.run(&format!(
        "echo T > /dev/morse; usleep 150000; echo morse > {DIMMABLE}/trigger; sleep 1"
    ))?;
    let shown = board.run("cat /sys/module/morse_led/parameters/shown")?;
    assert_eq!(shown, "0\n");
    board
        .run(&format!("echo none > {DIMMABLE}/trigger; rmmod morse-led"))
        .map(drop)
}

/// Attaches the LED with `before` run, and sends with a test.
fn with_dimmable(
    board: &mut Board,
    before: &str,
    test: impl FnOnce(&mut Board) -> Result<()>,
) -> Result<()> {
    board.run(&format!(
        "insmod morse_led.ko max={DIMMABLE_MAX}; {before}; echo morse > {DIMMABLE}/trigger"
    ))?;
    test(board)?;
    board
        .run(&format!("echo none > {DIMMABLE}/trigger; rmmod morse-led"))
        .map(drop)
}

fn is(level: &str) -> (String, String) {
    (level.to_owned(), "0".to_owned())
}

fn a_led_shines_as_brightly_as_it_can(board: &mut Board) -> Result<()> {
    with_dimmable(board, "true", |board| {
        assert_eq!(brightness(board, "")?, is(DIMMABLE_MAX));
        Ok(())
    })
}

fn a_led_shines_as_brightly_as_its_user_wants(board: &mut Board) -> Result<()> {
    let before = format!("echo 40 > {DIMMABLE}/brightness");
    with_dimmable(board, &before, |board| {
        assert_eq!(brightness(board, "")?, is("40"));
        // The next mark is as bright.
        assert_eq!(brightness(board, "700")?, is("700"));
        assert_eq!(brightness(board, "")?, is("700"));
        Ok(())
    })
}
