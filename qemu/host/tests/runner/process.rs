// SPDX-License-Identifier: GPL-2.0

//! Programs that are run for a trial.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// How long a program may take, in seconds; the trial's own limit is longer.
const LIMIT_S: &str = "840";

/// Runs a program, and returns its exit status and its output.
///
/// # Panics
///
/// When it cannot be run.
pub fn run(dir: &Path, words: &[&str], variables: &[(&str, &str)]) -> (ExitStatus, String) {
    let output = tempfile::NamedTempFile::new().expect("a temporary file");
    let end = || Stdio::from(output.as_file().try_clone().expect("a file descriptor"));
    let status = Command::new("timeout")
        .args(["--kill-after=10", LIMIT_S])
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
