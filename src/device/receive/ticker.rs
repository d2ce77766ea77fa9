// SPDX-License-Identifier: GPL-2.0

//! The ticker: periodic checks, independent of edges.
//!
//! A kernel timer suits them: it costs nothing between ticks and needs no thread. It runs in softirq context,
//! so it does little. Each tick is counted from the time at which the previous one was due, so the ticks do
//! not drift.

use super::receiver::Receiver;
use crate::code::{
    util::math::{
        div_rem_u64,
        ns_to_ms, //
    },
    Decimal, //
};
use crate::linux::{
    context::Atomic,
    delayed::DelayedWorkHandle,
    time::Ktime,
    timer::{
        Next,
        TimerHandler, //
    },
    trace::{
        Deferral,
        Mechanism, //
    },
};
use core::num::NonZeroU32;
use kernel::{
    device::Device,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            self,
            Relaxed, //
        },
        Arc, //
    },
};

/// The handler of the timer.
pub(crate) struct Ticker {
    dev: ARef<Device>,
    receiver: Arc<Receiver>,
    gap: DelayedWorkHandle,
    /// The time of the previous tick in ns, and the counts at that time. Only the handler uses them.
    then_ns: atomic::Atomic<u64>,
    edges: atomic::Atomic<u64>,
    characters: atomic::Atomic<u64>,
    ticks: atomic::Atomic<u64>,
}

impl Ticker {
    /// Makes a ticker that checks `receiver`, and logs for `dev`. It has `gap` check the level of the key.
    pub(crate) fn new(dev: &Device, receiver: Arc<Receiver>, gap: DelayedWorkHandle) -> Self {
        Self {
            dev: dev.into(),
            receiver,
            gap,
            then_ns: atomic::Atomic::new(Ktime::now().as_ns()),
            edges: atomic::Atomic::new(0),
            characters: atomic::Atomic::new(0),
            ticks: atomic::Atomic::new(0),
        }
    }

    fn measure(&self, now_ns: u64, characters: u64) {
        let edges = self.receiver.edges();
        let elapsed_ns = now_ns.saturating_sub(self.then_ns.xchg(now_ns, Relaxed));
        let new_edges = edges - self.edges.xchg(edges, Relaxed);
        let new_characters = characters - self.characters.xchg(characters, Relaxed);
        self.receiver.rates.set(
            per_second(new_edges, elapsed_ns),
            per_second(new_characters, elapsed_ns),
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
        let rates = &self.receiver.rates;
        let now_ns = Ktime::now().as_ns();
        let is_stuck = self.receiver.line.lock().is_newly_stuck(now_ns);
        self.measure(now_ns, self.receiver.counts().characters);
        // The line may sleep, so the delayed work looks at it, in case an edge was lost. It ends the text before a
        // stuck key, too.
        self.gap.mod_delayed_ms(0);
        let tick = self.ticks.fetch_add(1_u64, Relaxed) + 1;
        if is_stuck {
            dev_warn!(self.dev, "key down for more than 10 s, taken for stuck\n");
        }
        if rates.is_logging() {
            dev_info!(
                self.dev,
                "tick {}: {} edges/s, {} characters/s\n",
                Decimal(tick),
                Decimal(rates.edge_rate()),
                Decimal(rates.character_rate()),
            );
        }
        Next::AfterMs(rates.period_ms())
    }
}
