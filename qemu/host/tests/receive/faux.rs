// SPDX-License-Identifier: GPL-2.0

//! A machine that describes no transceiver: any LED is the lamp, and a file is the key.

use morse_board::driver::{keying, numbers, MECHANISMS, SIMULATED_KEY, UNIT_AT_1_WPM_US};
use morse_board::trace::Recorder;
use morse_board::{transmission, Board, Options, Pace, Result, Time};

use super::fixture::{read_while, QUIET};
use crate::runner::test::{Kind, Tests};

/// The tests here.
pub fn tests() -> Tests {
    tests![it_sends_and_receives_without_hardware]
        .and(tests![BOARD.with => a_device_with_an_id_is_the_hardware])
        .on(&BOARD)
}

/// No transceiver, but an LED of the LED class where the lamp was, so that it is watched alike.
const DEVICE_TREE: &str = "
/delete-node/ &{/morse};
/ {
	leds {
		compatible = \"gpio-leds\";
		led-0 {
			label = \"lamp\";
			gpios = <&{/pl061@9030000} 0 0>;
		};
	};
};
";
const TRIGGER: &str = "/sys/class/leds/lamp/trigger";

static BOARD: Kind = Kind::new("without-hardware", || {
    Options::new(Time::Virtual).device_tree(DEVICE_TREE)
});

fn it_sends_and_receives_without_hardware() {
    for mechanism in MECHANISMS {
        BOARD.with(|board| {
            let loading = "modprobe leds-gpio 2> /dev/null && echo loaded || true";
            let has_driver_as_module = !board.has_sanitizers() && board.run(loading)? == "loaded\n";
            let has_leds = has_driver_as_module || board.has_sanitizers();
            board.run(&format!("! ls /dev/morse* 2> /dev/null && insmod morse.ko softirq={mechanism} && test -c /dev/morse"))?;
            let parts = match has_leds {
                true => "LED trigger and simulated key",
                false => "simulated key; no lamp, as this kernel has no LED triggers",
            };
            board.run(&format!("dmesg | tail -n 1 | grep 'bound as /dev/morse, with {parts}'"))?;

            if has_leds {
                board.run(&format!("echo morse > {TRIGGER}"))?;
                let sending = transmission::send(board, "SOS", Pace::DEFAULT)?;
                note!("{sending}");
                assert!(sending.is_good(), "{sending}");
            }

            let recording = Recorder::start(board, &[("irq/irq_handler_entry", "name ~ \"morse-key\"")])?;
            let command = format!("{} && {QUIET}", keying("CQ", UNIT_AT_1_WPM_US / 20));
            assert_eq!(read_while(board, &command)?, "CQ \n");
            let interrupts = recording.stop(board)?;
            // Four marks each; and every edge came in hard interrupt context.
            assert_eq!(interrupts.len(), 16);
            assert!(interrupts.iter().all(|interrupt| interrupt.in_hard_interrupt()), "{interrupts:?}");
            assert_eq!(numbers(board)?["edges"], 16);
            let listed = board.run("grep morse-key /proc/interrupts")?;
            let count = listed.split_whitespace().nth(1).and_then(|count| count.parse().ok());
            assert_eq!(count, Some(16), "{listed}");

            // Unload while sending with the key down.
            board.run(&format!("echo 1 > {SIMULATED_KEY}; echo PARIS > /dev/morse; usleep 300000; rmmod morse"))?;
            board.run(&format!("! ls /dev/morse* {SIMULATED_KEY} 2> /dev/null && ! grep morse-key /proc/interrupts"))?;
            if has_leds {
                let left = board.run("cat /sys/class/leds/lamp/brightness && sleep 3 && cat /sys/class/leds/lamp/brightness")?;
                assert_eq!(left, "0\n0\n", "left lit, or blinks without its driver");
            }
            if has_driver_as_module {
                board.run("rmmod leds-gpio")?;
            }
            Ok(())
        });
    }
}

/// The name of such a device is not that of its driver.
fn a_device_with_an_id_is_the_hardware(board: &mut Board) -> Result<()> {
    board.run("insmod morse_board.ko id=1 && insmod morse.ko")?;
    board.run("dmesg | grep 'morse.1: bound as /dev/morse, with'")?;
    board.run("! test -e /dev/morse1")?;
    board.run("rmmod morse && rmmod morse-board")?;
    Ok(())
}
