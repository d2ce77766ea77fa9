// SPDX-License-Identifier: GPL-2.0

//! The report beyond libtest-mimic's own: reasons for skipping, the slowest trials, and the closing line.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::context::Outcome;

/// The seed of random choices, which tests read.
pub const SEED: &str = "MORSE_SEED";

#[derive(Default)]
struct State {
    passed: usize,
    failed: Vec<String>,
    skipped: BTreeMap<String, Vec<String>>,
    repeated: Vec<String>,
    running: BTreeSet<String>,
    times: Vec<(Duration, String)>,
}

/// The results of the trials so far.
#[derive(Default)]
pub struct Report {
    /// Whether the notes of passing tests are shown, too.
    shows_notes: bool,
    state: Mutex<State>,
}

impl Report {
    /// Makes an empty report.
    pub fn new(shows_notes: bool) -> Self {
        Report {
            shows_notes,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports that a trial begins.
    pub fn begins(&self, name: &str) {
        self.state().running.insert(name.to_owned());
    }

    /// Reports that a trial has failed and runs once more, and why.
    pub fn repeats(&self, name: &str, why: &str) {
        println!("{name} failed beside other tests, and runs again alone:\n{why}");
        self.state().repeated.push(name.to_owned());
    }

    /// Reports the result of a trial.
    pub fn ends(&self, name: &str, time: Duration, outcome: &Outcome, notes: &str) {
        let mut state = self.state();
        let name = name.to_owned();
        state.running.remove(&name);
        state.times.push((time, name.clone()));
        match outcome {
            Outcome::Passed => state.passed += 1,
            Outcome::Failed(_) => state.failed.push(name.clone()),
            Outcome::Skipped(reason) => state
                .skipped
                .entry(reason.clone())
                .or_default()
                .push(name.clone()),
        }
        drop(state);
        if self.shows_notes && !notes.is_empty() && !matches!(outcome, Outcome::Failed(_)) {
            println!("---- {name} ----\n{notes}");
        }
    }

    /// Prints the skipped trials and the slowest ones, then the closing line.
    pub fn close(&self, slowest: usize) {
        let mut state = self.state();
        for (reason, names) in &state.skipped {
            let groups: BTreeSet<&str> = names.iter().map(|name| group(name)).collect();
            let groups: Vec<&str> = groups.into_iter().collect();
            println!(
                "{} skipped, {reason}:\n  {}",
                names.len(),
                groups.join(", ")
            );
        }
        if !state.repeated.is_empty() {
            let names = state.repeated.join(" ");
            println!("{} repeated alone:\n  {names}", state.repeated.len());
        }
        state.times.sort_unstable();
        for (time, name) in state.times.iter().rev().take(slowest) {
            println!("{:8.1} s  {name}", time.as_secs_f64());
        }
        for name in &state.running {
            println!("FAILED: {name} was interrupted");
        }
        let failed = state.failed.len() + state.running.len();
        let skipped = state.skipped.values().map(Vec::len).sum();
        let skipped = match skipped {
            0 => String::new(),
            count => format!(", {count} skipped"),
        };
        println!("\n{} passed, {failed} failed{skipped}", state.passed);
    }

    /// Whether a trial passed and none failed.
    pub fn is_good(&self) -> bool {
        let state = self.state();
        state.passed > 0 && state.failed.is_empty()
    }
}

/// The group of a trial, with its kernel. Each trial that is skipped has a line of its own before.
fn group(name: &str) -> &str {
    name.split_once("::").map_or(name, |(group, _)| group)
}

/// The command that runs a trial again with the same seed.
pub fn again(name: &str, flavour: &str) -> String {
    let mut command = String::new();
    for variable in [SEED, "SERIES", "ARCH"] {
        if let Some(value) = env::var(variable).ok().filter(|value| !value.is_empty()) {
            command += &format!("{variable}={value} ");
        }
    }
    if !flavour.is_empty() {
        command += &format!("FLAVOUR={flavour} ");
    }
    format!("{command}scripts/test {name}")
}
