// SPDX-License-Identifier: GPL-2.0

//! One run of the test module, and KUnit's result of each test.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use morse_board::{Board, Options, Time};

use crate::fixture::{config, skip};
use crate::ktap::{self, Report};
use crate::runner::test::Kind;

/// Time limit of the run, which takes some seconds on a quiet host.
const RUN_LIMIT: Duration = Duration::from_secs(300);

/// The result of a run.
struct Run {
    report: Report,
    /// The kernel's complaints, if there are any.
    complaints: Option<String>,
    log: String,
}

static RUN: OnceLock<Result<Run, String>> = OnceLock::new();

/// In virtual time a busy host makes no test late.
pub static BOARD: Kind = Kind::new("kunit", || {
    Options::new(Time::Virtual)
        .cpus(2)
        .kernel_argument("kunit.enable=1")
        .kernel_argument("kunit.autorun=1")
        .lives_on_after_oops()
});

/// Returns the one run of this program, or `None` on a kernel without KUnit. The first caller starts it.
fn run() -> Option<&'static Run> {
    if !config().has_setting("CONFIG_KUNIT=y") {
        skip("this kernel has no KUnit");
        return None;
    }
    match RUN.get_or_init(run_and_read) {
        Ok(run) => Some(run),
        Err(error) => panic!("{error}"),
    }
}

fn run_and_read() -> Result<Run, String> {
    let mut said = None;
    BOARD.with(|board| {
        said = Some(run_on_board(board)?);
        Ok(())
    });
    let (log, complaints) = said.ok_or("the board was not used")?;
    Ok(Run {
        report: ktap::read(&log),
        complaints,
        log,
    })
}

/// Loads the module, which runs the tests, and returns the kernel's log of that and its complaints.
fn run_on_board(board: &mut Board) -> morse_board::Result<(String, Option<String>)> {
    // Skip the kernel's own report, which is empty.
    let booted = board.kernel_log()?.len();
    board
        .execute("insmod morse_kunit.ko", RUN_LIMIT)?
        .success("insmod morse_kunit.ko")?;
    let log = board.kernel_log()?.split_off(booted);
    board.run("rmmod morse_kunit")?;
    let complaints = board.check_log().err().map(|error| error.to_string());
    Ok((log, complaints))
}

/// Checks that KUnit reports `ok` for a test.
pub fn expect(suite: &str, test: &str) {
    let Some(run) = run() else { return };
    match run.report.results.get(&(suite.to_owned(), test.to_owned())) {
        Some(status) if status == "PASS" => {}
        Some(status) => panic!("{status}\n{}", excerpt(&run.log, suite, test)),
        None => panic!("it did not run; the kernel's log ends:\n{}", tail(&run.log)),
    }
}

/// Checks that the report is well formed, and that these tests are in it and no other.
pub fn expect_exactly(suites: &[(&str, &[&str])]) {
    let Some(run) = run() else { return };
    assert_eq!(run.report.errors, 0, "not KTAP:\n{}", run.log);
    let expected: BTreeMap<_, _> = suites
        .iter()
        .flat_map(|(suite, tests)| tests.iter().map(move |test| (*suite, *test)))
        .map(|(suite, test)| ((suite.to_owned(), test.to_owned()), ()))
        .collect();
    assert!(
        run.report.results.keys().eq(expected.keys()),
        "expected {:?}, ran {:?}",
        expected.keys(),
        run.report.results.keys()
    );
}

/// Checks that the kernel did not complain while the tests ran.
pub fn expect_no_complaint() {
    let Some(run) = run() else { return };
    if let Some(complaints) = &run.complaints {
        panic!("{complaints}");
    }
}

/// The lines of the log from the result before that of a test to its own.
fn excerpt(log: &str, suite: &str, test: &str) -> String {
    let is_result = |line: &&str| line.contains(" ok ");
    let mut lines = log
        .lines()
        .skip_while(|line| !line.ends_with(&format!("# Subtest: {suite}")));
    let mut excerpt = Vec::new();
    for line in &mut lines {
        if is_result(&line) && !line.ends_with(test) {
            excerpt.clear();
            continue;
        }
        excerpt.push(line);
        if is_result(&line) {
            break;
        }
    }
    excerpt.join("\n")
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
