// SPDX-License-Identifier: GPL-2.0

//! The level of the key.

use crate::linux::gpio;
use kernel::sync::atomic::{
    AtomicFlag,
    Relaxed, //
};

/// The source of the level of the key, which can be read in any context.
pub(crate) enum Level {
    /// A GPIO line.
    Line(gpio::Input),
    /// The memory of a simulated key: true while it is down.
    Simulated(AtomicFlag),
}

impl Level {
    /// The level of `line`, or of a simulated key that is up.
    pub(crate) fn new(line: Option<gpio::Input>) -> Self {
        match line {
            Some(line) => Self::Line(line),
            None => Self::Simulated(AtomicFlag::new(false)),
        }
    }

    /// Returns whether the key is down. If the line cannot be read, the key counts as up.
    #[inline]
    pub(crate) fn is_down(&self) -> bool {
        match self {
            Self::Line(line) => line.get().unwrap_or(false),
            Self::Simulated(level) => level.load(Relaxed),
        }
    }

    /// Sets the level of a simulated key.
    pub(crate) fn simulate(&self, down: bool) {
        if let Self::Simulated(level) = self {
            level.store(down, Relaxed);
        }
    }
}
