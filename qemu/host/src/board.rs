// SPDX-License-Identifier: GPL-2.0

//! The board: a booted guest with a lamp, a key, a shell and a log.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::complaints;
use crate::config::Config;
use crate::device_tree;
use crate::emulator::{CommandLine, Emulator};
use crate::error::{Console, Error, Result};
use crate::image;
use crate::link::{Link, Ports};
use crate::log::Log;
use crate::machine::Machine;
use crate::modules;
use crate::monitor::Monitor;
use crate::options::{Options, Time, LEDS};
use crate::qtest::{Lamp, Qtest};
use crate::shell::{Failure, Output, Shell};

/// Time limit of [`Board::run`].
pub const COMMAND_LIMIT: Duration = Duration::from_secs(60);
/// How long QEMU has to end once its sockets are closed or the guest was told to power off.
const END_LIMIT: Duration = Duration::from_secs(10);

/// The host's accelerator.
const KVM: &str = "/dev/kvm";
/// How long a boot may take with KVM, which takes a second.
const KVM_BOOT_LIMIT: Duration = Duration::from_secs(20);
/// Set when KVM has failed to run this kernel, as it does within some virtual machines; later boots then do
/// without it.
static KVM_FAILED: AtomicBool = AtomicBool::new(false);

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
    /// Boots a board and waits for its shell.
    ///
    /// # Errors
    ///
    /// [`Error::NoBoot`] or [`Error::Panic`] with the last lines of the console, [`Error::Program`]
    /// when QEMU or dtc is missing, [`Error::NoDeviceTree`], and those of making the guest image.
    pub fn boot(config: &Config, options: Options) -> Result<Board> {
        if options.needs_device_tree && config.machine.gpio.is_none() {
            return Err(Error::NoDeviceTree {
                arch: config.machine.arch,
            });
        }
        let try_kvm = config.machine.kvm && options.time == Time::Real && Path::new(KVM).exists();
        if try_kvm && !KVM_FAILED.load(Relaxed) {
            let limit = options.boot_limit.min(KVM_BOOT_LIMIT);
            match Self::boot_with("kvm", config, options.clone().boot_limit(limit)) {
                Err(Error::NoBoot { .. }) => KVM_FAILED.store(true, Relaxed),
                result => return result,
            }
        }
        Self::boot_with("tcg", config, options)
    }

    fn boot_with(accelerator: &str, config: &Config, options: Options) -> Result<Board> {
        let start = Instant::now();
        let machine = config.machine;
        let has = |name: &str| {
            let dir = config.modules.as_deref();
            name != LEDS || dir.is_some_and(|dir| modules::is_there(dir, name))
        };
        let stock: Vec<&str> = options
            .stock_modules
            .iter()
            .map(String::as_str)
            .filter(|name| has(name))
            .collect();
        let image = image::build(config, &stock, &options.files)?;

        let mut line = CommandLine::new(machine.qemu);
        line.args(["-machine", machine.machine]);
        let hardware = options.hardware(machine);
        if let Some(gpio) = &machine.gpio {
            let addition = format!("{}{}", gpio.device_tree, options.device_tree);
            // Two serial ports that lead nowhere, for the tree of a machine that has two.
            let mut dumped = hardware.clone();
            dumped.extend(["-serial", "null", "-serial", "null"].map(String::from));
            line.content(
                "-dtb",
                &device_tree::build(machine.qemu, machine.machine, &dumped, &addition)?,
            )?;
        }
        line.args(hardware);
        line.args(["-accel", accelerator]);
        line.args(options.clock());
        let kernel = config.vmlinuz.to_string_lossy();
        line.args([
            "-no-reboot",
            "-S",
            "-kernel",
            &kernel,
            "-append",
            &options.kernel_command_line(machine),
        ]);
        line.content("-initrd", &image)?;
        let log_port = line.socket("log")?;
        let shell_port = line.socket("shell")?;
        let monitor_port = line.socket("monitor")?;
        let qtest_port = line.socket("qtest")?;
        line.args(["-serial", "chardev:log", "-serial", "chardev:shell"]);
        line.args(["-mon", "chardev=monitor,mode=control"]);
        line.args(["-object", "qtest,id=qtest0,chardev=qtest"]);

        let ports = match options.link {
            true => Some(Ports::add(&mut line)?),
            false => None,
        };

        let mut emulator = line.start()?;
        let log = Log::read(
            log_port
                .try_clone()
                .map_err(Error::io("cannot share a socket"))?,
        )?;
        let mut shell = Shell::new(shell_port);
        let lamp_line = machine.gpio.as_ref().map_or(0, |gpio| gpio.lamp);
        let mut qtest = Qtest::new(qtest_port, lamp_line)?;
        let mut monitor = match Monitor::new(monitor_port) {
            Ok(monitor) => monitor,
            Err(Error::Io { .. }) => {
                return Err(Error::NoBoot {
                    reason: emulator.wait(),
                    console: Console::default(),
                })
            }
            Err(error) => return Err(error),
        };
        let gpio = match &machine.gpio {
            Some(gpio) => Some((monitor.find_device(gpio.qom_type)?, gpio.key)),
            None => None,
        };
        if let Some((device, _)) = &gpio {
            qtest.intercept_outputs(device)?;
        }
        // The machine starts only now, so that no edge is missed.
        monitor.resume()?;

        if let Err(failure) = shell.wait_ready(options.boot_limit) {
            return Err(no_boot(&mut emulator, &log, failure, options.boot_limit));
        }
        let boot_time = start.elapsed();
        let mut board = Board {
            emulator,
            log,
            log_port,
            shell,
            qtest,
            monitor,
            gpio,
            boot_time,
            machine,
            time: options.time,
            sanitizers: config.has_sanitizers(),
            ports,
            log_marks: 0,
            log_checked: 0,
        };
        if machine.gpio.is_none() {
            board.run(image::SIMULATED_GPIO)?;
        }
        Ok(board)
    }

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

    /// The kernel's log as it came out of the serial port, whole up to this moment.
    ///
    /// # Errors
    ///
    /// As [`Board::execute`].
    pub fn kernel_log(&mut self) -> Result<String> {
        // A kernel thread may print the log later: wait for a line of our own.
        self.log_marks += 1;
        let mark = format!("morse-board: end of log {}", self.log_marks);
        self.run(&format!("echo '{mark}' > /dev/kmsg"))?;
        if !self.log.wait_for(&mark, COMMAND_LIMIT) {
            return Err(Error::Timeout {
                command: "kernel log".into(),
                limit: COMMAND_LIMIT,
                console: self.log.tail(),
            });
        }
        Ok(self
            .log
            .text()
            .lines()
            .filter(|line| !line.contains("morse-board: end of log"))
            .fold(String::new(), |text, line| text + line + "\n"))
    }

    /// Checks that the kernel had nothing to complain of since the last such check, see
    /// [`crate::complaints`].
    ///
    /// # Errors
    ///
    /// [`Error::Complaints`] with the lines, and as [`Board::execute`].
    pub fn check_log(&mut self) -> Result<()> {
        self.check_log_but_for(&[])
    }

    /// As [`Board::check_log`], but ignores reports whose line has one of `parts`, for defects of the
    /// kernel itself.
    ///
    /// # Errors
    ///
    /// As [`Board::check_log`].
    pub fn check_log_but_for(&mut self, parts: &[&str]) -> Result<()> {
        let complaints = complaints::without(self.complaints()?, parts);
        match complaints.is_empty() {
            true => Ok(()),
            false => Err(Error::Complaints(complaints)),
        }
    }

    /// Checks that the kernel has made exactly these complaints since the last check, in this order; each
    /// is given by a part of its line.
    ///
    /// # Errors
    ///
    /// [`Error::OtherComplaints`] when it complained of something else, or not at all, and as
    /// [`Board::execute`].
    pub fn expect_complaints(&mut self, expected: &[&str]) -> Result<()> {
        let found = self.complaints()?;
        match complaints::are(&found, expected) {
            true => Ok(()),
            false => Err(Error::OtherComplaints {
                expected: expected.iter().map(|part| (*part).to_owned()).collect(),
                found,
            }),
        }
    }

    /// The kernel's complaints since the last call.
    fn complaints(&mut self) -> Result<Vec<String>> {
        let log = self.kernel_log()?;
        let complaints = complaints::find(log.get(self.log_checked..).unwrap_or_default());
        self.log_checked = log.len();
        Ok(complaints)
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

/// Returns the error for a shell that did not come.
fn no_boot(emulator: &mut Emulator, log: &Log, failure: Failure, limit: Duration) -> Error {
    let reason = match failure {
        Failure::Timeout(_) => format!("no shell within {limit:?}"),
        Failure::Closed => {
            log.wait_for_end(END_LIMIT);
            emulator.wait()
        }
    };
    let console = log.tail();
    match log.panic_message() {
        Some(message) => Error::Panic { message, console },
        None => Error::NoBoot { reason, console },
    }
}
