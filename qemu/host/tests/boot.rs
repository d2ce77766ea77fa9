// SPDX-License-Identifier: GPL-2.0

//! The driver on the board: from `insmod` to `rmmod`, with the lamp seen from outside.
//!
//! Every test leaves the module unloaded and the kernel without a complaint.

use std::time::Duration;

use morse_board::machine::CHIP;
use morse_board::{trace, transmission, Board, Pace, Result, Timeline};

use crate::boards::{REAL, VIRTUAL, VIRTUAL_SMP};
use crate::fixture::{config, lacks_wires, skip};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![REAL.with => device_node_is_there_while_the_module_is]
        .and(tests![
            sos_is_seen_from_outside_in_real_time,
            unloading_in_the_middle_of_a_message_leaves_the_lamp_dark_in_real_time,
            unloading_and_loading_again_many_times,
            lamp_and_key_are_the_gpio_lines
        ])
        .on(&REAL)
        .and(
            tests![VIRTUAL.with =>
                messages_are_exact_in_virtual_time,
                the_log_tells_the_story,
            ]
            .and(tests![
                unloading_in_the_middle_of_a_message_is_prompt_and_leaves_the_lamp_dark
            ])
            .on(&VIRTUAL),
        )
        .and(
            // When two processors take turns depends on the host, even in virtual time.
            tests![unloading_waits_for_no_more_than_an_empty_module_on_two_processors]
                .on(&VIRTUAL_SMP)
                .in_real_time(),
        )
}

/// A module that does nothing; its unloading is the baseline.
const EMPTY_MODULE: &str = "empty.ko";
/// How much longer than the empty module the driver may take to unload.
const UNLOAD_BOUND: Duration = Duration::from_millis(10);
/// The same on the sanitizer kernel, which checks every freed object.
const SANITIZER_UNLOAD_BOUND: Duration = Duration::from_millis(100);
/// Longer than any darkness within a message.
const DARK: Duration = Duration::from_millis(1600);

fn device_node_is_there_while_the_module_is(board: &mut Board) -> Result<()> {
    assert_ne!(board.execute("test -e /dev/morse", DARK)?.status, 0);
    board.run("insmod morse.ko")?;
    let node = board.run("stat -c '%F %a' /dev/morse")?;
    let (kind, mode) = node.trim().rsplit_once(' ').expect("a kind and a mode");
    assert_eq!(kind, "character special file");
    let mode = u32::from_str_radix(mode, 8).expect("octal digits");
    assert_eq!(mode & 0o600, 0o600, "its owner can use it");
    assert_eq!(
        mode & 0o113,
        0,
        "it is not executable, nor writable for all users: {mode:o}"
    );
    board.run("rmmod morse")?;
    assert_ne!(board.execute("test -e /dev/morse", DARK)?.status, 0);
    Ok(())
}

fn sos_is_seen_from_outside_in_real_time() {
    if lacks_wires() {
        return;
    }
    REAL.with(|board| {
        board.run("insmod morse.ko")?;
        let sending = transmission::send(board, "SOS", Pace::DEFAULT)?;
        note!("{sending}");
        assert!(sending.is_good(), "{sending}");
        board.run("rmmod morse")?;
        Ok(())
    });
}

fn messages_are_exact_in_virtual_time(board: &mut Board) -> Result<()> {
    board.run("insmod morse.ko")?;
    for text in ["SOS", "PARIS PARIS PARIS", "<AR> é @ 73"] {
        let sending = transmission::send(board, text, Pace::DEFAULT)?;
        note!("{sending}");
        assert!(sending.is_good(), "{sending}");
    }
    board.run("rmmod morse")?;
    Ok(())
}

fn the_log_tells_the_story(board: &mut Board) -> Result<()> {
    board.run(
        "dmesg -c > /dev/null; insmod morse.ko; echo SOS > /dev/morse; sleep 8; rmmod morse",
    )?;
    let log = board.run("dmesg -r | grep ' morse morse: '")?;
    let mut lines = log.lines();
    for expected in ["bound", "sent \"SOS\"", "unbound"] {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no line with {expected:?} in:\n{log}"));
        assert!(
            line.starts_with("<6>") && line.contains(expected),
            "{expected:?} as info in {line:?}"
        );
    }
    assert_eq!(lines.next(), None, "nothing more");
    Ok(())
}

fn unloading_in_the_middle_of_a_message_is_prompt_and_leaves_the_lamp_dark() {
    // Within a dash, a space, a gap between letters; and long after the end of the message.
    const INSTANTS_MS: [u32; 5] = [100, 300, 1100, 2300, 20_000];
    VIRTUAL.with(|board| {
        let mut empty = Vec::new();
        for _ in INSTANTS_MS {
            board.run(&format!("insmod {EMPTY_MODULE}"))?;
            empty.push(trace::system_call_time(
                board,
                "delete_module",
                &format!("rmmod {EMPTY_MODULE}"),
            )?);
        }
        let slowest_empty = *empty.iter().max().expect("some");
        let bound = unload_bound(board);
        for ms in INSTANTS_MS {
            board.run("insmod morse.ko")?;
            let command =
                format!("echo MORSE > /dev/morse && usleep {ms}000 && rmmod morse && sleep 5");
            let (took, edges) = trace::system_call_and_edges(board, "delete_module", &command)?;
            note!("rmmod after {ms} ms took {took:?}; of an empty module {slowest_empty:?}");
            assert!(
                took <= slowest_empty + bound,
                "rmmod after {ms} ms took {took:?}"
            );
            let timeline = Timeline::new(edges);
            assert!(!timeline.is_empty(), "it was sending");
            assert!(!timeline.ends_lit(), "left lit after {ms} ms");
        }
        Ok(())
    });
}

fn unloading_in_the_middle_of_a_message_leaves_the_lamp_dark_in_real_time() {
    if lacks_wires() {
        return;
    }
    REAL.with(|board| {
        board.run("insmod morse.ko")?;
        let before = board.lamp().count();
        board.run("echo MORSE > /dev/morse")?;
        assert!(board.lamp().wait_edge(before, DARK), "it went on");
        assert!(board.lamp().is_on(), "M begins with a dash");
        board.run("rmmod morse")?;
        let count = board.lamp().count();
        assert!(!board.lamp().is_on(), "left lit");
        assert!(
            !board.lamp().wait_edge(count, DARK),
            "blinks without its driver"
        );
        Ok(())
    });
}

fn unloading_and_loading_again_many_times() {
    fn cycle(board: &mut Board) -> morse_board::Result<String> {
        board.run("for i in $(seq 20); do insmod morse.ko && echo E > /dev/morse && rmmod morse || exit; done")
    }
    REAL.with(|board| {
        cycle(board)?;
        assert!(!board.lamp().is_on());
        Ok(())
    });
}

/// Checks the base of the other tests: without the driver, their lamp and key are the guest's GPIO lines.
fn lamp_and_key_are_the_gpio_lines() {
    if lacks_wires() {
        return;
    }
    REAL.with(|board| {
        // Lines 0 and 5 of the controller, through the kernel's own interface.
        let gpio = "/sys/class/gpio";
        let base: u32 = board
            .run(&format!(
                "cd {gpio} && cat $(dirname $(grep -l {CHIP} gpiochip*/label))/base"
            ))?
            .trim()
            .parse()
            .expect("a number");
        let (lamp, key) = (base, base + 5);
        board.run(&format!(
            "cd {gpio} && echo {lamp} > export && echo {key} > export"
        ))?;
        let before = board.lamp().count();
        board.run(&format!(
            "cd {gpio}/gpio{lamp} && echo high > direction && echo 0 > value"
        ))?;
        let edges: Vec<bool> = board
            .lamp()
            .edges_since(before)
            .iter()
            .map(|edge| edge.on)
            .collect();
        assert_eq!(edges, [true, false]);
        for pressed in [true, false] {
            board.key(pressed)?;
            let value = board.run(&format!("cat {gpio}/gpio{key}/value"))?;
            assert_eq!(value.trim(), u8::from(pressed).to_string());
        }
        board.run(&format!(
            "cd {gpio} && echo {lamp} > unexport && echo {key} > unexport"
        ))?;
        Ok(())
    });
}

/// On more than one processor the kernel waits for an RCU grace period when it unloads any module,
/// which takes 4 to 25 ms. The driver must not add another.
fn unloading_waits_for_no_more_than_an_empty_module_on_two_processors() {
    if config().machine.arch == "armhf" {
        skip("QEMU's two 32-bit processors wait for one another for ever in virtual time");
        return;
    }
    VIRTUAL_SMP.with(|board| {
        // The bound for sanitizers is longer than any grace period.
        let runs = if board.has_sanitizers() { 3 } else { 9 };
        let mut median = |load: &str, unload: &str| -> morse_board::Result<Duration> {
            let mut times = Vec::new();
            for _ in 0..runs {
                board.run(load)?;
                times.push(trace::system_call_time(board, "delete_module", unload)?);
            }
            times.sort();
            Ok(times[runs / 2])
        };
        let empty = median(
            &format!("insmod {EMPTY_MODULE}"),
            &format!("rmmod {EMPTY_MODULE}"),
        )?;
        let sending = median(
            "insmod morse.ko && echo MORSE > /dev/morse",
            "usleep 700000 && rmmod morse",
        )?;
        note!("median of rmmod: empty {empty:?}, sending {sending:?}");
        assert!(sending <= empty + unload_bound(board), "{sending:?}");
        Ok(())
    });
}

fn unload_bound(board: &Board) -> Duration {
    if board.has_sanitizers() {
        SANITIZER_UNLOAD_BOUND
    } else {
        UNLOAD_BOUND
    }
}
