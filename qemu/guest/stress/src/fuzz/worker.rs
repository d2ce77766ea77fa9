// SPDX-License-Identifier: GPL-2.0

//! A process that makes its calls one after the other, and the counts that it shares with its parent.

use std::io;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use nix::libc;

use super::table::{choose, make, CALLS};
use super::task::Task;
use morse_guest::random::Random;

/// The most processes.
pub const PROCESSES_MAX: usize = 16;
/// More than there are kinds of calls.
const KINDS_MAX: usize = 64;

/// The counts shared by all processes.
pub struct Shared {
    /// Number of calls that each process has made.
    pub made: [AtomicU64; PROCESSES_MAX],
    /// The kind of call that each process is making.
    pub making: [AtomicU32; PROCESSES_MAX],
    /// Numbers of calls of each kind that succeeded and that failed.
    pub answers: [[AtomicU64; 2]; KINDS_MAX],
}

impl Shared {
    /// Maps it into memory that forked processes share.
    pub fn map() -> io::Result<&'static Self> {
        const { assert!(CALLS.len() <= KINDS_MAX) };
        // SAFETY: The kernel chooses the place.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                size_of::<Self>(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        match start {
            libc::MAP_FAILED => Err(io::Error::last_os_error()),
            // SAFETY: The mapping is large enough, page aligned, and never unmapped; zeros are valid atomics.
            _ => Ok(unsafe { &*start.cast::<Self>() }),
        }
    }
}

/// A process and its random numbers.
pub struct Worker {
    /// Its number, from 0.
    pub number: usize,
    /// The seed of the run.
    pub seed: u64,
    /// The shared counts.
    pub shared: &'static Shared,
}

impl Worker {
    /// Makes `calls` calls.
    pub fn run(&self, calls: u64) -> Result<(), String> {
        let mut task = Task::new().map_err(|error| error.to_string())?;
        let mut random = Random::of(self.seed, self.number as u64);
        for call in 0..calls {
            // Each call has a sequence of its own: the next call does not depend on how many numbers this
            // one takes.
            let mut numbers = Random::new(random.next_u64());
            let kind = choose(&mut numbers, true);
            self.shared.making[self.number].store(kind as u32, Relaxed);
            let answer = make(&mut task, &mut numbers, kind).map_err(|reason| {
                format!(
                    "process {}, call {call} ({}): {reason}",
                    self.number, CALLS[kind].0
                )
            })?;
            self.shared.answers[kind][usize::from(answer.is_err())].fetch_add(1, Relaxed);
            self.shared.made[self.number].fetch_add(1, Relaxed);
        }
        Ok(())
    }
}
