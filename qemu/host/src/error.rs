// SPDX-License-Identifier: GPL-2.0

//! Errors of the board. Each message names the cause and the next step.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// The result of everything that touches the board.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the board.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is missing or names something that is not there.
    #[error("{setting}: {problem}\n`make run` and `make test` set it; to do it by hand see qemu/README.md")]
    Setting {
        /// The environment variable.
        setting: &'static str,
        /// The fault of its value.
        problem: String,
    },
    /// The kernel is of an architecture that no board exists for.
    #[error("no board for architecture `{arch}`; there is one for: {known}")]
    Architecture {
        /// The architecture asked for.
        arch: String,
        /// The architectures of the table.
        known: String,
    },
    /// A device tree was given for a machine that has none.
    #[error("the board of `{arch}` has no device tree to add to")]
    NoDeviceTree {
        /// The architecture.
        arch: &'static str,
    },
    /// A kernel module is needed that the kernel does not have.
    #[error("kernel module `{name}`: {problem}")]
    Module {
        /// The module's name.
        name: String,
        /// The fault of the module.
        problem: String,
    },
    /// A program the board needs did not start.
    #[error("cannot start {program}: {source}\nrun it through `make`, which brings its tools, or install the package that has it")]
    Program {
        /// The program.
        program: String,
        /// Why it did not start.
        source: io::Error,
    },
    /// A program of the host failed.
    #[error("{program} failed: {message}")]
    Tool {
        /// The program.
        program: String,
        /// Its standard error.
        message: String,
    },
    /// A file or a socket of the host failed.
    #[error("{doing}: {source}")]
    Io {
        /// The operation that failed.
        doing: String,
        /// Why it failed.
        source: io::Error,
    },
    /// QEMU ended before the guest had a shell, or the shell did not come in time.
    #[error("the board did not boot: {reason}{console}")]
    NoBoot {
        /// The event that came in place of the shell.
        reason: String,
        /// The last lines of the kernel's log.
        console: Console,
    },
    /// The guest kernel panicked.
    #[error("the guest kernel panicked: {message}{console}")]
    Panic {
        /// The kernel's own line.
        message: String,
        /// The last lines of the kernel's log.
        console: Console,
    },
    /// QEMU ended without a panic of the guest.
    #[error("the board went away: {reason}{console}")]
    Gone {
        /// How QEMU ended.
        reason: String,
        /// The last lines of the kernel's log.
        console: Console,
    },
    /// A command did not end in time.
    #[error("`{command}` did not end within {limit:?}{console}")]
    Timeout {
        /// The command.
        command: String,
        /// The time it was given, on the host's clock.
        limit: Duration,
        /// The command's output so far, then the last lines of the kernel's log.
        console: Console,
    },
    /// A command that had to succeed did not.
    #[error("`{command}` exited with status {status}: {output}")]
    Failed {
        /// The command.
        command: String,
        /// Its exit status.
        status: i32,
        /// Its output.
        output: String,
    },
    /// The kernel's log has lines that a sound driver does not cause.
    #[error("the kernel complains:\n{}", .0.join("\n"))]
    Complaints(Vec<String>),
    /// Memory of the kernel that no pointer leads to any more.
    #[error("the kernel has leaked memory:\n{0}")]
    Leaks(String),
    /// The kernel was made to complain, and did not do so as expected.
    #[error("the kernel should complain:\n{}\nbut its complaints are:\n{}", .expected.join("\n"), .found.join("\n"))]
    OtherComplaints {
        /// Parts of the lines that were to come.
        expected: Vec<String>,
        /// The lines that came.
        found: Vec<String>,
    },
    /// The lamp did not change as expected.
    #[error("the lamp {problem}")]
    Lamp {
        /// The change that was seen.
        problem: String,
    },
    /// QEMU answered in a way that is not understood.
    #[error("{peer}: unexpected answer: {answer}")]
    Protocol {
        /// The peer.
        peer: &'static str,
        /// Its answer.
        answer: String,
    },
}

impl Error {
    /// Turns an [`io::Error`] into an error that names the operation.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let doing = doing.into();
        move |source| Error::Io { doing, source }
    }

    /// As [`Error::io`], for a file.
    pub(crate) fn file(verb: &str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        Error::io(format!("cannot {verb} {}", path.into().display()))
    }
}

/// The last lines of a console, kept to be shown with an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Console(String);

impl Console {
    /// How many lines are worth showing: a kernel panic with its registers and call trace.
    const LINES: usize = 60;

    /// The last lines that were read.
    pub fn tail(text: &str) -> Self {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .collect();
        let first = lines.len().saturating_sub(Self::LINES);
        Console(lines[first..].join("\n"))
    }

    /// The lines, without the frame that `Display` draws.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(f, "\n(the console was silent)");
        }
        write!(f, "\nlast lines of the console:")?;
        self.0
            .lines()
            .try_for_each(|line| write!(f, "\n  | {line}"))
    }
}
