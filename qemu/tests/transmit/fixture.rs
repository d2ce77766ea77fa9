// SPDX-License-Identifier: GPL-2.0

//! The board of these tests: in virtual time, with further LEDs, booted once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use morse_board::{quote, Board, Config, Options, Result, Time};

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

/// A second of the guest takes much less of the host; this is for a host that has more to do.
pub const LONG: Duration = Duration::from_secs(300);

static BOARD: Mutex<Option<Board>> = Mutex::new(None);

/// Runs a test on the board with the module loaded and set as then, and checks that it left no
/// complaint behind and the module can be unloaded.
pub fn with_driver(test: impl FnOnce(&mut Board) -> Result<()>) {
    with_board(|board| {
        board.run("insmod morse.ko")?;
        test(board)?;
        board.run("rmmod morse").map(drop)
    });
}

/// As [`with_driver`], without the module.
///
/// # Panics
///
/// When the test fails. The next one then has a fresh board.
pub fn with_board(test: impl FnOnce(&mut Board) -> Result<()>) {
    let mut slot = BOARD.lock().unwrap_or_else(PoisonError::into_inner);
    // Taken out, so that a panic drops it.
    let mut board = slot.take().unwrap_or_else(boot);
    let result = test(&mut board)
        .and_then(|()| board.check_log())
        .and_then(|()| board.run("! lsmod | grep '^morse '"));
    if let Err(error) = result {
        panic!("{error}");
    }
    *slot = Some(board);
}

fn boot() -> Board {
    Config::from_env()
        .and_then(|config| {
            assert!(
                config.guest.is_some(),
                "MORSE_GUEST is not set; run this through make test"
            );
            let options = Options::new(Time::Virtual).device_tree(DEVICE_TREE);
            Board::boot(&config, options)
        })
        .unwrap_or_else(|error| panic!("{error}"))
}

/// How far an edge may be from where it should be, in ns: `exact_ns` on kernels that people run, and
/// no bound to speak of on one where a wake-up alone takes some hundred us.
pub fn bound_ns(board: &Board, exact_ns: u64) -> u64 {
    const SANITIZER_NS: u64 = 2_000_000;
    match board.has_sanitizers() {
        true => SANITIZER_NS,
        false => exact_ns,
    }
}

/// Runs a program of the guest that must succeed, and returns what it wrote.
pub fn program(board: &mut Board, words: &[&str]) -> Result<String> {
    let command: Vec<String> = words.iter().map(|word| quote::word(word)).collect();
    let command = command.join(" ");
    board.execute(&command, LONG)?.success(&command)
}

/// Makes a setting of the driver.
pub fn set(board: &mut Board, name: &str, value: &str) -> Result<()> {
    let path = format!("/sys/class/misc/morse/{name}");
    board
        .run(&format!("{} > {path}", quote::echo(value)))
        .map(drop)
}
