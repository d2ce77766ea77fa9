// SPDX-License-Identifier: GPL-2.0

//! The table of all calls, and the random choice from it.

use std::time::Duration;

use nix::libc;

use super::task::{self, Task};
use super::{calls, vfs};
use crate::system::{answer, Answer, ERRNO_MAX};
use morse_guest::random::Random;

/// Makes a call; returns the kernel's answer, or an error if that answer is wrong.
pub type Call = fn(&mut Task, &mut Random) -> Result<Answer, String>;

/// All calls, each with its frequency in a thousand.
pub const CALLS: &[(&str, u64, Call)] = &[
    ("open", 50, calls::open),
    ("close", 40, calls::close),
    ("read", 90, calls::read),
    ("write", 110, calls::write),
    ("readv", 20, vfs::readv),
    ("writev", 20, vfs::writev),
    ("ioctl of the device", 90, calls::ioctl),
    ("ioctl, any request", 30, vfs::ioctl),
    ("poll", 40, vfs::poll),
    ("epoll", 25, vfs::epoll),
    ("fsync", 20, calls::fsync),
    ("mmap", 10, vfs::mmap),
    ("seek, pread, pwrite", 25, vfs::seek),
    ("pipe", 8, vfs::pipe),
    ("splice, tee, sendfile", 25, vfs::splice),
    ("dup", 20, vfs::dup),
    ("fcntl", 30, vfs::fcntl),
    ("calls for other files", 20, vfs::misplaced),
    ("fork", 2, fork),
    ("read a setting", 45, calls::read_setting),
    ("write a setting", 60, calls::write_setting),
    ("open a setting", 10, calls::open_setting),
    ("key", 170, calls::key),
    ("key garbage", 10, calls::key_garbage),
    ("key elements", 10, calls::key_elements),
    ("proc", 3, vfs::proc),
    ("nap", 40, calls::nap),
];

/// Chooses a kind of call. Forked children do not fork.
pub fn choose(random: &mut Random, may_fork: bool) -> usize {
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

/// Makes a call of kind `kind`. An errno that is internal to the kernel is an error.
pub fn make(task: &mut Task, random: &mut Random, kind: usize) -> Result<Answer, String> {
    let answer = CALLS[kind].2(task, random)?;
    match answer {
        Err(errno) if !(0..=ERRNO_MAX).contains(&errno) => {
            Err(format!("errno {errno} is not for user space"))
        }
        answer => Ok(answer),
    }
}

/// Makes `calls` calls in a forked child, and exits.
fn child(task: &mut Task, random: &mut Random, calls: u64) -> ! {
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
    // SAFETY: Leaves all cleanup to the parent.
    unsafe { libc::_exit(i32::from(outcome.is_err())) }
}

/// Forks a child, which makes some calls on the same files, and sometimes kills it.
fn fork(task: &mut Task, random: &mut Random) -> Result<Answer, String> {
    const CALLS_MAX: u64 = 40;

    let calls = random.below(CALLS_MAX);
    let killed_after = random
        .one_in(2)
        .then(|| Duration::from_micros(random.below(4000)));
    // SAFETY: This process has one thread.
    let pid = unsafe { libc::fork() };
    match pid {
        0 => child(task, random, calls),
        1.. => {
            if let Some(time) = killed_after {
                std::thread::sleep(time);
                // SAFETY: The child was not waited for, so that the number is its own.
                unsafe { libc::kill(pid, libc::SIGKILL) };
            }
            task::wait(pid, killed_after.is_some()).map(|()| Ok(0))
        }
        _ => Ok(answer(pid)),
    }
}
