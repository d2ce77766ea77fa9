// SPDX-License-Identifier: GPL-2.0

//! A process that makes its calls one after the other, and what it shares with the one that watches.

use std::io;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use nix::libc;

use super::calls::CALLS;
use super::task::Task;
use crate::system::{Answer, ERRNO_MAX};
use morse_guest::random::Random;

/// How many processes there are at most.
pub const PROCESSES_MAX: usize = 16;
/// More than there are kinds of calls.
const KINDS_MAX: usize = 64;

/// What all processes share.
pub struct Shared {
    /// How many calls each process has made.
    pub made: [AtomicU64; PROCESSES_MAX],
    /// Which kind it makes now.
    pub making: [AtomicU32; PROCESSES_MAX],
    /// How many calls of each kind did what they were asked for, and how many did not.
    pub answers: [[AtomicU64; 2]; KINDS_MAX],
}

impl Shared {
    /// Makes it, in memory that forked processes share.
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
            // SAFETY: It is large enough, page aligned, and never unmapped; zero is a valid number.
            _ => Ok(unsafe { &*start.cast::<Self>() }),
        }
    }
}

/// A worker, and what its calls are made from.
pub struct Worker {
    /// Its number, from 0.
    pub number: usize,
    /// The seed of the run.
    pub seed: u64,
    /// What it shares.
    pub shared: &'static Shared,
}

impl Worker {
    /// Makes `calls` calls.
    pub fn run(&self, calls: u64) -> Result<(), String> {
        let mut task = Task::new().map_err(|error| error.to_string())?;
        let mut random = Random::of(self.seed, self.number as u64);
        for call in 0..calls {
            // What follows does not depend on how many numbers this call takes.
            let mut numbers = Random::new(random.next());
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

/// Chooses a kind of call; a child's child has no children.
fn choose(random: &mut Random, may_fork: bool) -> usize {
    let all = CALLS.iter().map(|(_, often, _)| often).sum();
    let mut left = random.below(all);
    for (kind, (name, often, _)) in CALLS.iter().enumerate() {
        if left < *often {
            return match *name {
                "fork" if !may_fork => 0,
                _ => kind,
            };
        }
        left -= often;
    }
    0
}

fn make(task: &mut Task, random: &mut Random, kind: usize) -> Result<Answer, String> {
    let answer = CALLS[kind].2(task, random)?;
    match answer {
        Err(errno) if !(0..=ERRNO_MAX).contains(&errno) => {
            Err(format!("errno {errno} is not for user space"))
        }
        answer => Ok(answer),
    }
}

/// What a forked child does.
pub fn child(task: &mut Task, random: &mut Random, calls: u64) -> ! {
    let outcome = Task::interrupt()
        .map_err(|error| error.to_string())
        .and_then(|()| {
            (0..calls).try_for_each(|_| {
                let kind = choose(random, false);
                make(task, random, kind)
                    .map(drop)
                    .map_err(|reason| format!("{}: {reason}", CALLS[kind].0))
            })
        });
    if let Err(reason) = &outcome {
        eprintln!("in a child: {reason}");
    }
    // SAFETY: Nothing is to be cleaned up that the parent does not clean up.
    unsafe { libc::_exit(i32::from(outcome.is_err())) }
}

/// Waits for a child, which may have been killed.
pub fn wait(child: libc::pid_t, may_be_killed: bool) -> Result<(), String> {
    let mut status = 0;
    // SAFETY: There is room for the status.
    while unsafe { libc::waitpid(child, &mut status, 0) } < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(format!("waiting for a child: {error}"));
        }
    }
    let killed = libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGKILL;
    match status {
        0 => Ok(()),
        _ if killed && may_be_killed => Ok(()),
        _ => Err(format!("a child ended with status {status:#x}")),
    }
}
