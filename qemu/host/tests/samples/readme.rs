// SPDX-License-Identifier: GPL-2.0

//! `samples/README.md` as a script: the commands of its examples, and the kernel's log that they give.

use std::time::Duration;

use morse_board::{Board, Result};

const README: &str = include_str!("../../../../samples/README.md");

/// The lines of the module loader for the first out-of-tree module.
const LOADER: [&str; 2] = [
    "loading out-of-tree module taints kernel",
    "module verification failed",
];

/// A line of the kernel's log.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Since boot.
    pub time: Duration,
    pub text: String,
}

/// A block of the README: the typed commands, and the logged lines.
#[derive(Debug, Default)]
pub struct Example {
    pub commands: Vec<String>,
    pub log: Vec<Line>,
}

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
    let section = section(sample);
    let mut examples: Vec<Example> = Vec::new();
    let mut within = false;
    for line in section.lines() {
        let Some(line) = line.strip_prefix("    ") else {
            within = false;
            continue;
        };
        if !within {
            examples.push(Example::default());
        }
        within = true;
        if let Some(example) = examples.last_mut() {
            match line.strip_prefix("# ") {
                Some(command) => example.commands.push(command.to_owned()),
                None => example.log.push(parse(line)),
            }
        }
    }
    examples
}

/// Reads `[SECONDS] TEXT`.
fn parse(line: &str) -> Line {
    line.strip_prefix('[')
        .and_then(|line| line.split_once("] "))
        .and_then(|(time, text)| {
            Some(Line {
                time: Duration::try_from_secs_f64(time.trim().parse().ok()?).ok()?,
                text: text.to_owned(),
            })
        })
        .unwrap_or_else(|| panic!("not a line of a log: {line}"))
}

/// Runs the commands of an example, and returns the log: the module's lines, and the kernel's report of a
/// bug in it.
pub fn run(board: &mut Board, sample: &str, example: &Example) -> Result<Vec<Line>> {
    board.run("dmesg -c > /dev/null")?;
    // At once, as the virtual time between two commands of the host is anything.
    board.run(&format!("set -e\n{}", example.commands.join("\n")))?;
    logged(board, sample)
}

/// The lines of a module since the log was cleared.
pub fn logged(board: &mut Board, sample: &str) -> Result<Vec<Line>> {
    let log = board.run(&format!("dmesg | grep -E '\\] ({sample}|BUG): ' || true"))?;
    Ok(log
        .lines()
        .filter(|line| !LOADER.iter().any(|part| line.contains(part)))
        .map(parse)
        .collect())
}

/// Checks that a log has the lines of the README, each line that long after the first give or take
/// `tolerance`. The README may leave out the end of a line.
///
/// # Panics
///
/// When it does not.
pub fn compare(log: &[Line], example: &Example, tolerance: Duration) {
    let shown = log
        .iter()
        .fold("the log is\n".to_owned(), |shown, Line { time, text }| {
            shown + &format!("    [{:12.6}] {text}\n", time.as_secs_f64())
        });
    note!("{shown}");
    assert_eq!(log.len(), example.log.len(), "{shown}");
    for (line, expected) in log.iter().zip(&example.log) {
        assert!(line.text.starts_with(&expected.text), "{shown}");
        let after = line.time - log[0].time;
        let expected_after = expected.time - example.log[0].time;
        assert!(
            after.abs_diff(expected_after) <= tolerance,
            "{after:?} after the first, not {expected_after:?}: {}\n{shown}",
            line.text
        );
    }
}
