// SPDX-License-Identifier: GPL-2.0

//! The command line. An environment variable that is empty counts as not set: make exports its
//! settings even if they are empty.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;

use clap::Parser;
use morse_board::message::{Message, Unsendable};
use morse_board::Time;

/// The message when none is given and there is no terminal for a shell.
const DEFAULT_MESSAGE: &str = "SOS";

/// Boots the morse driver on a QEMU board.
///
/// With a message, or without a terminal: sends the message (default SOS) with `echo MESSAGE >
/// /dev/morse`, prints the lamp's text, and succeeds only if it is the message and in time.
/// Otherwise: gives you the board's shell, and shows the lamp below it.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    /// The message to send
    #[arg(env = "MSG")]
    message: Option<String>,

    /// Draw the lamp against the ideal grid into this file, as SVG
    #[arg(long, value_name = "FILE", env = "DIAGRAM")]
    // No path, as that may not be empty.
    diagram: Option<OsString>,

    /// Draw the handlers and the lamp of the last moments into this file, as SVG
    #[arg(long, value_name = "FILE", env = "TIMELINE")]
    timeline: Option<OsString>,

    /// Run in virtual time, which is exact: an instruction takes 1 ns, and idle time is skipped
    #[arg(long = "virtual")]
    virtual_time: bool,

    /// `none` leaves the terminal plain: the LED alone, and no mouse
    #[arg(long, value_name = "KEY", env = "KEY", hide_env_values = true)]
    key: Option<String>,

    /// Bring modules that were built anew into the board of this checkout that runs already
    #[arg(long)]
    reload: bool,

    /// Let gdb attach to the kernel
    #[arg(long, value_name = "1", env = "GDB", hide_env_values = true)]
    gdb: Option<OsString>,

    /// Check the exercise with this number
    #[arg(long, value_name = "N")]
    exercise: Option<String>,

    /// The clock to run by, `real` or `virtual`
    #[arg(
        long,
        value_name = "CLOCK",
        env = "TIME",
        conflicts_with = "virtual_time",
        hide = true
    )]
    time: Option<String>,
}

/// The task once the board has booted.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Send this message.
    Send(String),
    /// Give the user the shell.
    Shell,
}

impl Arguments {
    /// Returns the task.
    ///
    /// # Errors
    ///
    /// [`Unsendable`] when the message has a character without a Morse code.
    pub fn task(&self) -> Result<Task, Unsendable> {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        let text = match self.message.as_deref() {
            Some(text) if !text.trim().is_empty() => text,
            _ if terminal && !self.virtual_time && self.diagram().is_none() => {
                return Ok(Task::Shell)
            }
            _ => DEFAULT_MESSAGE,
        };
        Message::parse(text)?;
        Ok(Task::Send(text.to_owned()))
    }

    /// Whether to reload modules in another board, and nothing else.
    pub fn reload(&self) -> bool {
        self.reload
    }

    /// Whether gdb can attach.
    pub fn gdb(&self) -> bool {
        self.gdb.as_ref().is_some_and(|gdb| !gdb.is_empty())
    }

    /// The number of the exercise to check, and nothing else.
    pub fn exercise(&self) -> Option<&str> {
        self.exercise.as_deref()
    }

    /// Whether the panel has a key to be pressed.
    ///
    /// # Errors
    ///
    /// When the setting is not known.
    pub fn hands_on(&self) -> Result<bool, String> {
        match self.key.as_deref() {
            None | Some("") => Ok(true),
            Some("none") => Ok(false),
            Some(other) => Err(format!("KEY is `none` or not set, not `{other}`")),
        }
    }

    /// Where to draw the lamp.
    pub fn diagram(&self) -> Option<&Path> {
        path(self.diagram.as_ref())
    }

    /// Where to draw the handlers.
    pub fn timeline(&self) -> Option<&Path> {
        path(self.timeline.as_ref())
    }

    /// The clock.
    ///
    /// # Errors
    ///
    /// When it is neither of the two.
    pub fn time(&self) -> Result<Time, String> {
        match self.time.as_deref() {
            _ if self.virtual_time => Ok(Time::Virtual),
            None | Some("" | "real") => Ok(Time::Real),
            Some("virtual") => Ok(Time::Virtual),
            Some(other) => Err(format!("TIME is `real` or `virtual`, not `{other}`")),
        }
    }
}

fn path(setting: Option<&OsString>) -> Option<&Path> {
    setting.filter(|path| !path.is_empty()).map(Path::new)
}
