// SPDX-License-Identifier: GPL-2.0

//! A probe in a handler, which counts its runs and can delay them.

use crate::linux::{
    context::Sleepable,
    time::{
        sleep_until,
        Ktime, //
    },
};
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            AtomicFlag,
            Full,
            Release, //
        },
        Arc, //
    },
};

const NS_PER_MS: i64 = 1_000_000;
/// The time after which a test gives up waiting, in milliseconds.
const LIMIT_MS: i64 = 20_000;

/// Counts how often a handler began and ended, and records when it last began.
pub(crate) struct Probe {
    begun: Atomic<u32>,
    ended: Atomic<u32>,
    stops: Atomic<u32>,
    begun_ns: Atomic<u64>,
    /// While it is false, `run_held_up()` does not return.
    is_open: AtomicFlag,
}

impl Probe {
    /// A probe that lets handlers pass.
    pub(crate) fn open() -> Arc<Self> {
        Self::new(true)
    }

    /// A probe that holds handlers up until [`Probe::let_pass`].
    pub(crate) fn closed() -> Arc<Self> {
        Self::new(false)
    }

    fn new(is_open: bool) -> Arc<Self> {
        let probe = Self {
            begun: Atomic::new(0),
            ended: Atomic::new(0),
            stops: Atomic::new(0),
            begun_ns: Atomic::new(0),
            is_open: AtomicFlag::new(is_open),
        };
        Arc::new(probe, GFP_KERNEL).unwrap()
    }

    /// Runs `work` as a handler, and counts its beginning and end.
    pub(crate) fn run(&self, work: impl FnOnce()) {
        self.begun_ns.store(Ktime::now().as_ns(), Release);
        self.begun.fetch_add(1, Full);
        work();
        self.ended.fetch_add(1, Full);
    }

    /// Runs as a handler that sleeps until the probe is open, and 5 ms more.
    pub(crate) fn run_held_up(&self, ctx: &Sleepable) {
        self.run(|| {
            wait_for(ctx, "being let pass", || self.is_open.load(Acquire));
            sleep_ms(ctx, 5);
        });
    }

    /// Counts a call of `stop()`, and opens the probe.
    pub(crate) fn stop(&self) {
        self.stops.fetch_add(1, Full);
        self.let_pass();
    }

    pub(crate) fn let_pass(&self) {
        self.is_open.store(true, Release);
    }

    pub(crate) fn begun(&self) -> u32 {
        self.begun.load(Acquire)
    }

    pub(crate) fn ended(&self) -> u32 {
        self.ended.load(Acquire)
    }

    pub(crate) fn stops(&self) -> u32 {
        self.stops.load(Acquire)
    }

    /// Returns the time at which a handler last began.
    pub(crate) fn begun_at(&self) -> Ktime {
        Ktime::from_ns(self.begun_ns.load(Acquire))
    }

    /// Waits until handlers have ended `count` times, and checks that it was not more.
    pub(crate) fn wait_for_runs(&self, ctx: &Sleepable, count: u32) {
        wait_for(ctx, "the handler", || self.ended() >= count);
        assert_eq!(self.ended(), count);
    }

    /// Checks that no handler begins from now on.
    pub(crate) fn stays(&self, ctx: &Sleepable, count: u32) {
        assert_eq!((self.begun(), self.ended()), (count, count));
        sleep_ms(ctx, 50);
        assert_eq!((self.begun(), self.ended()), (count, count));
    }
}

pub(crate) fn sleep_ms(ctx: &Sleepable, ms: i64) {
    sleep_until(ctx, Ktime::now().after_ns(ms * NS_PER_MS));
}

/// Whole milliseconds from `start` to `end`.
pub(crate) fn ms_between(start: Ktime, end: Ktime) -> i64 {
    end.ns_after(start) / NS_PER_MS
}

/// Waits for `condition`.
///
/// # Panics
///
/// When it does not come true in time.
pub(crate) fn wait_for(ctx: &Sleepable, what: &str, condition: impl Fn() -> bool) {
    let start = Ktime::now();
    while !condition() {
        assert!(
            ms_between(start, Ktime::now()) < LIMIT_MS,
            "waited for {what}"
        );
        sleep_ms(ctx, 1);
    }
}
