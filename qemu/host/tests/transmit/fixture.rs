// SPDX-License-Identifier: GPL-2.0

//! The board of these tests: in virtual time, with further LEDs, booted once.

use morse_board::{Board, Options, Result, Time};

use crate::runner::test::Kind;

/// Two LEDs of the LED class, on a line of the first controller and on one of a chip that sleeps,
/// and a second Morse device with its lamp on that chip. It is there once `gpio-sim` is loaded.
const DEVICE_TREE: &str = "
/ {
	gpio-sim {
		compatible = \"gpio-simulator\";
		sleeping: bank {
			gpio-controller;
			#gpio-cells = <2>;
			ngpios = <8>;
			gpio-sim,label = \"sleeping\";
		};
	};
	leds {
		compatible = \"gpio-leds\";
		led-0 {
			label = \"direct\";
			gpios = <&{/pl061@9030000} 3 0>;
		};
		led-1 {
			label = \"sleeping\";
			gpios = <&sleeping 1 0>;
		};
	};
	morse-sleeping {
		compatible = \"gpio-morse\";
		led-gpios = <&sleeping 0 0>;
	};
};
";

pub static BOARD: Kind = Kind::new("leds", || {
    Options::new(Time::Virtual).optional_device_tree(DEVICE_TREE)
});

/// Runs a test on the board with the module loaded and set as then, and checks that it left no
/// complaint behind and the module can be unloaded.
pub fn with_driver(test: impl FnOnce(&mut Board) -> Result<()>) {
    BOARD.with_driver("", test);
}

/// As [`with_driver`], without the module.
pub fn with_board(test: impl FnOnce(&mut Board) -> Result<()>) {
    BOARD.with(test);
}
