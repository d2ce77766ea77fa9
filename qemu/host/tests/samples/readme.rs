// SPDX-License-Identifier: GPL-2.0

//! `samples/README.md` as a script: the commands of its examples, and the kernel's log that they give.

use std::time::Duration;

use morse_board::{Board, Result};

pub use morse_board::example::{logged, Example, Line};

const README: &str = include_str!("../../../../samples/README.md");

fn section(sample: &str) -> &'static str {
    README
        .split("\n## ")
        .find_map(|section| section.strip_prefix(sample)?.strip_prefix('\n'))
        .unwrap_or_else(|| panic!("samples/README.md has no section {sample}"))
}

/// The fenced block in the section of a sample.
pub fn block(sample: &str) -> String {
    let mut parts = section(sample).split("```\n");
    parts.nth(1).expect("a fenced block").to_owned()
}

/// The examples of a sample, in their order.
pub fn examples(sample: &str) -> Vec<Example> {
    Example::all(section(sample))
}

/// Runs the commands of an example, and returns the log: the module's lines, and the kernel's report of a
/// bug in it.
pub fn run(board: &mut Board, sample: &str, example: &Example) -> Result<Vec<Line>> {
    board.run("dmesg -c > /dev/null")?;
    // At once, as the virtual time between two commands of the host is anything.
    board.run(&format!("set -e\n{}", example.commands.join("\n")))?;
    logged(board, sample)
}

/// Checks that a log has the lines of the README, each line that long after the first give or take
/// `tolerance`.
///
/// # Panics
///
/// When it does not.
pub fn compare(log: &[Line], example: &Example, tolerance: Duration) {
    let mut shown = "the log is\n".to_owned();
    for line in log {
        shown += &format!("    {line}\n");
    }
    note!("{shown}");
    if let Some(mismatch) = example.mismatch(log, tolerance) {
        panic!("{mismatch}\n{shown}");
    }
}
