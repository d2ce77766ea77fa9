// SPDX-License-Identifier: GPL-2.0

//! Trials that are scripts of their own.

use std::fs;

use super::context::skip;
use super::{process, top, Trial};

/// The lints for every kernel; `kunit` is for kernels with KUnit.
const LINTS: [&str; 8] = [
    "format", "host", "kernel", "atomic", "c", "shell", "binding", "workflow",
];

/// A trial for each lint.
pub fn lints(has_kunit: bool) -> Vec<Trial> {
    let kunit = has_kunit.then_some("kunit");
    let lint = |lint| {
        let run = move || process::succeeds(top(), &["scripts/lint", lint], &[]);
        Trial::new(format!("lint::{lint}"), run)
    };
    LINTS.into_iter().chain(kunit).map(lint).collect()
}

/// A trial for each fuzzing target, long enough for the committed corpus and some more.
pub fn fuzz() -> Vec<Trial> {
    let target = |target| {
        let run = move || process::succeeds(top(), &["scripts/fuzz", "5", target], &[]);
        Trial::new(format!("fuzz::{target}"), run)
    };
    ["parser", "decoder"].map(target).into()
}

/// A trial for each test in `dir`, such as `tests/scripts`.
pub fn bats(dir: &str) -> Vec<Trial> {
    let dir = top().join(dir);
    let files = fs::read_dir(&dir).expect("the tests are there");
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "bats"))
        .collect();
    paths.sort();
    let mut trials = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a test");
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let path = path.display().to_string();
        let names = text
            .lines()
            .filter_map(|line| line.strip_prefix("@test \"")?.rsplit_once('"'));
        trials.extend(names.map(|(name, _)| {
            let (path, filter) = (path.clone(), format!("^{}$", quoted(name)));
            Trial::new(format!("scripts::{stem}::{name}"), move || {
                run_bats(&["bats", "--formatter", "tap", "--filter", &filter, &path]);
            })
        }));
    }
    trials
}

fn run_bats(words: &[&str]) {
    let (status, said) = process::run(top(), words, &[]);
    note!("{said}");
    assert!(status.success(), "{status}");
    assert!(
        said.lines().any(|line| line == "1..1"),
        "the filter of bats selects the test, and no other"
    );
    if let Some((_, reason)) = said.split_once(" # skip ") {
        skip(reason.trim());
    }
}

/// A name as a regular expression.
fn quoted(name: &str) -> String {
    // Others have a meaning only after a backslash.
    let special = |c: char| "\\.[]{}()*+?^$|".contains(c);
    name.chars()
        .map(|c| {
            if special(c) {
                format!("\\{c}")
            } else {
                c.to_string()
            }
        })
        .collect()
}
