// SPDX-License-Identifier: GPL-2.0

//! What the boot tests share: boards that are booted once, and what every test of the driver does.
//!
//! ```no_run
//! use morse_board::{fixture::Shared, Options, Time};
//!
//! static BOARD: Shared = Shared::new(|| Options::new(Time::Virtual));
//!
//! #[test]
//! fn an_e_is_taken() {
//!     BOARD.with_driver("", |board| board.run("echo E > /dev/morse").map(drop));
//! }
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::board::Board;
use crate::config::Config;
use crate::error::Result;
use crate::options::Options;
use crate::quote;
use crate::skip::skip;

/// For commands of the guest that take long. A second of virtual time takes much less of the host;
/// this is for a host that has more to do.
pub const LONG: Duration = Duration::from_secs(300);

/// Held by the test that runs: boards beside each other would disturb each other's time.
static TURN: Mutex<()> = Mutex::new(());
/// The shared boards that were booted, for [`nothing_has_leaked`].
static BOOTED: Mutex<Vec<&'static Shared>> = Mutex::new(Vec::new());

/// A board that is booted when the first test wants it, and used by one test after the other.
pub struct Shared {
    options: fn() -> Options,
    needs_programs: bool,
    board: Mutex<Option<Board>>,
}

impl Shared {
    /// A board that nobody has wanted yet.
    pub const fn new(options: fn() -> Options) -> Self {
        Shared {
            options,
            needs_programs: false,
            board: Mutex::new(None),
        }
    }

    /// One that is of no use without the programs of the guest, see [`Config::guest`].
    #[must_use]
    pub const fn needing_programs(mut self) -> Self {
        self.needs_programs = true;
        self
    }

    /// Runs a test on it, and checks that it left no module and no complaint behind. On a machine that
    /// lacks the device tree which the board needs, the test is skipped.
    ///
    /// # Panics
    ///
    /// When the test fails. The next one then has a fresh board.
    pub fn with(&'static self, test: impl FnOnce(&mut Board) -> Result<()>) {
        if (self.options)().needs_device_tree && lacks_wires() {
            return;
        }
        let _turn = lock(&TURN);
        let mut slot = lock(&self.board);
        // Taken out, so that a panic drops it.
        let mut board = slot.take().unwrap_or_else(|| self.boot());
        let result = board
            .resume()
            .and_then(|()| test(&mut board))
            .and_then(|()| board.check_log())
            .and_then(|()| board.run("! lsmod | grep '^morse '"))
            // Until the next test it would but keep a processor of the host busy.
            .and_then(|_| board.pause());
        if let Err(error) = result {
            panic!("{error}");
        }
        *slot = Some(board);
    }

    /// As [`Shared::with`], with the driver loaded with these parameters. It is unloaded after the test,
    /// unless the test has done so.
    ///
    /// # Panics
    ///
    /// As [`Shared::with`].
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

    fn boot(&'static self) -> Board {
        let mut booted = lock(&BOOTED);
        if !booted.iter().any(|shared| std::ptr::eq(*shared, self)) {
            booted.push(self);
        }
        drop(booted);
        Config::from_env()
            .and_then(|config| {
                assert!(
                    config.guest.is_some() || !self.needs_programs,
                    "MORSE_GUEST is not set; run this through make test"
                );
                let mut options = (self.options)();
                if config.has_sanitizers() {
                    // It boots ten times as slowly.
                    options = options.boot_limit(LONG);
                }
                Board::boot(&config, options)
            })
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Whether the machine lacks a device tree, and a lamp and a key that are seen and pressed from outside.
/// The test that calls this is then said to be skipped, and returns.
///
/// # Panics
///
/// When the settings are wrong.
pub fn lacks_wires() -> bool {
    let config = Config::from_env().unwrap_or_else(|error| panic!("{error}"));
    let lacks = config.machine.gpio.is_none();
    if lacks {
        skip("this machine has no device tree, and no lamp and key outside");
    }
    lacks
}

/// Whether the kernel cannot leave softirqs to threads, as the kernel argument `threadirqs` asks. 32-bit ARM
/// reads it before it can patch its code, warns (`kernel/jump_label.c`), and does not heed it.
///
/// The test that calls this is then said to be skipped, and returns.
///
/// # Panics
///
/// When the settings are wrong.
pub fn lacks_threaded_interrupts() -> bool {
    let config = Config::from_env().unwrap_or_else(|error| panic!("{error}"));
    let lacks = config.machine.arch == "armhf";
    if lacks {
        skip("32-bit ARM does not heed threadirqs, by which softirqs are held up");
    }
    lacks
}

/// The last test of a program: no memory has leaked on the boards that its tests shared. Tests run in the
/// order of their names, so that of this one begins with `zz`.
///
/// Looking for leaks takes some seconds, so it is done once for all tests. A kernel without kmemleak
/// skips it.
///
/// # Panics
///
/// When memory has leaked.
pub fn nothing_has_leaked() {
    let _turn = lock(&TURN);
    let mut looked = false;
    for shared in lock(&BOOTED).iter() {
        // It is not there any more if a test has failed on it.
        let Some(board) = &mut *lock(&shared.board) else {
            continue;
        };
        let result = board
            .resume()
            .and_then(|()| board.has_leak_detector())
            .and_then(|has| {
                looked |= has;
                board.check_leaks()
            })
            .and_then(|()| board.pause());
        if let Err(error) = result {
            panic!("{error}");
        }
    }
    if !looked {
        skip("no board, or no kmemleak in its kernel");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that failed left nothing behind that the next one uses.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far an edge of the lamp may be from where it should be, in ns: `exact_ns` on kernels that people
/// run, and no bound to speak of on one where a wake-up alone takes some hundred us.
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

/// Runs a program of the guest that must succeed, and returns what it wrote.
///
/// # Errors
///
/// As [`Board::run`].
pub fn program(board: &mut Board, words: &[&str]) -> Result<String> {
    let command: Vec<String> = words.iter().map(|word| quote::word(word)).collect();
    long(board, &command.join(" "))
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
