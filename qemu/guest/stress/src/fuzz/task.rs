// SPDX-License-Identifier: GPL-2.0

//! One process that makes calls: its files, and its memory.

use std::io;

use nix::libc;
use nix::sys::signal::{sigaction, SaFlags, SigAction, SigHandler, SigSet, Signal};

use super::words;
use crate::system::{Memory, Piece};
use morse_guest::random::Random;

/// How many files a task has at most.
const SLOTS: usize = 16;
/// How often it is interrupted, in microseconds, so that no call blocks for good.
const INTERRUPT_US: libc::suseconds_t = 5000;

/// What a file is.
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
    /// What it is.
    pub kind: Kind,
}

/// See the [module documentation](self).
pub struct Task {
    slots: [Slot; SLOTS],
    /// What calls are pointed at.
    pub memory: Memory,
}

impl Task {
    /// A task without a file, which is interrupted from now on.
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

    /// Some file: one of the device, if there is one and most of the time.
    pub fn file(&self, random: &mut Random) -> Slot {
        match random.below(8) {
            0 => self.slots[random.below(SLOTS as u64) as usize],
            _ => self.of(random, Kind::Device),
        }
    }

    /// Some file of that kind, or a closed one.
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

    /// Keeps a file that was opened, in place of one that is closed for it.
    pub fn keep(&mut self, random: &mut Random, fd: i32, kind: Kind) {
        let slot = random.below(SLOTS as u64) as usize;
        self.close(slot);
        self.slots[slot] = Slot { fd, kind };
    }

    /// Closes some file, and says what close(2) returned.
    pub fn close_some(&mut self, random: &mut Random) -> i32 {
        self.close(random.below(SLOTS as u64) as usize)
    }

    /// Notes that `fd` is of another kind now, after a dup2(2).
    pub fn replaced(&mut self, fd: i32, kind: Kind) {
        for slot in self.slots.iter_mut().filter(|slot| slot.fd == fd) {
            slot.kind = kind;
        }
    }

    /// Has signals interrupt calls, from now on and in all that this process forks, where they would end it.
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

    /// Has a timer interrupt this process again and again; what it forks is not interrupted by that.
    pub fn interrupt() -> io::Result<()> {
        let period = libc::timeval {
            tv_sec: 0,
            tv_usec: INTERRUPT_US,
        };
        let timer = libc::itimerval {
            it_interval: period,
            it_value: period,
        };
        // SAFETY: The structure lives during the call; the old one is not asked for.
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
        // SAFETY: The descriptor is the task's own, and forgotten with this.
        unsafe { libc::close(fd) }
    }

    /// Memory for a call: mostly good, sometimes with an end too early, sometimes none.
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
