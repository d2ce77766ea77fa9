// SPDX-License-Identifier: GPL-2.0

//! The board whose key is pressed from inside, and what the tests say to it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use morse_board::code::Pattern;
use morse_board::{Board, Config, Options, Result, Time};

/// Both mechanisms of the softirq: the module's parameter.
pub const MECHANISMS: [&str; 2] = ["bh", "tasklet"];
/// The simulated key.
pub const KEY: &str = "/sys/kernel/debug/morse/key";
/// Longer than a session lasts after its last edge.
pub const QUIET: &str = "sleep 6";
/// A second of the guest takes much less of the host; this is for a host that has more to do.
pub const LONG: Duration = Duration::from_secs(300);

/// Takes the key of the board's device away, so that it gets a simulated one.
const WITHOUT_KEY: &str = "
&{/morse} {
	/delete-property/ key-gpios;
	/delete-property/ interrupts-extended;
};
";

static BOARD: Mutex<Option<Board>> = Mutex::new(None);

/// Runs a test in virtual time on a board with a LED and a simulated key, for each mechanism with the
/// module loaded, and checks that it left no complaint behind.
pub fn with_each(test: impl Fn(&mut Board) -> Result<()>) {
    for mechanism in MECHANISMS {
        with(mechanism, &test);
    }
}

/// As [`with_each`], for one mechanism.
///
/// # Panics
///
/// When the test fails. The next one then has a fresh board.
pub fn with(mechanism: &str, test: impl FnOnce(&mut Board) -> Result<()>) {
    let mut slot = BOARD.lock().unwrap_or_else(PoisonError::into_inner);
    // Taken out, so that a panic drops it.
    let mut board = slot.take().unwrap_or_else(boot);
    let result = board
        .run(&format!("insmod morse.ko softirq={mechanism}"))
        .and_then(|_| test(&mut board))
        .and_then(|()| board.run("! lsmod | grep -q '^morse ' || rmmod morse"))
        .and_then(|_| board.check_log());
    if let Err(error) = result {
        panic!("softirq={mechanism}: {error}");
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
            let options = Options::new(Time::Virtual).device_tree(WITHOUT_KEY);
            Board::boot(&config, options)
        })
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A command that keys `text` with units of `unit_us`.
pub fn keying(text: &str, unit_us: u64) -> String {
    let words: Vec<String> = text
        .split(' ')
        .map(|word| {
            let letters: Vec<String> = word
                .chars()
                .map(|c| {
                    let pattern = Pattern::of(c).expect("a character with a code");
                    pattern
                        .0
                        .iter()
                        .map(|element| element_sign(*element))
                        .collect()
                })
                .collect();
            letters.join(" ")
        })
        .collect();
    format!("morse-key {KEY} {unit_us} '{}'", words.join("/"))
}

fn element_sign(element: morse_board::code::Element) -> char {
    match element {
        morse_board::code::Element::Dot => '.',
        morse_board::code::Element::Dash => '-',
    }
}

/// Runs `command`, which may take long, while a reader reads, and returns what it read.
pub fn read_while(board: &mut Board, command: &str) -> Result<String> {
    let command = format!(
        "cat /dev/morse > /tmp/text & {command}; status=$?; kill %1; cat /tmp/text; exit $status"
    );
    board.execute(&command, LONG)?.success(&command)
}

/// All settings and counters that are numbers.
pub fn numbers(board: &mut Board) -> Result<HashMap<String, u64>> {
    let text = board.run(
        "cd /sys/class/misc/morse && grep -H . [a-z]*_* [a-z]* 2>/dev/null | sort -u || true",
    )?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
        .collect())
}

/// The last line of the kernel's log that contains `part`, and its time in seconds.
pub fn logged(board: &mut Board, part: &str) -> Result<(f64, String)> {
    let line = board.run(&format!("dmesg | grep -F '{part}' | tail -n 1"))?;
    let (time, rest) = line
        .trim_start_matches(['[', ' '])
        .split_once("] ")
        .unwrap_or_else(|| panic!("no line with {part:?}"));
    Ok((time.parse().expect("seconds"), rest.trim_end().to_owned()))
}
