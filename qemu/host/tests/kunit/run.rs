// SPDX-License-Identifier: GPL-2.0

//! One run of the module that has the tests, and KUnit's verdict on each.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use morse_board::{Board, Options, Time};
use serde_json::Value;

use crate::fixture::{config, skip};
use crate::runner::test::Kind;

/// Some seconds when nothing else runs on the host.
const RUN_LIMIT: Duration = Duration::from_secs(300);
/// The kernel's own reader of KTAP, in its source tree.
const READER: &str = "build/source/tools/testing/kunit/kunit.py";

/// The result of a run.
struct Run {
    /// "PASS" and the like for each test, by suite.
    results: BTreeMap<(String, String), String>,
    /// How many mistakes there were in the form of the report, such as a plan that was not kept.
    errors: u64,
    /// The kernel's complaints, if there are any.
    complaints: Option<String>,
    log: String,
}

static RUN: OnceLock<Result<Run, String>> = OnceLock::new();

/// In virtual time nothing is late because the host is busy.
pub static BOARD: Kind = Kind::new("kunit", || {
    Options::new(Time::Virtual)
        .cpus(2)
        .kernel_argument("kunit.enable=1")
        .kernel_argument("kunit.autorun=1")
        .lives_on_after_oops()
});

/// The one run of this program, or none on a kernel without KUnit. The test that asks first runs it.
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
    let config = config();
    let kernel = config
        .vmlinuz
        .parent()
        .ok_or("the kernel has no directory")?;
    let report = read(&log, kernel)?;
    let groups = report["sub_groups"].as_array().cloned();
    let mut results = BTreeMap::new();
    for suite in groups.unwrap_or_default() {
        for test in suite["test_cases"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            results.insert(
                (text(&suite["name"]), text(&test["name"])),
                text(&test["status"]),
            );
        }
    }
    let errors = report["misc"]["errors"].as_u64();
    Ok(Run {
        results,
        errors: errors.ok_or("the reader of KTAP does not say whether there were errors")?,
        complaints,
        log,
    })
}

/// Loads the module, which runs the tests, and returns the kernel's log of that and its complaints.
fn run_on_board(board: &mut Board) -> morse_board::Result<(String, Option<String>)> {
    // The kernel has reported on the tests that it has itself: none.
    let booted = board.kernel_log()?.len();
    board
        .execute("insmod morse_kunit.ko", RUN_LIMIT)?
        .success("insmod morse_kunit.ko")?;
    let log = board.kernel_log()?.split_off(booted);
    board.run("rmmod morse_kunit")?;
    let complaints = board.check_log().err().map(|error| error.to_string());
    Ok((log, complaints))
}

/// Reads the log with the kernel's own parser, `kunit.py`.
fn read(log: &str, kernel: &Path) -> Result<Value, String> {
    let problem = |step: &str, error: &dyn std::fmt::Display| format!("kunit.py: {step}: {error}");
    let file = tempfile::NamedTempFile::new().map_err(|error| problem("no file", &error))?;
    let mut reader = Command::new("python3")
        .arg(kernel.join(READER))
        .arg("parse")
        .arg(format!("--json={}", file.path().display()))
        // The source tree is not ours to write to.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| problem("cannot run", &error))?;
    let mut stdin = reader.stdin.take().expect("it is piped");
    let fed = stdin.write_all(log.as_bytes());
    drop(stdin);
    // Its status tells of failed tests; those are found by name. That it did its work, the file tells.
    let status = reader.wait().map_err(|error| problem("wait", &error))?;
    fed.map_err(|error| problem("cannot feed it", &error))?;
    let text = fs::read(file.path()).map_err(|error| problem("cannot read", &error))?;
    serde_json::from_slice(&text).map_err(|error| problem(&status.to_string(), &error))
}

/// Checks that KUnit says `ok` of a test.
pub fn expect(suite: &str, test: &str) {
    let Some(run) = run() else { return };
    match run.results.get(&(suite.to_owned(), test.to_owned())) {
        Some(status) if status == "PASS" => {}
        Some(status) => panic!("{status}\n{}", excerpt(&run.log, suite, test)),
        None => panic!("it did not run; the kernel's log ends:\n{}", tail(&run.log)),
    }
}

/// Checks that the report is well formed, and that these tests are in it and no other.
pub fn expect_exactly(suites: &[(&str, &[&str])]) {
    let Some(run) = run() else { return };
    assert_eq!(run.errors, 0, "not KTAP:\n{}", run.log);
    let expected: BTreeMap<_, _> = suites
        .iter()
        .flat_map(|(suite, tests)| tests.iter().map(move |test| (*suite, *test)))
        .map(|(suite, test)| ((suite.to_owned(), test.to_owned()), ()))
        .collect();
    assert!(
        run.results.keys().eq(expected.keys()),
        "expected {:?}, ran {:?}",
        expected.keys(),
        run.results.keys()
    );
}

/// Checks that nothing else was found while the tests ran.
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
