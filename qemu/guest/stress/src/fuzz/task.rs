// SPDX-License-Identifier: GPL-2.0

//! A process that makes calls: its files, and its memory.

use std::io;

use nix::libc;
use nix::sys::signal::{sigaction, SaFlags, SigAction, SigHandler, SigSet, Signal};

use super::words;
use crate::system::{Memory, Piece};
use morse_guest::random::Random;

/// How many files a task has at most.
const SLOTS: usize = 16;
/// Period of the interrupting timer, in microseconds. No call blocks for good.
const INTERRUPT_US: libc::suseconds_t = 5000;

/// The kind of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// None.
    Closed,
    /// `/dev/morse`
    Device,
    /// A file of the device in sysfs.
    Setting,
    /// The simulated key.
    Key,
    /// An end of a pipe.
    Pipe,
    /// An epoll instance.
    Epoll,
}

/// A place for a file.
#[derive(Clone, Copy)]
pub struct Slot {
    /// Its descriptor, -1 if it is closed.
    pub fd: i32,
    /// Its kind.
    pub kind: Kind,
}

/// See the [module documentation](self).
pub struct Task {
    slots: [Slot; SLOTS],
    /// The memory for the calls' arguments.
    pub memory: Memory,
}

impl Task {
    /// Makes a task without files, and starts its interrupting timer.
    pub fn new() -> io::Result<Self> {
        Self::interrupt()?;
        Ok(Task {
            slots: [Slot {
                fd: -1,
                kind: Kind::Closed,
            }; SLOTS],
            memory: Memory::map()?,
        })
    }

    /// Returns some slot, mostly one of the device.
    pub fn file(&self, random: &mut Random) -> Slot {
        match random.below(8) {
            0 => self.slots[random.below(SLOTS as u64) as usize],
            _ => self.of(random, Kind::Device),
        }
    }

    /// Returns a slot of that kind, or a closed one.
    pub fn of(&self, random: &mut Random, kind: Kind) -> Slot {
        let first = random.below(SLOTS as u64) as usize;
        (0..SLOTS)
            .map(|i| self.slots[(first + i) % SLOTS])
            .find(|slot| slot.kind == kind)
            .unwrap_or(Slot {
                fd: -1,
                kind: Kind::Closed,
            })
    }

    /// Keeps an opened file in a random slot, and closes the file that was there.
    pub fn keep(&mut self, random: &mut Random, fd: i32, kind: Kind) {
        let slot = random.below(SLOTS as u64) as usize;
        self.close(slot);
        self.slots[slot] = Slot { fd, kind };
    }

    /// Closes a random slot, and returns the result of close(2).
    pub fn close_some(&mut self, random: &mut Random) -> i32 {
        self.close(random.below(SLOTS as u64) as usize)
    }

    /// Records the new kind of `fd` after a dup2(2).
    pub fn replaced(&mut self, fd: i32, kind: Kind) {
        for slot in self.slots.iter_mut().filter(|slot| slot.fd == fd) {
            slot.kind = kind;
        }
    }

    /// Makes signals interrupt calls instead of ending this process or its children.
    pub fn survive_signals() -> io::Result<()> {
        // Without SA_RESTART: calls return.
        let action = SigAction::new(
            SigHandler::Handler(nothing),
            SaFlags::empty(),
            SigSet::empty(),
        );
        for signal in [
            Signal::SIGALRM,
            Signal::SIGUSR1,
            Signal::SIGIO,
            Signal::SIGPIPE,
        ] {
            // SAFETY: The handler does nothing, so it is safe at any moment.
            unsafe { sigaction(signal, &action) }?;
        }
        Ok(())
    }

    /// Starts a timer that interrupts this process again and again. Children do not inherit the timer.
    pub fn interrupt() -> io::Result<()> {
        let period = libc::timeval {
            tv_sec: 0,
            tv_usec: INTERRUPT_US,
        };
        let timer = libc::itimerval {
            it_interval: period,
            it_value: period,
        };
        // SAFETY: The structure lives during the call; a null pointer for the old value is allowed.
        let set = unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) };
        match set {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn close(&mut self, slot: usize) -> i32 {
        let closed = Slot {
            fd: -1,
            kind: Kind::Closed,
        };
        let Slot { fd, .. } = std::mem::replace(&mut self.slots[slot], closed);
        // SAFETY: The descriptor is the task's own, and the slot no longer has it.
        unsafe { libc::close(fd) }
    }

    /// Returns memory for a call: mostly accessible, sometimes partly, sometimes not at all.
    pub fn piece(&self, random: &mut Random) -> Piece {
        let len = words::length(random);
        match random.below(20) {
            0 => {
                let valid = random.below(300) as usize;
                self.memory.cut(len, valid)
            }
            1 => {
                let address =
                    random.among(&[0, 1, 8, self.memory.guard(), usize::MAX, !(usize::MAX >> 1)]);
                self.memory.nowhere(len, address)
            }
            _ => self.memory.whole(len),
        }
    }
}

extern "C" fn nothing(_: libc::c_int) {}

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
