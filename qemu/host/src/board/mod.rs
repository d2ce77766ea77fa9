// SPDX-License-Identifier: GPL-2.0

//! The board: a booted guest with a lamp, a key, a shell and a log.

mod boot;
mod kernel_log;

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::emulator::Emulator;
use crate::error::{Console, Error, Result};
use crate::link::{Link, Ports};
use crate::log::Log;
use crate::machine::Machine;
use crate::monitor::Monitor;
use crate::options::Time;
use crate::qtest::{Lamp, Qtest};
use crate::shell::{Failure, Output, Shell};

/// Time limit of [`Board::run`].
pub const COMMAND_LIMIT: Duration = Duration::from_secs(60);
/// How long QEMU has to end once its sockets are closed or the guest was told to power off.
const END_LIMIT: Duration = Duration::from_secs(10);

/// A booted board. Dropping it kills QEMU, even in the middle of a command.
///
/// ```no_run
/// use morse_board::{Board, Config, Options, Time};
/// use std::time::Duration;
///
/// # fn main() -> morse_board::Result<()> {
/// let mut board = Board::boot(&Config::from_env()?, Options::new(Time::Real))?;
/// board.run("insmod morse.ko")?;
/// board.run("echo E > /dev/morse")?;
/// let edges = board.lamp().wait_message(0, Duration::from_secs(1), Duration::from_secs(10))?;
/// assert_eq!(edges.len(), 2);
/// # Ok(())
/// # }
/// ```
pub struct Board {
    // Dropped first, so that the threads of the other fields see their sockets end.
    emulator: Emulator,
    log: Log,
    log_port: UnixStream,
    shell: Shell,
    qtest: Qtest,
    monitor: Monitor,
    gpio: Option<(String, u32)>,
    boot_time: Duration,
    machine: &'static Machine,
    time: Time,
    sanitizers: bool,
    ports: Option<Ports>,
    log_marks: u32,
    log_checked: usize,
}

impl Board {
    /// Returns the clock that it runs by.
    pub fn time(&self) -> Time {
        self.time
    }

    /// Whether its kernel is the sanitizer kernel of `scripts/kernel`, which is slow.
    pub fn has_sanitizers(&self) -> bool {
        self.sanitizers
    }

    /// The kind of machine.
    pub fn machine(&self) -> &'static Machine {
        self.machine
    }

    /// Returns the time from the call of [`Board::boot`] to the shell, on the host's clock.
    pub fn boot_time(&self) -> Duration {
        self.boot_time
    }

    /// Runs a command that must succeed within [`COMMAND_LIMIT`], and returns its output.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] when its exit status is not 0, and as [`Board::execute`].
    pub fn run(&mut self, command: &str) -> Result<String> {
        self.execute(command, COMMAND_LIMIT)?.success(command)
    }

    /// Runs a command in a shell of its own, without standard input. All edges that the lamp made
    /// meanwhile are recorded when it returns.
    ///
    /// `limit` is on the host's clock in either mode. A command that runs out of it is interrupted
    /// (`SIGINT`), so that the board can be used further. A command put into the background with
    /// its output redirected goes on.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`], [`Error::Panic`], [`Error::Gone`], each with the last lines of the
    /// console.
    pub fn execute(&mut self, command: &str, limit: Duration) -> Result<Output> {
        match self.shell.run(command, limit) {
            // The lamp has a socket of its own, which may be behind the shell's.
            Ok(output) => match self.qtest.catch_up() {
                Ok(()) => Ok(output),
                Err(_) if self.log.wait_for_end(END_LIMIT) => Err(self.end()),
                Err(error) => Err(error),
            },
            Err(Failure::Closed) => Err(self.end()),
            Err(Failure::Timeout(_)) if self.log.panic_message().is_some() => Err(self.end()),
            Err(Failure::Timeout(text)) => Err(Error::Timeout {
                command: command.to_owned(),
                limit,
                console: Console::tail(&format!("{text}\n{}", self.log.text())),
            }),
        }
    }

    /// Opens the link of a board that was booted with [`Options::link`]; nothing if it was not, or if the
    /// link is open already.
    ///
    /// # Errors
    ///
    /// As [`Board::run`].
    pub fn link(&mut self) -> Result<Option<Link>> {
        let ports = self.ports.take();
        ports
            .map(|ports| Link::open(ports, |command| self.run(command)))
            .transpose()
    }

    /// Returns the kernel's log, as it grows.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The lamp, watched from outside.
    pub fn lamp(&self) -> &Lamp {
        self.qtest.lamp()
    }

    /// Writes a word to a register of the machine, behind the guest's back.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when QEMU is gone.
    pub fn poke(&mut self, address: u64, value: u32) -> Result<()> {
        self.qtest.write(address, value)
    }

    /// Presses (`true`) or releases the key, from outside.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when the machine has no key, [`Error::Io`] when QEMU is gone.
    pub fn key(&mut self, pressed: bool) -> Result<()> {
        let Some((device, line)) = &self.gpio else {
            return Err(Error::Protocol {
                peer: "board",
                answer: "this machine has no key".into(),
            });
        };
        self.qtest.set_input(device, *line, pressed)
    }

    /// QEMU's monitor.
    pub fn monitor(&mut self) -> &mut Monitor {
        &mut self.monitor
    }

    /// Stops the guest and its clock, until [`Board::resume`].
    ///
    /// In virtual time an idle guest skips from timer to timer, which keeps a processor of the host busy.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when QEMU is gone.
    pub fn pause(&mut self) -> Result<()> {
        self.monitor.pause()
    }

    /// Lets the guest continue, as if no time had passed.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when QEMU is gone.
    pub fn resume(&mut self) -> Result<()> {
        self.monitor.resume()
    }

    /// QEMU's process id.
    pub fn pid(&self) -> u32 {
        self.emulator.pid()
    }

    /// Hands the shell's terminal to a person.
    ///
    /// # Errors
    ///
    /// As [`Board::execute`].
    pub fn login(&mut self, rows: u16, columns: u16) -> Result<Terminal> {
        let Ok(end) = self.shell.login(rows, columns) else {
            return Err(self.end());
        };
        let port = self
            .shell
            .port()
            .map_err(Error::io("cannot share a socket"))?;
        let resizes = self
            .log_port
            .try_clone()
            .map_err(Error::io("cannot share a socket"))?;
        Ok(Terminal { port, end, resizes })
    }

    /// Powers the guest off and returns how QEMU ended.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] when it does not end.
    pub fn power_off(mut self) -> Result<String> {
        // The command does not return.
        let _ = self.shell.run("poweroff -f", END_LIMIT);
        if self.log.wait_for_end(END_LIMIT) {
            return Ok(self.emulator.wait());
        }
        Err(Error::Timeout {
            command: "poweroff".into(),
            limit: END_LIMIT,
            console: self.log.tail(),
        })
    }

    /// Returns the error that describes the board's end.
    fn end(&mut self) -> Error {
        let ended = self.log.wait_for_end(END_LIMIT);
        match self.log.panic_message() {
            Some(message) => Error::Panic {
                message,
                console: self.log.tail(),
            },
            None if ended => Error::Gone {
                reason: self.emulator.wait(),
                console: self.log.tail(),
            },
            None => Error::Gone {
                reason: "its shell went away".into(),
                console: self.log.tail(),
            },
        }
    }
}

/// The guest's terminal while a person uses it.
#[derive(Debug)]
pub struct Terminal {
    /// The terminal's bytes, both ways. It ends when the board does.
    pub port: UnixStream,
    /// The bytes that come when the person has left the shell.
    pub end: Vec<u8>,
    resizes: UnixStream,
}

impl Terminal {
    /// Tells the guest a new size.
    ///
    /// # Errors
    ///
    /// When the board is gone.
    pub fn resize(&mut self, rows: u16, columns: u16) -> io::Result<()> {
        self.resizes
            .write_all(format!("{rows} {columns}\n").as_bytes())
    }
}
