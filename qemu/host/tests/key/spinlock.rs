// SPDX-License-Identifier: GPL-2.0

//! Key and lamp on a GPIO controller whose lock is a `spinlock_t`, as that of thirty drivers of the tree is. On
//! `PREEMPT_RT` that lock sleeps when another task holds it, and the chip does not tell (`can_sleep` is false).
//!
//! The chips are those of a driver of the tree for other boards, `gpio-syscon`: reading and writing a line takes
//! the lock of its regmap. The registers are a page of memory that the kernel leaves alone, so that the host
//! sets the level of the key there.

use std::thread;
use std::time::Duration;

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{decode, Board, Options, Pace, Result, Time, Timeline};

use super::{RECEIVE_WPM, UNIT_MS};
use crate::fixture::{has_rt, lacks_modules};
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![with_driver => key_and_lamp_work_though_the_lock_of_their_chip_sleeps].on(&BOARD)
}

/// The driver of the chips.
pub(super) const DRIVER: &str = "gpio-syscon";

/// The key's interrupt is still that of the board's own controller.
static BOARD: Kind = Kind::new("spinlock-chip", || {
    Options::new(Time::Real)
        .cpus(2)
        .stock_module(DRIVER)
        .device_tree(DEVICE_TREE)
});

pub(super) const DEVICE_TREE: &str = "
/ {
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		registers@4e000000 {
			reg = <0 0x4e000000 0 0x1000>;
			no-map;
		};
	};
	system-controller@4e000000 {
		compatible = \"syscon\", \"simple-mfd\";
		reg = <0 0x4e000000 0 0x1000>;
		input: input {
			compatible = \"cirrus,ep7209-mctrl-gpio\";
			gpio-controller;
			#gpio-cells = <2>;
		};
		output: output {
			compatible = \"rockchip,rk3328-grf-gpio\";
			gpio-controller;
			#gpio-cells = <2>;
		};
	};
};
&{/morse} {
	key-gpios = <&input 0 0>;
	led-gpios = <&output 0 0>;
};
";

/// The label of the chip of the lamp.
pub(super) const OUTPUT: &str = "4e000000.system-controller:output";
/// The register with the level of the key, and its bit there.
const LEVELS: u64 = 0x4e00_0040;
const KEY: u32 = 1 << 8;
/// Reading this takes the lock for each register.
const REGISTERS: &str = "/sys/kernel/debug/regmap/*4e000000*/registers";

/// A text that is sent slowly enough for a host that is late.
const SENT: &str = "AN";
const SENT_UNIT_US: u64 = 300_000;

/// C, then Q: the lengths of marks and spaces in units.
const KEYED: [u64; 16] = [3, 1, 1, 1, 3, 1, 1, 3, 3, 1, 3, 1, 1, 1, 3, 1];

/// So many edges as fast as they can be made.
const STORM: usize = 4000;

/// Sets the level of the key, and makes its interrupt.
pub(super) fn press(board: &mut Board, down: bool) -> Result<()> {
    board.poke(LEVELS, if down { KEY } else { 0 })?;
    board.key(down)
}

/// Runs a test with the chips and the driver there, and the lock of the chips contended.
fn with_driver(test: impl FnOnce(&mut Board) -> Result<()>) {
    if lacks_modules(&[DRIVER]) {
        return;
    }
    BOARD.with(|board| {
        // On the sanitizer kernel it is built in, and lockdep sees a `spinlock_t` in a hard interrupt without contention.
        let load = match board.has_sanitizers() {
            true => "insmod morse.ko bottom_half=thread",
            false => "modprobe gpio-syscon && insmod morse.ko",
        };
        board.run(load)?;
        board.run(&format!(
            "touch /tmp/contend; while [ -e /tmp/contend ]; do cat {REGISTERS}; done > /dev/null &"
        ))?;
        test(board)?;
        board.run("rm /tmp/contend; wait; rmmod morse; ! lsmod | grep -q gpio_syscon || rmmod gpio-syscon")?;
        Ok(())
    });
}

fn key_and_lamp_work_though_the_lock_of_their_chip_sleeps(board: &mut Board) -> Result<()> {
    let threads = board.run("ps | grep '[i]rq/.*-morse' || true")?;
    assert_eq!(
        !threads.is_empty(),
        has_rt() || board.has_sanitizers(),
        "a thread reads the key: {threads}"
    );
    set(board, "receive_wpm", RECEIVE_WPM)?;
    set(board, "unit_us", &SENT_UNIT_US.to_string())?;
    set(board, "monitor", "1")?;

    let recording = Recording::start_line(board, OUTPUT, 0)?;
    board.run(&format!("morse-send {SENT}"))?;
    let seen = Timeline::new(recording.edges(board)?);
    assert_eq!(
        decode(&seen, Pace::new(SENT_UNIT_US * 1000))
            .message
            .to_string(),
        SENT
    );

    board.run("cat /dev/morse > /tmp/text 2> /dev/null & echo $! > /tmp/reader")?;
    let recording = Recording::start_line(board, OUTPUT, 0)?;
    for (index, units) in KEYED.iter().enumerate() {
        press(board, index % 2 == 0)?;
        thread::sleep(Duration::from_millis(units * UNIT_MS));
    }
    let text =
        board.run("sleep 6; kill $(cat /tmp/reader); wait $(cat /tmp/reader); cat /tmp/text")?;
    assert_eq!(text, "CQ \n");
    let shown = recording.edges(board)?.len();
    assert_eq!(shown, KEYED.len(), "the monitor follows the key");

    // Now and then an edge meets the lock held.
    for index in 0..STORM {
        press(board, index % 2 == 0)?;
    }
    Ok(())
}
