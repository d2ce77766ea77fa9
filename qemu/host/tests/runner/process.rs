// SPDX-License-Identifier: GPL-2.0

//! Programs that are run for a trial.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// The seconds by which a program ends before its trial is taken for hanging, so that its output is seen.
const MARGIN_S: u64 = 60;

/// Runs a program, and returns its exit status and its output.
///
/// # Panics
///
/// When it cannot be run.
pub fn run(dir: &Path, words: &[&str], variables: &[(&str, &str)]) -> (ExitStatus, String) {
    let output = tempfile::NamedTempFile::new().expect("a temporary file");
    let end = || Stdio::from(output.as_file().try_clone().expect("a file descriptor"));
    let limit = crate::LIMIT_S.get().saturating_sub(MARGIN_S).max(1);
    let status = Command::new("timeout")
        .args(["--kill-after=10", &limit.to_string()])
        .args(words)
        .envs(variables.iter().copied())
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(end())
        .stderr(end())
        .status()
        .expect("timeout is a program of every system");
    let text = fs::read(output.path()).expect("a temporary file");
    (status, String::from_utf8_lossy(&text).into_owned())
}

/// Runs a program that must succeed.
///
/// # Panics
///
/// When it fails; its output is noted.
pub fn succeeds(dir: &Path, words: &[&str], variables: &[(&str, &str)]) {
    let (status, text) = run(dir, words, variables);
    note!("{text}");
    assert!(status.success(), "{} ended with {status}", words.join(" "));
}
