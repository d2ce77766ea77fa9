// SPDX-License-Identifier: GPL-2.0

//! The ticker: what has to be looked at from time to time, whether or not anything happens.
//!
//! That is what a plain kernel timer is for: it costs nothing between two ticks and needs no thread. It
//! runs in softirq context, so it does little. Each tick is counted from the time of the one before, not
//! from when that was run, so that the ticks do not drift.

use super::receiver::Receiver;
use crate::code::{
    util::math::{div_rem_u64, ns_to_ms},
    Decimal,
};
use crate::linux::{
    context::Atomic,
    time::Ktime,
    timer::{Next, TimerHandler},
    trace::{Deferral, Mechanism},
};
use core::num::NonZeroU32;
use kernel::{
    device::Device,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{self, AtomicFlag, Relaxed},
        Arc,
    },
};

/// The period by default, in milliseconds.
const PERIOD_DEFAULT_MS: u32 = 1000;
/// The periods that can be set, in milliseconds.
const PERIOD_MS: core::ops::RangeInclusive<u32> = 10..=60_000;

/// What the user sets, and what the ticker finds.
pub(crate) struct Shared {
    period_ms: atomic::Atomic<u32>,
    is_logging: AtomicFlag,
    ticks: atomic::Atomic<u64>,
    edge_rate: atomic::Atomic<u64>,
    character_rate: atomic::Atomic<u64>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            period_ms: atomic::Atomic::new(PERIOD_DEFAULT_MS),
            is_logging: AtomicFlag::new(false),
            ticks: atomic::Atomic::new(0),
            edge_rate: atomic::Atomic::new(0),
            character_rate: atomic::Atomic::new(0),
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

    /// Whether every tick is logged.
    pub(crate) fn is_logging(&self) -> bool {
        self.is_logging.load(Relaxed)
    }

    /// Sets whether every tick is logged.
    pub(crate) fn set_logging(&self, on: bool) {
        self.is_logging.store(on, Relaxed);
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

/// The handler of the timer.
pub(crate) struct Ticker {
    dev: ARef<Device>,
    receiver: Arc<Receiver>,
    /// When the tick before was run, in ns, and the counts then. Only the handler uses these.
    then_ns: atomic::Atomic<u64>,
    edges: atomic::Atomic<u64>,
    characters: atomic::Atomic<u64>,
}

impl Ticker {
    /// Makes a ticker that watches `receiver`, and reports to the log of `dev`.
    pub(crate) fn new(dev: &Device, receiver: Arc<Receiver>) -> Self {
        Self {
            dev: dev.into(),
            receiver,
            then_ns: atomic::Atomic::new(Ktime::now().as_ns()),
            edges: atomic::Atomic::new(0),
            characters: atomic::Atomic::new(0),
        }
    }

    fn measure(&self, now_ns: u64, characters: u64) {
        let shared = &self.receiver.ticker;
        let edges = self.receiver.edges();
        let elapsed_ns = now_ns.saturating_sub(self.then_ns.xchg(now_ns, Relaxed));
        shared.edge_rate.store(
            per_second(edges - self.edges.xchg(edges, Relaxed), elapsed_ns),
            Relaxed,
        );
        shared.character_rate.store(
            per_second(
                characters - self.characters.xchg(characters, Relaxed),
                elapsed_ns,
            ),
            Relaxed,
        );
    }
}

/// Returns the rate of `count` in `elapsed_ns`, rounded to the nearest.
fn per_second(count: u64, elapsed_ns: u64) -> u64 {
    const MS_PER_S: u64 = 1000;

    let Some(elapsed_ms) = u32::try_from(ns_to_ms(elapsed_ns))
        .ok()
        .and_then(NonZeroU32::new)
    else {
        return 0;
    };
    let rounding = u64::from(elapsed_ms.get() / 2);
    div_rem_u64(count.saturating_mul(MS_PER_S) + rounding, elapsed_ms).0
}

impl TimerHandler for Ticker {
    fn expired(&self, _ctx: &Atomic) -> Next {
        let _deferral = Deferral::start(self.receiver.device, Mechanism::Ticker);
        let shared = &self.receiver.ticker;
        let now_ns = Ktime::now().as_ns();
        let (is_stuck, counts) = {
            let mut line = self.receiver.line.lock();
            (line.is_newly_stuck(now_ns), line.counts())
        };
        self.measure(now_ns, counts.characters);
        let tick = shared.ticks.fetch_add(1_u64, Relaxed) + 1;
        if is_stuck {
            dev_warn!(self.dev, "key down for more than 10 s, taken for stuck\n");
        }
        if shared.is_logging() {
            dev_info!(
                self.dev,
                "tick {}: {} edges/s, {} characters/s\n",
                Decimal(tick),
                Decimal(shared.edge_rate()),
                Decimal(shared.character_rate()),
            );
        }
        Next::AfterMs(shared.period_ms())
    }
}
