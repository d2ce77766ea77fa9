// SPDX-License-Identifier: GPL-2.0

//! The settings of the ticker, and the rates that it measures.

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        AtomicFlag,
        Relaxed, //
    },
};

/// The default period, in milliseconds.
const PERIOD_DEFAULT_MS: u32 = 1000;
/// The range of the period, in milliseconds.
const PERIOD_MS: core::ops::RangeInclusive<u32> = 10..=60_000;

/// The period and logging of the ticker, and the rates over its last period.
pub(crate) struct Rates {
    period_ms: Atomic<u32>,
    is_logging: AtomicFlag,
    edge_rate: Atomic<u64>,
    character_rate: Atomic<u64>,
}

impl Rates {
    /// The default settings, and rates of 0.
    pub(crate) fn new() -> Self {
        Self {
            period_ms: Atomic::new(PERIOD_DEFAULT_MS),
            is_logging: AtomicFlag::new(false),
            edge_rate: Atomic::new(0),
            character_rate: Atomic::new(0),
        }
    }

    /// Returns the period, in milliseconds.
    pub(crate) fn period_ms(&self) -> u32 {
        self.period_ms.load(Relaxed)
    }

    /// Sets the period in milliseconds, from the next tick on. `EINVAL` if it is out of range.
    pub(crate) fn set_period_ms(&self, period_ms: u32) -> Result {
        if !PERIOD_MS.contains(&period_ms) {
            return Err(EINVAL);
        }
        self.period_ms.store(period_ms, Relaxed);
        Ok(())
    }

    /// Returns whether every tick is logged.
    pub(crate) fn is_logging(&self) -> bool {
        self.is_logging.load(Relaxed)
    }

    /// Sets whether every tick is logged.
    pub(crate) fn set_logging(&self, on: bool) {
        self.is_logging.store(on, Relaxed);
    }

    /// Stores the rates over the last period, per second.
    pub(crate) fn set(&self, edge_rate: u64, character_rate: u64) {
        self.edge_rate.store(edge_rate, Relaxed);
        self.character_rate.store(character_rate, Relaxed);
    }

    /// Returns the edges per second, over the last period.
    pub(crate) fn edge_rate(&self) -> u64 {
        self.edge_rate.load(Relaxed)
    }

    /// Returns the characters per second, over the last period.
    pub(crate) fn character_rate(&self) -> u64 {
        self.character_rate.load(Relaxed)
    }
}
