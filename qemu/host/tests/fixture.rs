// SPDX-License-Identifier: GPL-2.0

//! Shared parts of the tests on boards.

use std::fs;
use std::time::Duration;

use morse_board::driver::MECHANISMS;
use morse_board::{modules, quote, Board, Result};

use crate::boards::VIRTUAL;
use crate::runner::test::Kind;
use crate::runner::{context, process, top};

pub use crate::runner::context::{config, skip};

/// Time limit for long commands of the guest, generous for a busy host: a second of virtual time takes much
/// less of the host's.
pub const LONG: Duration = Duration::from_secs(300);

impl Kind {
    /// Runs a test on a board of this kind, and checks that it left no module and no complaint behind. On a
    /// machine that lacks the device tree which the board needs, the test is skipped.
    ///
    /// # Panics
    ///
    /// When the test fails. The next one then has a fresh board.
    pub fn with(&'static self, test: impl FnOnce(&mut Board) -> Result<()>) {
        if self.options().needs_device_tree() && lacks_wires() {
            return;
        }
        // Take the board out of the context, so that a panic drops it.
        let board = context::with(|context| context.boards.pop());
        let mut board = board.unwrap_or_else(|| self.boot());
        let result = board
            .resume()
            .and_then(|()| test(&mut board))
            .and_then(|()| board.check_log())
            .and_then(|()| board.run("! lsmod | grep '^morse '"))
            // A running guest would keep a processor of the host busy until the next test.
            .and_then(|_| board.pause());
        if let Err(error) = result {
            panic!("{error}");
        }
        context::with(|context| context.boards.push(board));
    }

    /// As [`Kind::with`], with the driver loaded with these parameters. It is unloaded after the test,
    /// unless the test has done so.
    ///
    /// # Panics
    ///
    /// As [`Kind::with`].
    pub fn with_driver(
        &'static self,
        parameters: &str,
        test: impl FnOnce(&mut Board) -> Result<()>,
    ) {
        self.with(|board| {
            board.run(&format!("insmod morse.ko {parameters}"))?;
            test(board)?;
            board
                .run("! lsmod | grep -q '^morse ' || rmmod morse")
                .map(drop)
        });
    }

    /// As [`Kind::with_driver`], without parameters.
    ///
    /// # Panics
    ///
    /// As [`Kind::with`].
    pub fn loaded(&'static self, test: impl FnOnce(&mut Board) -> Result<()>) {
        self.with_driver("", test);
    }

    /// As [`Kind::with_driver`], for each mechanism of the bottom half.
    ///
    /// # Panics
    ///
    /// As [`Kind::with`].
    pub fn with_each(&'static self, mut test: impl FnMut(&mut Board) -> Result<()>) {
        for mechanism in MECHANISMS {
            note!("softirq={mechanism}:");
            self.with_driver(&format!("softirq={mechanism}"), &mut test);
        }
    }

    /// Runs a test on a board of its own, and checks that it left nothing behind, leaks included.
    ///
    /// # Panics
    ///
    /// As [`Kind::with`].
    pub fn fresh(&self, test: impl FnOnce(&mut Board) -> Result<()>) {
        let mut board = self.boot();
        let result = test(&mut board)
            .and_then(|()| board.run("! lsmod | grep -q '^morse ' || rmmod morse"))
            .and_then(|_| board.check_leaks())
            .and_then(|()| board.check_log());
        if let Err(error) = result {
            panic!("{error}");
        }
    }

    fn boot(&self) -> Board {
        let config = config();
        let mut options = self.options();
        if config.has_sanitizers() {
            // The sanitizer kernel boots ten times as slowly.
            options = options.boot_limit(LONG);
        }
        Board::boot(&config, options).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Boots a board in virtual time that has programs of Debian beside busybox's: `python`, `udev`, an option of
/// `scripts/guest`.
///
/// # Errors
///
/// As [`Board::boot`] and [`Board::run`].
///
/// # Panics
///
/// When the programs cannot be fetched.
pub fn boot_with_programs(name: &str) -> Result<Board> {
    let config = config();
    let option = format!("--{name}");
    let (status, output) =
        process::run(top(), &["scripts/guest", &option, config.machine.arch], &[]);
    assert!(status.success(), "{output}");
    let path = output.lines().last().unwrap_or_default();
    let archive = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let options = VIRTUAL
        .options()
        .memory_mib(768)
        .file("root/programs.tar", archive);
    let mut board = Board::boot(&config, options)?;
    long(&mut board, "tar -xf programs.tar -C / && rm programs.tar")?;
    Ok(board)
}

/// Checks that no memory has leaked on the boards of a kind, which all its tests have shared: looking for leaks
/// takes some seconds. Boards on which a test has failed are gone.
///
/// # Panics
///
/// When memory has leaked.
pub fn no_leaks() {
    let mut looked = false;
    for mut board in context::with(|context| std::mem::take(&mut context.boards)) {
        let result = board
            .resume()
            .and_then(|()| board.has_leak_detector())
            .and_then(|has| {
                looked |= has;
                board.check_leaks()
            });
        if let Err(error) = result {
            panic!("{error}");
        }
    }
    if !looked {
        skip("no board, or no kmemleak in its kernel");
    }
}

/// Whether the machine lacks a device tree, and a lamp and a key that are seen and pressed from outside.
/// Counts the calling test as skipped if so; the test must return then.
pub fn lacks_wires() -> bool {
    let lacks = config().machine.gpio.is_none();
    if lacks {
        skip("this machine has no device tree, and no lamp and key outside");
    }
    lacks
}

/// Whether the kernel is one of Debian's with `PREEMPT_RT`, where softirqs run in threads.
pub fn has_rt() -> bool {
    config().release.contains("-rt-")
}

/// Whether the kernel lacks one of these modules. Counts the calling test as skipped if so; the test must return
/// then.
pub fn lacks_modules(names: &[&str]) -> bool {
    let config = config();
    let lacks = config
        .modules
        .is_none_or(|dir| modules::with_dependencies(&dir, &config.release, names).is_err());
    if lacks {
        skip(&format!("this kernel lacks {}", names.join(" or ")));
    }
    lacks
}

/// Whether the kernel cannot leave softirqs to threads, as the kernel argument `threadirqs` asks. 32-bit ARM
/// reads it before it can patch its code, warns (`kernel/jump_label.c`), and does not heed it.
///
/// Counts the calling test as skipped if so; the test must return then.
pub fn lacks_threaded_interrupts() -> bool {
    let lacks = config().machine.arch == "armhf";
    if lacks {
        skip("32-bit ARM does not heed threadirqs, by which softirqs are held up");
    }
    lacks
}

/// Returns the bound for the error of an edge of the lamp, in ns: `exact_ns`, or 5 ms on the sanitizer
/// kernel, where a wake-up alone takes some hundred us.
///
/// On a PC, whose clocks are not all of one beat, the tick now and then falls between wake-up and edge, and
/// takes 15 us.
pub fn bound_ns(board: &Board, exact_ns: u64) -> u64 {
    const SANITIZER_NS: u64 = 5_000_000;
    const PC_NS: u64 = 25_000;
    match (board.has_sanitizers(), board.machine().arch) {
        (true, _) => SANITIZER_NS,
        (_, "amd64") => exact_ns.max(PC_NS),
        _ => exact_ns,
    }
}

/// Runs a program of the guest that must succeed, and returns its output.
///
/// # Errors
///
/// As [`Board::run`].
pub fn program(board: &mut Board, words: &[&str]) -> Result<String> {
    let command: Vec<String> = words.iter().map(|word| quote::word(word)).collect();
    long(board, &command.join(" "))
}

/// Runs a command that must succeed within `limit`, and notes and returns its output.
///
/// # Errors
///
/// As [`Board::run`].
pub fn run_noted(board: &mut Board, command: &str, limit: Duration) -> Result<String> {
    let said = board.execute(command, limit)?.success(command)?;
    note!("{said}");
    Ok(said)
}

/// As [`Board::run`], for a command that may take [`LONG`].
///
/// # Errors
///
/// As [`Board::run`].
pub fn long(board: &mut Board, command: &str) -> Result<String> {
    board.execute(command, LONG)?.success(command)
}

/// The last line of the kernel's log that contains `part`, and its time in seconds.
///
/// # Errors
///
/// As [`Board::run`].
///
/// # Panics
///
/// When there is no such line.
pub fn logged(board: &mut Board, part: &str) -> Result<(f64, String)> {
    let part = quote::word(part);
    let line = board.run(&format!("dmesg | grep -F {part} | tail -n 1"))?;
    let (time, rest) = line
        .trim_start_matches(['[', ' '])
        .split_once("] ")
        .unwrap_or_else(|| panic!("no line with {part} in the log"));
    Ok((time.parse().expect("seconds"), rest.trim_end().to_owned()))
}
