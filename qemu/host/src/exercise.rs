// SPDX-License-Identifier: GPL-2.0

//! The checker of the exercises in `samples/exercises`.
//!
//! The README of an exercise is its definition: the first example has the commands that are typed and the
//! lines that the kernel has to log, `off by N ms` is the tolerance of their times, and ``shows `TEXT` ``
//! the text that the LED has to flash.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::board::Board;
use crate::decoder::decode;
use crate::error::{Error, Result};
use crate::example::{self, Example, Line, Mismatch};
use crate::lamp::Timeline;
use crate::message::{Message, Pace};
use crate::timing::Timing;
use crate::trace::Recording;

/// Where they are.
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/exercises");
/// How long the commands may take on the host's clock. In virtual time they take a second or two.
const LIMIT: Duration = Duration::from_secs(15);
/// How far an edge of the LED may be off.
const EDGE_NS: u64 = 1_000_000;
/// Begins the lines in the kernel's log that tell which command is run.
const MARK: &str = "board:~# ";

/// An exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// From 1 on.
    pub number: usize,
    /// The directory.
    pub directory: PathBuf,
    /// The text of its README.
    pub readme: String,
    example: Example,
    tolerance: Duration,
    flashes: Option<Message>,
}

/// The result of a check.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The first difference from the expectation; `None` if there is none.
    pub mismatch: Option<Mismatch>,
    /// The lines that the module logged.
    pub log: Vec<Line>,
}

impl Exercise {
    /// All exercises, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when one cannot be read.
    pub fn all() -> Result<Vec<Exercise>> {
        let directory = Path::new(DIRECTORY);
        let entries = fs::read_dir(directory).map_err(Error::file("read", directory))?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_dir())
            .collect();
        paths.sort();
        let read = |(index, path): (usize, PathBuf)| {
            let readme = path.join("README.md");
            let text = fs::read_to_string(&readme).map_err(Error::file("read", &readme))?;
            Ok(Exercise::parse(index + 1, path, text))
        };
        paths.into_iter().enumerate().map(read).collect()
    }

    fn parse(number: usize, directory: PathBuf, readme: String) -> Exercise {
        let after = |mark: &str| readme.split_once(mark).map(|(_, rest)| rest);
        let tolerance_ms = after("off by ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let flashes =
            after("shows `").and_then(|rest| Message::parse(rest.split('`').next()?).ok());
        Exercise {
            number,
            example: Example::all(&readme).into_iter().next().unwrap_or_default(),
            tolerance: Duration::from_millis(tolerance_ms.unwrap_or(0)),
            flashes,
            directory,
            readme,
        }
    }

    /// The name of its directory.
    pub fn name(&self) -> String {
        let name = self.directory.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The name of its module.
    pub fn module(&self) -> String {
        format!("exercise{}", self.number)
    }

    /// Types the commands on a board in virtual time that has the module, and compares.
    ///
    /// After a mismatch the board may hang or be gone.
    ///
    /// # Errors
    ///
    /// As [`Recording::start`]; not for a board that a module brings down, which is a mismatch.
    pub fn check(&self, board: &mut Board) -> Result<Verdict> {
        let recording = match &self.flashes {
            Some(_) => Some(Recording::start(board)?),
            None => None,
        };
        match self.run(board) {
            Ok(log) => {
                let mut mismatch = self.example.mismatch(&log, self.tolerance);
                if let (Some(message), Some(recording)) = (&self.flashes, recording) {
                    let edges = recording.edges(board)?;
                    mismatch = flashes(message, &Timeline::new(edges)).or(mismatch);
                }
                Ok(Verdict { mismatch, log })
            }
            Err(error) => Ok(Verdict {
                mismatch: Some(self.failure(board, error)),
                log: Vec::new(),
            }),
        }
    }

    fn run(&self, board: &mut Board) -> Result<Vec<Line>> {
        let mut script = "set -e\ndmesg -c > /dev/null\n".to_owned();
        for command in &self.example.commands {
            let mark = crate::quote::word(&format!("{MARK}{command}"));
            script += &format!("echo {mark} > /dev/kmsg\n{command}\n");
        }
        // At once, as the virtual time between two commands of the host is anything.
        board.execute(&script, LIMIT)?.success("the commands")?;
        board.check_log()?;
        example::logged(board, &self.module())
    }

    /// Tells a run that came to no end, or to a bad one.
    fn failure(&self, board: &Board, error: Error) -> Mismatch {
        let log = board.log().text();
        let command = log.rsplit(MARK).next().and_then(|rest| rest.lines().next());
        let command = command.unwrap_or_default();
        let (expected, came) = match error {
            Error::Timeout { .. } => (
                format!("`{command}` to end"),
                format!("no end in {} s", LIMIT.as_secs()),
            ),
            Error::Complaints(lines) => (
                "no complaint of the kernel".to_owned(),
                lines.first().cloned().unwrap_or_default(),
            ),
            Error::Failed { output, .. } => (
                format!("`{command}` to succeed"),
                output.lines().last().unwrap_or_default().to_owned(),
            ),
            other => (
                format!("the board to survive `{command}`"),
                other
                    .to_string()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            ),
        };
        Mismatch { expected, came }
    }
}

/// Compares the LED's edges with a message at the default pace.
fn flashes(message: &Message, seen: &Timeline) -> Option<Mismatch> {
    let read = decode(seen, Pace::DEFAULT).message.to_string();
    let expected = message.to_string();
    if read != expected {
        return Some(Mismatch {
            expected: format!("`{expected}` on the LED"),
            came: format!("`{read}`"),
        });
    }
    let late_ns = Timing::compare(message, Pace::DEFAULT, seen)
        .map_or(i64::MAX, |timing| timing.worst_edge_ns());
    (late_ns.unsigned_abs() > EDGE_NS).then(|| Mismatch {
        expected: format!("each edge of the LED within {} ms", EDGE_NS / 1_000_000),
        came: format!("one that is {:.2} ms off", late_ns as f64 / 1e6),
    })
}
