// SPDX-License-Identifier: GPL-2.0

//! Reports in the kernel's form of the Test Anything Protocol, see `Documentation/dev-tools/ktap.rst` of the kernel.

use std::fmt::Display;
use std::process::ExitCode;

/// The result of a test: `None` if it passed, or the reason for skipping it.
pub type Verdict = crate::Result<Option<String>>;

/// A report in progress.
pub struct Report {
    count: usize,
    is_good: bool,
}

impl Report {
    /// Begins a report of so many tests.
    pub fn begin(tests: usize) -> Self {
        println!("KTAP version 1\n1..{tests}");
        Report {
            count: 0,
            is_good: true,
        }
    }

    /// Reports a test. The reason of a failure is printed before its line, where the host's reader expects it.
    pub fn tell(&mut self, name: &str, verdict: Verdict) {
        self.count += 1;
        match verdict {
            Ok(None) => println!("ok {} {name}", self.count),
            Ok(Some(reason)) => println!("ok {} {name} # SKIP {reason}", self.count),
            Err(why) => {
                self.is_good = false;
                note(why);
                println!("not ok {} {name}", self.count);
            }
        }
    }

    /// Returns the exit code of the program.
    pub fn end(self) -> ExitCode {
        match self.is_good {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}

/// Prints `words` as diagnostic lines of the test.
pub fn note(words: impl Display) {
    for line in words.to_string().lines() {
        println!("# {line}");
    }
}
