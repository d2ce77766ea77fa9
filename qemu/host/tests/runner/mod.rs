// SPDX-License-Identifier: GPL-2.0

//! All tests as trials of libtest-mimic, which filters, lists and counts them. This adds boards shared by trials,
//! lanes, kernels prepared meanwhile, a time limit, and notes that are shown only if a test fails.

#[macro_use]
pub mod context;
#[macro_use]
pub mod test;

pub mod crates;
pub mod examples;
pub mod kernel;
pub mod must_not_compile;
pub mod process;
pub mod report;
pub mod schedule;
pub mod scripts;
pub mod select;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed};
use morse_board::Board;

use context::{Context, Outcome};
use kernel::Kernel;
use report::Report;
use schedule::{Needs, Schedule, Turn};
use test::{Kind, Test};

/// The project's directory.
pub fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// A trial: a named test of any kind with its needs.
pub struct Trial {
    pub name: String,
    /// The flavour of its kernel, where there are several.
    pub flavour: Option<String>,
    pub needs: Needs,
    body: Arc<dyn Fn() + Send + Sync>,
}

impl Trial {
    /// A trial that needs the host only.
    pub fn new(name: impl Into<String>, body: impl Fn() + Send + Sync + 'static) -> Self {
        Trial {
            name: name.into(),
            flavour: None,
            needs: Needs::default(),
            body: Arc::new(body),
        }
    }

    /// A test on a board, on one of the kernels.
    pub fn on_board(test: &Test, kernel: usize) -> Self {
        let body = test.body.clone();
        Trial {
            needs: Needs {
                kernel: Some(kernel),
                shared: test.board.map(|kind| (kernel, kind.name)),
                clock: test.clock,
                ..Needs::default()
            },
            ..Trial::new(test.name.clone(), move || body())
        }
    }

    /// The check for leaks on all boards of a kind, after all its tests.
    pub fn leaks(kind: &Kind, kernel: usize) -> Self {
        Trial {
            needs: Needs {
                kernel: Some(kernel),
                shared: Some((kernel, kind.name)),
                last: true,
                ..Needs::default()
            },
            ..Trial::new(format!("leaks::{}", kind.name), crate::fixture::no_leaks)
        }
    }
}

/// The state shared by all trials of a run.
pub struct Run {
    pub kernels: Vec<Kernel>,
    pub schedule: Schedule,
    pub report: Report,
    pub limit: Duration,
}

impl Run {
    /// Runs the trial of this number when its turn comes.
    ///
    /// A trial in real time that fails beside other trials runs once more when all others are done: only a failure of
    /// that run counts, as the host kept the first from its processor.
    pub fn trial(&self, number: usize, trial: Trial) -> Result<Completion, Failed> {
        let name = trial
            .flavour
            .iter()
            .fold(trial.name.clone(), |name, flavour| {
                format!("[{flavour}] {name}")
            });
        let mut turn = self.schedule.enter(number);
        self.report.begins(&name);
        let mut start = Instant::now();
        let (mut outcome, mut notes, boards) = self.run(&trial, &mut turn);
        let alone = self.schedule.leave(turn, boards);
        if let (Outcome::Failed(why), Some(_), false) = (&outcome, trial.needs.clock, alone) {
            self.report.repeats(&name, why);
            let mut turn = self.schedule.enter_alone(number, trial.needs.kernel);
            start = Instant::now();
            (outcome, notes, _) = self.run(&trial, &mut turn);
            self.schedule.leave(turn, Vec::new());
        }
        self.report.ends(&name, start.elapsed(), &outcome, &notes);
        match outcome {
            Outcome::Passed => Ok(Completion::Completed),
            Outcome::Skipped(reason) => Ok(Completion::ignored_with(reason)),
            Outcome::Failed(why) => {
                let kernel = trial.needs.kernel.map(|kernel| &self.kernels[kernel]);
                let flavour = kernel.map_or("", Kernel::variable);
                Err(format!(
                    "{}\nagain: {}",
                    why.trim_end(),
                    report::again(&trial.name, flavour)
                )
                .into())
            }
        }
    }

    fn run(&self, trial: &Trial, turn: &mut Turn) -> (Outcome, String, Vec<Board>) {
        let kernel = trial.needs.kernel.map(|kernel| &self.kernels[kernel]);
        match kernel.map(Kernel::try_config).transpose() {
            Ok(config) => {
                let boards = std::mem::take(&mut turn.boards);
                let body = trial.body.clone();
                context::run(
                    Context::new(config.cloned(), boards),
                    self.limit,
                    trial.needs.clock.is_none(),
                    move || body(),
                )
            }
            Err(why) => (Outcome::Failed(why), String::new(), Vec::new()),
        }
    }

    /// Prepares the kernels that trials need, one after the other.
    pub fn prepare_kernels(self: &Arc<Self>, wanted: Vec<usize>) {
        let run = self.clone();
        std::thread::spawn(move || {
            for kernel in wanted {
                run.kernels[kernel].prepare();
                run.schedule.kernel_is_ready(kernel);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(body: impl FnOnce() + Send + 'static) -> Outcome {
        context::note_panics();
        context::run(Context::default(), Duration::from_millis(300), true, body).0
    }

    #[test]
    fn a_failure_has_the_words_of_the_test() {
        let outcome = outcome(|| {
            note!("so far");
            assert_eq!(1, 2, "not equal");
        });
        let Outcome::Failed(why) = outcome else {
            panic!("did not fail")
        };
        assert!(
            why.starts_with("so far\n") && why.contains("not equal"),
            "{why}"
        );
        assert!(why.contains("runner/mod.rs:"), "{why}");
    }

    #[test]
    fn a_test_that_hangs_is_left_behind() {
        let outcome = outcome(|| {
            note!("so far");
            std::thread::sleep(Duration::from_secs(5));
        });
        let Outcome::Failed(why) = outcome else {
            panic!("did not fail")
        };
        assert_eq!(why, "so far\ndid not end within 300ms");
    }

    #[test]
    fn a_skipped_test_has_not_passed() {
        let outcome = outcome(|| context::skip("nothing here"));
        assert!(matches!(outcome, Outcome::Skipped(reason) if reason == "nothing here"));
    }
}
