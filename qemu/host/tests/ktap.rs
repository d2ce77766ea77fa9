// SPDX-License-Identifier: GPL-2.0

//! Reports in KTAP, as KUnit and programs of the guest print them, read by the kernel's own reader.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use morse_board::{Board, Result};
use serde_json::Value;

use crate::fixture::{config, skip};
use crate::runner::process;

/// The reader, in the kernel's source tree.
const READER: &str = "build/source/tools/testing/kunit/kunit.py";

/// The results in a report.
#[derive(Debug, Default)]
pub struct Report {
    /// "PASS" and the like for each test, by its suite, which may be empty, and its name.
    pub results: BTreeMap<(String, String), String>,
    /// The number of errors in its form, such as a plan that was not kept.
    pub errors: u64,
}

/// Parses output that contains a report.
///
/// # Panics
///
/// When the reader cannot be run.
pub fn read(text: &str) -> Report {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (log, json) = (dir.path().join("log"), dir.path().join("json"));
    fs::write(&log, text).expect("a temporary file");
    let reader = config().vmlinuz.with_file_name(READER);
    let words = [
        reader.display().to_string(),
        format!("--json={}", json.display()),
        log.display().to_string(),
    ];
    let words = ["python3", &words[0], "parse", &words[1], &words[2]];
    // Do not write to the source tree. The exit status only reports failed tests.
    let (_, said) = process::run(dir.path(), &words, &[("PYTHONDONTWRITEBYTECODE", "1")]);
    let json = fs::read(json).unwrap_or_else(|_| panic!("no report:\n{said}"));
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    let mut report = Report {
        errors: json["misc"]["errors"].as_u64().expect("a number"),
        ..Report::default()
    };
    report.add("", &json);
    for suite in json["sub_groups"].as_array().into_iter().flatten() {
        report.add(suite["name"].as_str().unwrap_or_default(), suite);
    }
    report
}

impl Report {
    fn add(&mut self, suite: &str, group: &Value) {
        for test in group["test_cases"].as_array().into_iter().flatten() {
            let word = |name: &str| test[name].as_str().unwrap_or_default().to_owned();
            self.results
                .insert((suite.to_owned(), word("name")), word("status"));
        }
    }
}

/// Runs a program of the guest that reports its tests, and returns its output before the report.
///
/// # Errors
///
/// As [`Board::execute`].
///
/// # Panics
///
/// When a test has failed, or the report is not whole.
pub fn run(board: &mut Board, command: &str, limit: Duration) -> Result<String> {
    const HEAD: &str = "KTAP version 1";

    let output = board.execute(command, limit)?;
    note!("{}", output.text);
    let Some((words, report)) = output.text.split_once(HEAD) else {
        panic!(
            "{command} reports nothing, and ends with status {}",
            output.status
        );
    };
    let report = read(&format!("{HEAD}{report}"));
    let has = |status: &str| report.results.values().any(|other| other == status);
    assert!(
        report.errors == 0 && output.status == 0,
        "{command}: {report:?}, status {}",
        output.status
    );
    if !has("PASS") {
        assert!(has("SKIP"), "{command}: {report:?}");
        skip(report_reason(&output.text));
    }
    Ok(words.to_owned())
}

/// Returns the reason for skipping the first test.
fn report_reason(text: &str) -> &str {
    let reason = text.lines().find_map(|line| line.split_once("# SKIP "));
    reason.map_or("the guest has nothing for it", |(_, reason)| reason)
}
