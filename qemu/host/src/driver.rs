// SPDX-License-Identifier: GPL-2.0

//! The driver's interface in the guest's shell: its settings, its counters, its simulated key.

use std::collections::HashMap;

use crate::board::Board;
use crate::code::{Element, Pattern};
use crate::error::Result;
use crate::quote;

/// The directory of settings and counters.
pub const SETTINGS: &str = "/sys/class/misc/morse";
/// The key of a device without one.
pub const SIMULATED_KEY: &str = "/sys/kernel/debug/morse/key";
/// Device tree source that removes the key of the board's device, so that it gets a simulated one.
pub const WITHOUT_KEY: &str = "
&{/morse} {
	/delete-property/ key-gpios;
	/delete-property/ interrupts-extended;
};
";
/// The mechanisms of the bottom half that are softirqs.
pub const SOFTIRQS: [&str; 2] = ["bh", "tasklet"];
/// All mechanisms of the bottom half: the module's parameter `bottom_half`, or `softirq`.
pub const MECHANISMS: [&str; 3] = ["bh", "tasklet", "thread"];
/// The length of a unit at 1 WPM: a minute has 50 of them.
pub const UNIT_AT_1_WPM_US: u64 = 1_200_000;

/// Makes a setting.
///
/// # Errors
///
/// As [`Board::run`].
pub fn set(board: &mut Board, name: &str, value: &str) -> Result<()> {
    let command = format!("{} > {SETTINGS}/{name}", quote::echo(value));
    board.run(&command).map(drop)
}

/// All settings and counters that are numbers.
///
/// # Errors
///
/// As [`Board::run`].
pub fn numbers(board: &mut Board) -> Result<HashMap<String, u64>> {
    // Some files there are directories, and `power` of no interest.
    let text = board.run(&format!(
        "cd {SETTINGS} && grep -s . $(find . -maxdepth 1 -type f) || true"
    ))?;
    Ok(text
        .lines()
        .filter_map(|line| line.trim_start_matches("./").split_once(':'))
        .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
        .collect())
}

/// The command that keys `text` on the simulated key, a unit taking `unit_us`.
///
/// # Panics
///
/// When the text has a character without a code.
pub fn keying(text: &str, unit_us: u64) -> String {
    format!("morse-key {SIMULATED_KEY} {unit_us} '{}'", elements(text))
}

/// A text as the program `morse-key` takes it: dots and dashes, a space between letters, a slash between
/// words.
fn elements(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(word).collect();
    words.join("/")
}

fn word(word: &str) -> String {
    let letters: Vec<String> = word
        .chars()
        .map(|c| {
            let Pattern(elements) = Pattern::of(c).expect("a character with a code");
            elements.iter().copied().map(sign).collect()
        })
        .collect();
    letters.join(" ")
}

fn sign(element: Element) -> char {
    match element {
        Element::Dot => '.',
        Element::Dash => '-',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_as_elements() {
        assert_eq!(elements("AN E"), ".- -./.");
    }
}
