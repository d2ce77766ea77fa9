// SPDX-License-Identifier: GPL-2.0

//! The level of the key, and where it may be read.

use crate::linux::{
    context::Sleepable,
    gpio, //
};
use kernel::{
    new_spinlock,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            AtomicFlag,
            Relaxed, //
        },
        SpinLock, //
    },
};

/// The origin of the level.
enum Source {
    /// A line.
    Line(gpio::Input),
    /// Memory.
    Simulated(AtomicFlag),
}

/// The level of the key.
#[pin_data]
pub(crate) struct Level {
    source: Source,
    needs_thread: bool,
    /// Held from the change of a simulated level until its interrupt has been handled, and while a thread reads the level
    /// for edges that have none: a reading between the two would have the new level with the old number of edges. A
    /// spinlock, so that the thread does not wait for a task of less priority.
    #[pin]
    changing: SpinLock<()>,
}

/// A level that was read.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    /// The number of edges before it, modulo 2^32.
    pub(crate) edges: u32,
    /// The time of it.
    pub(crate) time_ns: u64,
    /// Whether the key was down.
    pub(crate) down: bool,
}

impl Level {
    /// The level of `line`, or of a simulated key that is up. Whether it `needs_thread`, see
    /// [`Self::needs_thread`].
    pub(crate) fn new(line: Option<gpio::Input>, needs_thread: bool) -> impl PinInit<Self> {
        pin_init!(Self {
            needs_thread,
            source: match line {
                Some(line) => Source::Line(line),
                None => Source::Simulated(AtomicFlag::new(false)),
            },
            changing <- new_spinlock!((), "Level::changing"),
        })
    }

    /// Returns whether the level is read by a thread, so that edges have a time only.
    #[inline]
    pub(crate) fn needs_thread(&self) -> bool {
        self.needs_thread
    }

    /// Returns the line, if there is one.
    pub(crate) fn line(&self) -> Option<&gpio::Input> {
        match &self.source {
            Source::Line(line) => Some(line),
            Source::Simulated(_) => None,
        }
    }

    /// Returns whether the key is down, in any context if no thread is needed. A line that cannot be read
    /// counts as up.
    // In the top half, which is short enough for a call to show in its time.
    #[inline(always)]
    pub(crate) fn is_down(&self) -> bool {
        match &self.source {
            Source::Line(line) => line.get().unwrap_or(false),
            Source::Simulated(level) => level.load(Relaxed),
        }
    }

    /// Returns whether the key is down, in process context.
    ///
    /// # Errors
    ///
    /// Those of the chip of the line, which may be on a bus.
    pub(crate) fn read(&self, ctx: &Sleepable) -> Result<bool> {
        match &self.source {
            Source::Line(line) => line.get_cansleep(ctx),
            Source::Simulated(level) => {
                let _guard = self.needs_thread.then(|| self.changing.lock());
                // Later loads, such as that of the number of edges, come after this.
                Ok(level.load(Acquire))
            }
        }
    }

    /// Sets the level of a simulated key, and calls `raise`, which raises its interrupt.
    pub(crate) fn simulate(&self, down: bool, raise: impl FnOnce() -> Result) -> Result {
        let _guard = self.changing.lock();
        if let Source::Simulated(level) = &self.source {
            level.store(down, Relaxed);
        }
        raise()
    }
}
