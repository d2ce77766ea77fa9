// SPDX-License-Identifier: GPL-2.0

//! Keys that are not as the board's own: on a chip that sleeps or goes, down from the beginning, or with edges
//! that never come.

mod gone;
mod keyboard;
mod spinlock;

use std::thread;
use std::time::Duration;

use morse_board::driver::{numbers, set, SETTINGS};
use morse_board::{Board, Options, Result, Time};

use crate::boards::REAL;
use crate::fixture::lacks_wires;
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![
        a_lost_edge_costs_a_letter,
        a_key_that_is_down_from_the_beginning_is_told
    ]
    .on(&REAL)
    .waiting()
    .and(tests![a_key_on_a_chip_that_sleeps_is_read].on(&SLEEPING))
    .and(keyboard::tests())
    .and(spinlock::tests())
    .and(gone::tests())
}

/// One whose key is on a chip that sleeps, in place of an expander, and gets its interrupt from it.
static SLEEPING: Kind = Kind::new("sleeping-key", || {
    Options::new(Time::Virtual).device_tree(SLEEPING_KEY)
});

const SLEEPING_KEY: &str = "
/ {
	gpio-sim {
		compatible = \"gpio-simulator\";
		sleeping: bank {
			gpio-controller;
			#gpio-cells = <2>;
			ngpios = <8>;
		};
	};
};
&{/morse} {
	key-gpios = <&sleeping 0 0>;
	debounce-interval = <10>;
	/delete-property/ interrupts-extended;
};
";

/// The unit of the keyed text, in ms.
const UNIT_MS: u64 = 100;
const RECEIVE_WPM: &str = "12";

fn a_key_on_a_chip_that_sleeps_is_read() {
    // C, then Q.
    const ELEMENTS: [&str; 2] = ["3 1 3 1", "3 3 1 3"];
    SLEEPING.with(|board| {
        board.run("test -d /sys/bus/platform/drivers/gpio-sim || modprobe gpio-sim")?;
        board.run("insmod morse.ko")?;
        set(board, "receive_wpm", RECEIVE_WPM)?;
        assert_eq!(numbers(board)?["debounce_us"], 10_000);
        board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
        key_letters(board, &ELEMENTS)?;
        let text = board.run("sleep 6; killall cat; while pidof cat > /dev/null; do usleep 10000; done; cat /tmp/text")?;
        assert_eq!(text, "CQ \n");
        // The thread of the interrupt has read it.
        board.run("ps | grep -q '[i]rq/.*-morse'")?;
        board.run("rmmod morse && (rmmod gpio-sim || true)").map(drop)
    });
}

/// Keys letters by the line: the lengths of the marks of each, in units.
fn key_letters(board: &mut Board, letters: &[&str]) -> Result<()> {
    let pull = board.run("find /sys/devices -path '*sim_gpio0/pull'")?;
    let pull = pull.trim();
    // In one command: between two of them any time may pass in the guest.
    let mut command = format!(
        "mark() {{ echo pull-up > {pull}; usleep $1; echo pull-down > {pull}; usleep {space_us}; }}",
        space_us = UNIT_MS * 1000
    );
    for letter in letters {
        for units in letter.split(' ') {
            let mark_us = units.parse::<u64>().expect("a number") * UNIT_MS * 1000;
            command += &format!("; mark {mark_us}");
        }
        command += "; usleep 300000";
    }
    board.run(&command).map(drop)
}

fn a_key_that_is_down_from_the_beginning_is_told() {
    if lacks_wires() {
        return;
    }
    REAL.with(|board| {
        board.key(true)?;
        board.run("dmesg -c > /dev/null; insmod morse.ko; sleep 13")?;
        let log = board.run("dmesg | grep 'taken for stuck'")?;
        assert_eq!(log.lines().count(), 1, "{log}");
        board.key(false)?;
        board.run("rmmod morse").map(drop)
    });
}

/// The registers of the controller: which lines interrupt, and which interrupts to forget.
const INTERRUPT_ENABLE: u64 = 0x0903_0410;
const INTERRUPT_CLEAR: u64 = 0x0903_041c;
/// The key's line.
const KEY: u32 = 1 << 5;

/// Does as the closure says while the controller loses edges.
pub fn losing(board: &mut Board, during: impl FnOnce(&mut Board) -> Result<()>) -> Result<()> {
    board.poke(INTERRUPT_ENABLE, 0)?;
    during(board)?;
    board.poke(INTERRUPT_CLEAR, KEY)?;
    board.poke(INTERRUPT_ENABLE, KEY)
}

fn a_lost_edge_costs_a_letter() {
    if lacks_wires() {
        return;
    }
    let pass = |units: u64| thread::sleep(Duration::from_millis(UNIT_MS * units));
    REAL.with_driver("", |board| {
        set(board, "receive_wpm", RECEIVE_WPM)?;
        board.run("cat /dev/morse > /tmp/text 2> /dev/null &")?;
        let before = board.run(&format!("cat {SETTINGS}/edges"))?;
        // The release of the first is lost.
        board.key(true)?;
        pass(1);
        losing(board, |board| board.key(false))?;
        // Longer than it takes to see that.
        pass(15);
        for units in [3, 1] {
            board.key(true)?;
            pass(units);
            board.key(false)?;
            pass(1);
        }
        let text = board.run("sleep 7; killall cat; while pidof cat > /dev/null; do usleep 10000; done; cat /tmp/text")?;
        let after = board.run(&format!("cat {SETTINGS}/edges"))?;
        note!("edges before {before} after {after}");
        assert_eq!(text.trim_start(), "N \n");
        Ok(())
    });
}
