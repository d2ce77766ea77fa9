// SPDX-License-Identifier: GPL-2.0

//! The exercises: every solution passes its check, and every skeleton fails for the reason that its README names.

use std::path::PathBuf;

use morse_board::exercise::{Exercise, Verdict};
use morse_board::{Board, Options, Time};

use crate::fixture::{config, lacks_wires};
use crate::runner::test::Tests;
use crate::runner::{process, top};

/// The tests here.
pub fn tests() -> Tests {
    tests![solutions_pass, skeletons_fail_for_their_reason].stock_only()
}

/// The one whose clock drifts: its tick or its tock is the first to be off by more than the tolerance, by the slot of
/// the timer wheel in which it begins.
const DRIFTS: usize = 2;
/// The one that hangs its board.
const HANGS: usize = 7;

/// Builds the exercises, or their solutions, for Debian's stock kernel; returns the directory of the modules.
fn build(kind: &str, solution: &str) -> PathBuf {
    let settings = [
        ("MORSE_SOURCE", "samples/exercises"),
        ("MORSE_OUT", kind),
        ("SOLUTION", solution),
        ("EXERCISE", ""),
    ];
    let (status, said) = process::run(top(), &["scripts/module"], &settings);
    assert!(status.success(), "{said}");
    PathBuf::from(said.lines().last().expect("a directory"))
}

/// Checks all exercises on one board, the one that hangs it last, and fails with all that `judge` objects to.
fn check_all(modules: PathBuf, judge: impl Fn(&Exercise, &Verdict) -> Option<String>) {
    let mut config = config();
    config.module_dir = modules;
    let mut board = Board::boot(&config, Options::new(Time::Virtual)).unwrap();
    let mut exercises = Exercise::all().unwrap();
    assert_eq!(exercises.len(), 8);
    exercises.sort_by_key(|exercise| exercise.number == HANGS);
    let mut objections = String::new();
    for exercise in exercises {
        let verdict = exercise.check(&mut board).unwrap();
        if let Some(objection) = judge(&exercise, &verdict) {
            objections += &format!("{}: {objection}\n", exercise.name());
        }
    }
    assert!(objections.is_empty(), "{objections}");
}

fn solutions_pass() {
    if lacks_wires() {
        return;
    }
    check_all(build("solutions", "yes"), |_, verdict| {
        verdict.mismatch.as_ref().map(ToString::to_string)
    });
}

fn skeletons_fail_for_their_reason() {
    if lacks_wires() {
        return;
    }
    check_all(build("exercises", ""), |exercise, verdict| {
        let Some(mismatch) = &verdict.mismatch else {
            return Some("right".to_owned());
        };
        let said = format!("wrong: {mismatch}");
        let named = exercise.readme.split("```\n").nth(1).unwrap_or_default();
        let alike = |text: &str| match exercise.number {
            DRIFTS => {
                let text = text.replace("tock", "tick");
                text.replace(|c: char| c.is_ascii_digit(), "")
            }
            _ => without_decimals(text),
        };
        (alike(&said) != alike(named.trim_end())).then_some(said)
    });
}

/// The text with whole seconds, and without the numbers of workers: both differ a little between kernels.
fn without_decimals(text: &str) -> String {
    let is_before = |c: char| matches!(c, '.' | '/' | ':');
    let mut within = false;
    let keep = |c: &char| {
        within = is_before(*c) || (within && c.is_ascii_digit());
        !within || is_before(*c)
    };
    text.chars().filter(keep).collect()
}
