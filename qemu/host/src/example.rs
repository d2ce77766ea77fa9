// SPDX-License-Identifier: GPL-2.0

//! Examples of a document: the commands that are typed at the board's shell, and the lines that the
//! kernel then logs.
//!
//! An example is an indented block. A line with `# ` is a command, any other a line of the log, as
//! `dmesg` prints it. Where a line of the log ends with `...`, anything may follow.

use std::fmt;
use std::time::Duration;

use crate::board::Board;
use crate::error::Result;

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
    /// The rest of the line.
    pub text: String,
}

impl Line {
    /// Reads `[SECONDS] TEXT`.
    pub fn parse(line: &str) -> Option<Line> {
        let (time, text) = line.strip_prefix('[')?.split_once("] ")?;
        Some(Line {
            time: Duration::try_from_secs_f64(time.trim().parse().ok()?).ok()?,
            text: text.to_owned(),
        })
    }

    /// Whether this line of a document shows `text`.
    pub fn shows(&self, text: &str) -> bool {
        match self.text.strip_suffix("...") {
            Some(start) => text.starts_with(start),
            None => text == self.text,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:12.6}] {}", self.time.as_secs_f64(), self.text)
    }
}

/// An example.
#[derive(Clone, Debug, Default)]
pub struct Example {
    /// The typed commands.
    pub commands: Vec<String>,
    /// The logged lines.
    pub log: Vec<Line>,
}

/// A log that is not the one of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The line that the example has first where they differ.
    pub expected: String,
    /// The line of the log.
    pub came: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, came {}", self.expected, self.came)
    }
}

impl Example {
    /// The examples in a part of a document, in their order. Indented blocks without a command are none.
    pub fn all(text: &str) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let mut within = false;
        for line in text.lines() {
            let Some(line) = line.strip_prefix("    ") else {
                within = false;
                continue;
            };
            let command = line.strip_prefix("# ");
            if !within && command.is_some() {
                examples.push(Example::default());
                within = true;
            }
            if let Some(example) = examples.last_mut().filter(|_| within) {
                match command {
                    Some(command) => example.commands.push(command.to_owned()),
                    None => example.log.extend(Line::parse(line)),
                }
            }
        }
        examples
    }

    /// The first difference of a log from that of the example. Each line has to come as long after the
    /// first as it does there, give or take `tolerance`.
    pub fn mismatch(&self, log: &[Line], tolerance: Duration) -> Option<Mismatch> {
        let after = |log: &[Line], line: &Line| {
            let first = log.first().map_or(line.time, |first| first.time);
            line.time.saturating_sub(first)
        };
        let tell = |log: &[Line], line: Option<&Line>| match line {
            Some(line) => format!(
                "`{}` {:.2} s after the first line",
                line.text,
                after(log, line).as_secs_f64()
            ),
            None => "the end of the log".to_owned(),
        };
        (0..self.log.len().max(log.len())).find_map(|number| {
            let (expected, came) = (self.log.get(number), log.get(number));
            if let (Some(expected), Some(came)) = (expected, came) {
                let off = after(&self.log, expected).abs_diff(after(log, came));
                if expected.shows(&came.text) && off <= tolerance {
                    return None;
                }
            }
            Some(Mismatch {
                expected: tell(&self.log, expected),
                came: tell(log, came),
            })
        })
    }
}

/// The lines of a module since the kernel's log was cleared (`dmesg -c`), and the kernel's report of a bug.
///
/// # Errors
///
/// As [`Board::run`].
pub fn logged(board: &mut Board, module: &str) -> Result<Vec<Line>> {
    let log = board.run(&format!("dmesg | grep -E '\\] ({module}|BUG): ' || true"))?;
    Ok(log
        .lines()
        .filter(|line| !LOADER.iter().any(|part| line.contains(part)))
        .filter_map(Line::parse)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "Text.\n\n    # insmod a.ko\n    # rmmod a\n    [    1.500000] a: begins (task k...\n    [    2.500000] a: ends\n\n    no example\n";

    fn log(lines: &[(&str, u64)]) -> Vec<Line> {
        let line = |(text, ms): &(&str, u64)| Line {
            time: Duration::from_millis(*ms),
            text: (*text).to_owned(),
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn example_of_a_document() {
        let [example] = &Example::all(DOCUMENT)[..] else {
            panic!("one example");
        };
        assert_eq!(example.commands, ["insmod a.ko", "rmmod a"]);
        let slack = Duration::from_millis(10);
        let mismatch = |lines: &[(&str, u64)]| example.mismatch(&log(lines), slack);
        assert_eq!(
            mismatch(&[("a: begins (task k1)", 7), ("a: ends", 1016)]),
            None
        );
        let late = mismatch(&[("a: begins (task k1)", 0), ("a: ends", 1020)]).unwrap();
        assert_eq!(late.expected, "`a: ends` 1.00 s after the first line");
        assert_eq!(late.came, "`a: ends` 1.02 s after the first line");
        let other = mismatch(&[("a: begins (hard IRQ)", 0)]).unwrap();
        assert_eq!(
            other.expected,
            "`a: begins (task k...` 0.00 s after the first line"
        );
        let short = mismatch(&[("a: begins (task k1)", 0)]).unwrap();
        assert_eq!(short.came, "the end of the log");
        let long =
            mismatch(&[("a: begins (task k)", 0), ("a: ends", 1000), ("a: x", 1000)]).unwrap();
        assert_eq!(long.expected, "the end of the log");
    }

    #[test]
    fn what_is_no_line_of_a_log() {
        for text in ["", "a: begins", "[x] a", "[-1.0] a"] {
            assert_eq!(Line::parse(text), None, "{text}");
        }
    }
}
