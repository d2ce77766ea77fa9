// SPDX-License-Identifier: GPL-2.0

//! What a log says: one program's run on one kernel.
//!
//! `scripts/test` writes the first lines (`# name`, `# kernel`, `# again`) before the program runs and the
//! last one (`# exit STATUS after SECONDS s`) after it. So a program that was never started and one that
//! was interrupted show by what is missing. Between is what the program wrote, in the manner of Rust's test
//! harness.

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It failed; the last lines of why.
    Failed(String),
    /// It was left out, for this reason.
    Skipped(String),
}

/// A test, or a whole program when that went wrong as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// As the program calls it.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// A run of a program on a kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// The program.
    pub name: String,
    /// The kernel's release; empty for what needs no kernel.
    pub kernel: String,
    /// How to run it again; a name is to be appended.
    pub again: String,
    /// Where its log is.
    pub path: String,
    /// How long it took, in seconds, if it ended.
    pub seconds: Option<u64>,
    /// Its tests, in the order in which they ran.
    pub tests: Vec<Test>,
}

/// So many lines tell why something failed; the log has the rest.
const WHY_LINES: usize = 15;
/// What `timeout` returns when the time was over.
const STATUS_TIMEOUT: u32 = 124;
/// A shell adds this to the number of the signal that killed a program.
const STATUS_SIGNAL: u32 = 128;

impl Job {
    /// Reads a log.
    pub fn parse(path: &str, text: &str) -> Job {
        let mut job = Job {
            path: path.to_owned(),
            ..Job::default()
        };
        let mut status = None;
        let mut lines = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("# name ") {
                job.name = name.to_owned();
            } else if let Some(kernel) = line.strip_prefix("# kernel ") {
                job.kernel = kernel.to_owned();
            } else if let Some(again) = line.strip_prefix("# again ") {
                job.again = again.to_owned();
            } else if let Some((exit, seconds)) = end(line) {
                status = Some(exit);
                job.seconds = Some(seconds);
            } else {
                lines.push(line);
            }
        }
        let harness = Harness::read(&lines);
        job.tests = harness.tests;
        let failed = |test: &Test| matches!(test.verdict, Verdict::Failed(_));
        let problem = match status {
            None if lines.is_empty() => Some("was not started".to_owned()),
            None => Some("was interrupted".to_owned()),
            Some(STATUS_TIMEOUT) => Some("did not end in time".to_owned()),
            Some(status) if status > STATUS_SIGNAL => {
                Some(format!("was killed by signal {}", status - STATUS_SIGNAL))
            }
            // A test that failed says it all.
            Some(status) if status != 0 && !job.tests.iter().any(failed) => {
                Some(format!("ended with status {status}"))
            }
            Some(0) if harness.counted.is_none() => Some("did not say how many passed".to_owned()),
            Some(0) if job.tests.iter().any(failed) => {
                Some("ended with status 0 in spite of failures".to_owned())
            }
            Some(_) => None,
        };
        let problem = problem.or_else(|| {
            let ran = |test: &&Test| !failed(test) && !harness.ignored.contains(&test.name);
            let seen = job.tests.iter().filter(ran).count();
            let counted = harness.counted.unwrap_or(seen);
            (counted != seen).then(|| format!("says that {counted} passed, but names {seen}"))
        });
        if let Some(problem) = problem {
            // The test that was running is the one that fails, if there is one.
            let name = harness.pending.unwrap_or_default();
            job.tests.push(Test {
                name,
                verdict: Verdict::Failed(last(&lines, &problem)),
            });
        }
        job
    }

    /// The full name of a test, which `scripts/test` takes.
    pub fn full_name(&self, test: &Test) -> String {
        match test.name.as_str() {
            "" => self.name.clone(),
            name if name.starts_with(&format!("{}::", self.name)) => name.to_owned(),
            name => format!("{}::{name}", self.name),
        }
    }
}

/// Status and seconds of the line that closes a log.
fn end(line: &str) -> Option<(u32, u64)> {
    let (status, seconds) = line.strip_prefix("# exit ")?.split_once(" after ")?;
    let seconds = seconds.strip_suffix(" s")?;
    Some((status.parse().ok()?, seconds.parse().ok()?))
}

/// The last lines, and a problem.
fn last(lines: &[&str], problem: &str) -> String {
    let mut why: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| !line.is_empty())
        .collect();
    why.drain(..why.len().saturating_sub(WHY_LINES));
    why.push(problem);
    why.join("\n")
}

/// The lines of a harness as they are read.
#[derive(Default)]
struct Harness {
    tests: Vec<Test>,
    /// Left out by the harness, so it does not count them as passed.
    ignored: Vec<String>,
    /// A test that began and has no verdict yet.
    pending: Option<String>,
    /// Why the pending one is skipped, if it is.
    skipped: Option<String>,
    /// How many passed by the harness's own count.
    counted: Option<usize>,
}

impl Harness {
    fn read(lines: &[&str]) -> Harness {
        let mut harness = Harness::default();
        let mut rest = lines;
        while let [line, after @ ..] = rest {
            rest = after;
            if let Some(result) = line.strip_prefix("test result: ") {
                let passed = result.split_once(". ").and_then(|(_, counts)| {
                    let (passed, _) = counts.split_once(" passed")?;
                    passed.parse::<usize>().ok()
                });
                // A program that runs several harnesses has several.
                if let Some(passed) = passed {
                    harness.counted = Some(harness.counted.unwrap_or(0) + passed);
                }
            } else if let Some((name, what)) = beginning(line) {
                harness.pending = Some(name.to_owned());
                harness.take(what, after);
            } else if let Some(name) = line
                .strip_prefix("---- ")
                .and_then(|line| line.strip_suffix(" stdout ----"))
            {
                harness.explain(name, after);
            } else if harness.pending.is_some() {
                harness.take(line, after);
            }
        }
        harness
    }

    /// A word on the pending test.
    fn take(&mut self, what: &str, after: &[&str]) {
        let verdict = match what {
            "ok" => match self.skipped.take() {
                Some(reason) => Verdict::Skipped(reason),
                None => Verdict::Passed,
            },
            "FAILED" => Verdict::Failed(indented(after)),
            "ignored" => Verdict::Skipped("ignored".to_owned()),
            _ => {
                if let Some(reason) = what.strip_prefix("ignored, ") {
                    Verdict::Skipped(reason.to_owned())
                } else {
                    if let Some(reason) = what.strip_prefix("skipped: ") {
                        self.skipped = Some(reason.to_owned());
                    }
                    return;
                }
            }
        };
        self.skipped = None;
        if let Some(name) = self.pending.take() {
            if what.starts_with("ignored") {
                self.ignored.push(name.clone());
            }
            self.tests.push(Test { name, verdict });
        }
    }

    /// What a failed test wrote, which comes after all of them.
    fn explain(&mut self, name: &str, after: &[&str]) {
        let lines: Vec<&str> = after
            .iter()
            .copied()
            .take_while(|line| !line.starts_with("---- ") && *line != "failures:")
            .collect();
        let mut lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        lines.retain(|line| !line.starts_with("note: run with `RUST_BACKTRACE"));
        let why = lines[lines.len().saturating_sub(WHY_LINES)..].join("\n");
        let failed =
            |test: &&mut Test| test.name == name && test.verdict == Verdict::Failed("".into());
        if let Some(test) = self.tests.iter_mut().find(failed) {
            test.verdict = Verdict::Failed(why);
        }
    }
}

/// The name in `test NAME ... WHAT`, and what follows.
fn beginning(line: &str) -> Option<(&str, &str)> {
    let (name, what) = line.strip_prefix("test ")?.split_once(" ... ")?;
    // As a panic that is expected is marked.
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    Some((name, what))
}

/// The indented lines that come first, which tell why in the manner of our scripts.
fn indented(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines
        .iter()
        .take_while(|line| line.starts_with("  "))
        .map(|line| line.trim_start())
        .collect();
    lines[lines.len().saturating_sub(WHY_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# name boot\n# kernel 7.3.4-test\n# again MORSE_SEED=1 scripts/test\n";

    fn job(text: &str) -> Job {
        Job::parse("boot.log", &format!("{HEAD}{text}"))
    }

    fn verdicts(job: &Job) -> Vec<(&str, &Verdict)> {
        job.tests
            .iter()
            .map(|test| (test.name.as_str(), &test.verdict))
            .collect()
    }

    fn failed(why: &str) -> Verdict {
        Verdict::Failed(why.to_owned())
    }

    #[test]
    fn a_good_program() {
        let job = job(
            "\nrunning 3 tests\ntest a::b ... ok\ntest c - should panic ... ok\n\
             test d ... ignored, needs a board: make test\n\n\
             test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\n\
             # exit 0 after 12 s\n",
        );
        assert_eq!((job.name.as_str(), job.seconds), ("boot", Some(12)));
        assert_eq!(job.kernel, "7.3.4-test");
        let skipped = Verdict::Skipped("needs a board: make test".into());
        assert_eq!(
            verdicts(&job),
            [
                ("a::b", &Verdict::Passed),
                ("c", &Verdict::Passed),
                ("d", &skipped)
            ]
        );
    }

    #[test]
    fn a_failing_test_says_why() {
        let job = job(
            "running 2 tests\ntest a ... FAILED\ntest b ... ok\n\nfailures:\n\n\
             ---- a stdout ----\n\nthread 'main' panicked at x.rs:1:2:\nleft is not right\n\
             note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\n\n\
             failures:\n    a\n\n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\n\
             # exit 101 after 1 s\n",
        );
        assert_eq!(
            verdicts(&job),
            [
                (
                    "a",
                    &failed("thread 'main' panicked at x.rs:1:2:\nleft is not right")
                ),
                ("b", &Verdict::Passed)
            ]
        );
    }

    #[test]
    fn a_script_says_why_at_once() {
        let job = job(
            "test scripts::a ... FAILED\n    no such thing\n    at all\ntest scripts::b ... ok\n\
             test result: FAILED. 1 passed; 1 failed\n# exit 1 after 0 s\n",
        );
        assert_eq!(
            verdicts(&job),
            [
                ("scripts::a", &failed("no such thing\nat all")),
                ("scripts::b", &Verdict::Passed)
            ]
        );
    }

    #[test]
    fn a_test_that_skips_itself() {
        let job = job(
            "running 1 test\ntest a ... skipped: this kernel has no KUnit\nok\n\n\
             test result: ok. 1 passed; 0 failed; 0 ignored\n# exit 0 after 0 s\n",
        );
        assert_eq!(
            verdicts(&job),
            [(
                "a",
                &Verdict::Skipped("this kernel has no KUnit".to_owned())
            )]
        );
    }

    #[test]
    fn a_program_that_crashes_fails_in_the_test_that_ran() {
        let job =
            job("running 2 tests\ntest a ... ok\ntest b ... \nspilt milk\n# exit 139 after 1 s\n");
        let [(_, Verdict::Passed), ("b", Verdict::Failed(why))] = verdicts(&job)[..] else {
            panic!("{job:?}");
        };
        assert!(
            why.ends_with("spilt milk\nwas killed by signal 11"),
            "{why}"
        );
    }

    #[test]
    fn programs_that_vanish_fail() {
        for (text, expected) in [
            ("", "was not started"),
            ("running 2 tests\ntest a ... ok\n", "was interrupted"),
            (
                "running 2 tests\ntest a ... ok\n# exit 124 after 600 s\n",
                "did not end in time",
            ),
            (
                "error: could not compile\n# exit 101 after 1 s\n",
                "ended with status 101",
            ),
            ("hello\n# exit 0 after 1 s\n", "did not say how many passed"),
            (
                "test a ... ok\ntest result: ok. 2 passed; 0 failed\n# exit 0 after 1 s\n",
                "says that 2 passed, but names 1",
            ),
            (
                "test a ... FAILED\ntest result: ok. 0 passed; 1 failed\n# exit 0 after 1 s\n",
                "ended with status 0 in spite of failures",
            ),
        ] {
            let job = job(text);
            let Some(Verdict::Failed(why)) = job.tests.last().map(|test| &test.verdict) else {
                panic!("{text:?} has no failure: {job:?}");
            };
            assert!(why.ends_with(expected), "{text:?}: {why}");
        }
    }

    #[test]
    fn names_are_what_the_script_takes() {
        let job = Job {
            name: "scripts".to_owned(),
            ..Job::default()
        };
        let full = |name: &str| {
            job.full_name(&Test {
                name: name.to_owned(),
                verdict: Verdict::Passed,
            })
        };
        assert_eq!(full("scripts::a"), "scripts::a");
        assert_eq!(full("a::b"), "scripts::a::b");
        assert_eq!(full(""), "scripts");
    }
}
