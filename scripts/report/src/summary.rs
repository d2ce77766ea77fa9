// SPDX-License-Identifier: GPL-2.0

//! The summary of all jobs, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::log::{Job, Test, Verdict};

/// How many passed, failed, and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(tests: impl IntoIterator<Item = &'a Test>) -> Counts {
        let mut counts = Counts::default();
        for test in tests {
            match test.verdict {
                Verdict::Passed => counts.passed += 1,
                Verdict::Failed(_) => counts.failed += 1,
                Verdict::Skipped(_) => counts.skipped += 1,
            }
        }
        counts
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            skipped => write!(f, ", {skipped} skipped"),
        }
    }
}

fn total(jobs: &[Job]) -> Counts {
    Counts::of(jobs.iter().flat_map(|job| &job.tests))
}

/// Whether something passed and nothing failed.
pub fn is_good(jobs: &[Job]) -> bool {
    let counts = total(jobs);
    counts.passed > 0 && counts.failed == 0
}

/// " on KERNEL", or nothing.
fn on(job: &Job) -> String {
    match job.kernel.as_str() {
        "" => String::new(),
        kernel => format!(" on {kernel}"),
    }
}

/// The whole summary; its last line is the closing one.
pub fn text(jobs: &[Job]) -> String {
    let mut text = String::new();
    for job in jobs {
        for test in &job.tests {
            if let Verdict::Failed(why) = &test.verdict {
                text += &failure(job, test, why);
            }
        }
    }
    text += &skipped(jobs);
    text += &table(jobs);
    let _ = writeln!(text, "\n{}", total(jobs));
    text
}

fn failure(job: &Job, test: &Test, why: &str) -> String {
    let name = job.full_name(test);
    let mut text = format!("\nFAILED: {name}{}\n", on(job));
    for line in why.lines() {
        let _ = writeln!(text, "  | {line}");
    }
    let _ = writeln!(text, "  again: {} {name}", job.again);
    let _ = writeln!(text, "  log:   {}", job.path);
    text
}

/// How many were skipped and which, by kernel and reason; a program that was skipped as a whole by its own name.
fn skipped(jobs: &[Job]) -> String {
    let mut by_reason: BTreeMap<(String, &str), (usize, Vec<String>)> = BTreeMap::new();
    for job in jobs {
        if let Some(reason) = reason_for_all(job) {
            let (count, names) = by_reason.entry((on(job), reason)).or_default();
            *count += job.tests.len();
            names.push(format!("all of {}", job.name));
            continue;
        }
        for test in &job.tests {
            if let Verdict::Skipped(reason) = &test.verdict {
                let (count, names) = by_reason.entry((on(job), reason)).or_default();
                *count += 1;
                names.push(job.full_name(test));
            }
        }
    }
    let mut text = String::new();
    for ((on, reason), (count, names)) in by_reason {
        let _ = writeln!(text, "\n{count} skipped{on}, {reason}:");
        let _ = writeln!(text, "  {}", names.join(" "));
    }
    text
}

/// The one reason for which all of several tests of a program were skipped.
fn reason_for_all(job: &Job) -> Option<&str> {
    let mut reasons = job.tests.iter().map(|test| match &test.verdict {
        Verdict::Skipped(reason) => Some(reason.as_str()),
        _ => None,
    });
    let first = reasons.next()??;
    let is_same = reasons.all(|reason| reason == Some(first));
    (job.tests.len() > 1 && is_same).then_some(first)
}

fn table(jobs: &[Job]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\n{:>6} {:>6} {:>7} {:>6}  program",
        "passed", "failed", "skipped", "time"
    );
    for job in jobs {
        let counts = Counts::of(&job.tests);
        if counts == Counts::default() {
            // A program without tests, or without such as were asked for.
            continue;
        }
        let time = match job.seconds {
            Some(seconds) => format!("{seconds} s"),
            None => "-".to_owned(),
        };
        let _ = writeln!(
            text,
            "{:>6} {:>6} {:>7} {time:>6}  {}{}",
            counts.passed,
            counts.failed,
            counts.skipped,
            job.name,
            on(job)
        );
    }
    text
}

/// Every test and what became of it, a line each.
pub fn every_test(jobs: &[Job]) -> String {
    let mut text = String::new();
    for job in jobs {
        for test in &job.tests {
            let verdict = match &test.verdict {
                Verdict::Passed => "passed".to_owned(),
                Verdict::Failed(_) => "FAILED".to_owned(),
                Verdict::Skipped(reason) => format!("skipped, {reason}"),
            };
            let _ = writeln!(text, "{}{}: {verdict}", job.full_name(test), on(job));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(kernel: &str, tests: &[(&str, Verdict)]) -> Job {
        Job {
            name: "boot".to_owned(),
            kernel: kernel.to_owned(),
            again: "MORSE_SEED=1 scripts/test".to_owned(),
            path: "build/test/boot.log".to_owned(),
            seconds: Some(3),
            tests: tests
                .iter()
                .map(|(name, verdict)| Test {
                    name: (*name).to_owned(),
                    verdict: verdict.clone(),
                })
                .collect(),
        }
    }

    #[test]
    fn failures_come_first_and_say_how_to_run_them_again() {
        let failed = Verdict::Failed("left\nright".to_owned());
        let jobs = [
            job("", &[("a", Verdict::Passed)]),
            job("7.3", &[("b", Verdict::Passed), ("c::d", failed)]),
        ];
        let text = text(&jobs);
        let expected = "\nFAILED: boot::c::d on 7.3\n  | left\n  | right\n  again: MORSE_SEED=1 \
                        scripts/test boot::c::d\n  log:   build/test/boot.log\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.ends_with("\n\n2 passed, 1 failed\n"), "{text}");
        assert!(!is_good(&jobs));
    }

    #[test]
    fn skipped_tests_are_named_with_their_reason() {
        let skipped = Verdict::Skipped("no KUnit".to_owned());
        let jobs = [job(
            "7.3",
            &[
                ("a", Verdict::Passed),
                ("b", skipped.clone()),
                ("c", skipped),
            ],
        )];
        let text = text(&jobs);
        assert!(
            text.starts_with("\n2 skipped on 7.3, no KUnit:\n  boot::b boot::c\n"),
            "{text}"
        );
        let all = super::text(&[job(
            "7.3",
            &jobs[0].tests[1..]
                .iter()
                .map(|test| ("x", test.verdict.clone()))
                .collect::<Vec<_>>(),
        )]);
        assert!(
            all.starts_with("\n2 skipped on 7.3, no KUnit:\n  all of boot\n"),
            "{all}"
        );
        assert!(
            text.ends_with("\n\n1 passed, 0 failed, 2 skipped\n"),
            "{text}"
        );
        assert!(is_good(&jobs));
        assert!(every_test(&jobs).contains("boot::b on 7.3: skipped, no KUnit\n"));
    }

    #[test]
    fn nothing_is_not_good() {
        assert!(!is_good(&[]));
        assert_eq!(text(&[]).lines().last(), Some("0 passed, 0 failed"));
        let skipped = Verdict::Skipped("no board".to_owned());
        assert!(!is_good(&[job("", &[("a", skipped)])]));
    }
}
