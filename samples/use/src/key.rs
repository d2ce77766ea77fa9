// SPDX-License-Identifier: GPL-2.0

//! Presses the simulated key of a device without a key, at exact times.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;

/// The simulated key of the first device.
pub const SIMULATED_KEY: &str = "/sys/kernel/debug/morse/key";
/// For how long before an edge [`Key::play`] spins: more than it takes to wake up.
const SPIN: Duration = Duration::from_micros(150);

/// A simulated key.
pub struct Key(File);

impl Key {
    /// Opens the file that is the key, [`SIMULATED_KEY`] or that of another device.
    ///
    /// # Errors
    ///
    /// `ENOENT` if the device has a key of its own, `EACCES` if the caller is not root.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().write(true).open(path).map(Key)
    }

    /// Presses the key, or releases it.
    ///
    /// # Errors
    ///
    /// `EIO` once the device is gone.
    pub fn set(&mut self, down: bool) -> io::Result<()> {
        self.0.write_all(if down { b"1" } else { b"0" })
    }

    /// Changes the key, which is up, at `times` from now on: down, up, down, and so on. `before` is
    /// called before each edge with its number, a moment before its time.
    ///
    /// # Errors
    ///
    /// As [`Key::set`], and those of `before`.
    pub fn play(
        &mut self,
        times: &[Duration],
        mut before: impl FnMut(usize) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = Instant::now();
        for (i, time) in times.iter().enumerate() {
            if let Some(left) = time.checked_sub(start.elapsed() + SPIN) {
                thread::sleep(left);
            }
            before(i)?;
            while start.elapsed() < *time {
                std::hint::spin_loop();
            }
            self.set(i % 2 == 0)?;
        }
        Ok(())
    }
}

/// Gives this thread a real-time priority, so that while it is busy nothing runs on its processor but
/// interrupts.
///
/// # Errors
///
/// `EPERM` if the caller is not root.
pub fn take_precedence() -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: 50 };
    // SAFETY: The call reads the parameters; 0 is the caller.
    match unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &parameters) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// When the key changes to send `elements`, dots and dashes, with a space between letters and a slash
/// between words: it goes down, up, down, and so on.
///
/// # Errors
///
/// The fault of the elements.
pub fn times(unit: Duration, elements: &str) -> Result<Vec<Duration>, String> {
    let mut times = Vec::new();
    let mut now = Duration::ZERO;
    for element in elements.chars() {
        let mark = match element {
            '.' => 1,
            '-' => 3,
            // The unit after the mark before is a part of these.
            ' ' => {
                now += unit * 2;
                continue;
            }
            '/' => {
                now += unit * 6;
                continue;
            }
            other => return Err(format!("{other:?} is no element")),
        };
        times.extend([now, now + unit * mark]);
        now += unit * (mark + 1);
    }
    Ok(times)
}
