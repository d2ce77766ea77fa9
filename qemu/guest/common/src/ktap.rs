// SPDX-License-Identifier: GPL-2.0

//! Reports in the kernel's form of the Test Anything Protocol, see `Documentation/dev-tools/ktap.rst` of the kernel.

use std::fmt::Display;
use std::process::ExitCode;

/// What came of a test: nothing, or why it was skipped.
pub type Verdict = crate::Result<Option<String>>;

/// A report that is being printed.
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

    /// Reports a test. Why it failed goes before, as the reader has it.
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

    /// How the program ends.
    pub fn end(self) -> ExitCode {
        match self.is_good {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}

/// Prints words that belong to the test.
pub fn note(words: impl Display) {
    for line in words.to_string().lines() {
        println!("# {line}");
    }
}
