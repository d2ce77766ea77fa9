// SPDX-License-Identifier: GPL-2.0

//! The context of a running test: the kernel's settings, its board, and its notes.

use std::cell::RefCell;
use std::fmt::{Arguments, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use morse_board::{Board, Config};

/// The nice value of tests in virtual time, so that they give way to those that watch the host's clock.
const NICENESS: i32 = 10;

/// The notes of a test, shown when it fails.
pub type Notes = Arc<Mutex<String>>;

/// The state of a test's thread.
#[derive(Default)]
pub struct Context {
    pub config: Option<Config>,
    /// The boards of its turn: at most one, except for the check for leaks.
    pub boards: Vec<Board>,
    notes: Notes,
    skipped: Option<String>,
}

impl Context {
    /// Makes the context of a test that begins.
    pub fn new(config: Option<Config>, boards: Vec<Board>) -> Self {
        Context {
            config,
            boards,
            ..Context::default()
        }
    }
}

thread_local! {
    static CONTEXT: RefCell<Option<Context>> = const { RefCell::new(None) };
}

/// The result of a test.
pub enum Outcome {
    Passed,
    Skipped(String),
    /// With the reason.
    Failed(String),
}

/// Gives `f` the context of the test that this thread runs.
///
/// # Panics
///
/// In a thread that runs no test.
pub fn with<T>(f: impl FnOnce(&mut Context) -> T) -> T {
    CONTEXT.with_borrow_mut(|context| f(context.as_mut().expect("a test runs in this thread")))
}

/// The settings of the kernel that the test runs on.
pub fn config() -> Config {
    with(|context| context.config.clone()).expect("the test is one on a board")
}

/// Counts the test as skipped. The test must return after this.
pub fn skip(reason: &str) {
    with(|context| context.skipped = Some(reason.to_owned()));
}

/// Notes a line, see [`note!`].
pub fn note(words: Arguments<'_>) {
    let noted = CONTEXT.with_borrow(|context| {
        let Some(context) = context else { return false };
        let mut notes = context.notes.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(notes, "{}", words.to_string().trim_end()).is_ok()
    });
    if !noted {
        eprintln!("{words}");
    }
}

/// Notes a line. Shown when the test fails, and always with `--nocapture` or for tests selected by name.
macro_rules! note {
    ($($words:tt)*) => { $crate::runner::context::note(format_args!($($words)*)) };
}

/// Has panics noted instead of printed.
pub fn note_panics() {
    panic::set_hook(Box::new(|panic| note(format_args!("{panic}"))));
}

/// Runs a test in a thread of its own, at lower priority if it gives way. Returns its result, its notes, and the boards
/// that are left.
///
/// A test that does not end in time is left behind, with its board: all end with the process.
pub fn run(
    mut context: Context,
    limit: Duration,
    gives_way: bool,
    body: impl FnOnce() + Send + 'static,
) -> (Outcome, String, Vec<Board>) {
    let notes = Notes::default();
    context.notes = notes.clone();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        if gives_way {
            // For this thread and its children. If it fails, the test runs at normal priority.
            let _ = rustix::process::nice(NICENESS);
        }
        CONTEXT.set(Some(context));
        let result = panic::catch_unwind(AssertUnwindSafe(body));
        let context = CONTEXT.take().unwrap_or_default();
        // The receiver is gone if the runner was interrupted.
        let _ = sender.send((result.is_ok(), context.skipped, context.boards));
    });
    let received = receiver.recv_timeout(limit);
    let notes = notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match received {
        Ok((true, None, boards)) => (Outcome::Passed, notes, boards),
        Ok((true, Some(reason), boards)) => (Outcome::Skipped(reason), notes, boards),
        // A fresh board for the next test.
        Ok((false, ..)) | Err(RecvTimeoutError::Disconnected) => {
            (Outcome::Failed(notes.clone()), notes, Vec::new())
        }
        Err(RecvTimeoutError::Timeout) => {
            let why = format!("{notes}did not end within {limit:?}");
            (Outcome::Failed(why), notes, Vec::new())
        }
    }
}
