// SPDX-License-Identifier: GPL-2.0

//! Gap detection: ends a letter, a word or a session when no edge comes for a time.
//!
//! No interrupt marks these ends, the end of the debounce time, or a lost edge, for which the level is read here.
//! Delayed work suits this: every edge postpones the item, so it runs after the last one. It runs in process
//! context, where it may log the end of a session.
//!
//! # Accuracy
//!
//! The timer wheel is coarse, the more so the longer the delay, and rounds up. So the item is armed for
//! an earlier time, reads the clock, and arms itself again. When little more than a jiffy remains, it
//! sleeps on a high-resolution timer.

use super::{
    level::Level,
    receiver::Receiver, //
};
use crate::device::transmit::{
    monitor::Monitor,
    transmitter::Transmitter, //
};
use crate::linux::{
    context::Sleepable,
    delayed::{
        DelayedWorkHandle,
        DelayedWorkHandler,
        MIN_DELAY_NS, //
    },
    time::{
        sleep_until,
        Ktime, //
    },
    trace::{
        Deferral,
        Mechanism, //
    },
};
use kernel::{
    device::Device,
    prelude::*,
    sync::aref::ARef,
    sync::Arc, //
};

/// The handler of the delayed work.
pub(crate) struct GapTimer {
    dev: ARef<Device>,
    transmitter: Arc<Transmitter>,
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    monitor: Arc<Monitor>,
}

impl GapTimer {
    /// Makes a handler that drains `receiver`, and logs the end of sessions for `dev`.
    pub(crate) fn new(
        dev: &Device,
        transmitter: Arc<Transmitter>,
        level: Arc<Level>,
        receiver: Arc<Receiver>,
        monitor: Arc<Monitor>,
    ) -> Self {
        Self {
            dev: dev.into(),
            transmitter,
            level,
            receiver,
            monitor,
        }
    }
}

impl DelayedWorkHandler for GapTimer {
    fn run(&self, work: &DelayedWorkHandle, ctx: &Sleepable) {
        if self.transmitter.is_resting() {
            // The system sleeps. The end of sleep arms it.
            return;
        }
        let _deferral = Deferral::start(self.receiver.device, Mechanism::Gap);
        // Sleep once per run at most: further edges may postpone the end, and a destructor waits for the run.
        for may_sleep in [true, false] {
            let reading = self.receiver.read(&self.level, ctx);
            let mut sleep_ns = None;
            let mut next_ns = 0;
            let news = self
                .receiver
                .drain(&self.level, &self.monitor, reading, &mut |wait_ns| {
                    next_ns = wait_ns;
                });
            let is_early = may_sleep && (1..MIN_DELAY_NS).contains(&next_ns);
            if is_early && !news {
                // There is nothing to decode yet.
                sleep_ns = Some(next_ns);
            } else {
                let decoded = self.receiver.decode(ctx, &mut |wait_ns| {
                    if may_sleep && wait_ns < MIN_DELAY_NS {
                        sleep_ns = Some(wait_ns);
                    } else {
                        work.mod_delayed_stepwise_ns(wait_ns);
                    }
                });
                if news || decoded.has_text {
                    self.receiver.buffer.wake(decoded.has_text);
                }
                if let Some(session) = decoded.ended {
                    dev_info!(self.dev, "received {session}\n");
                }
            }
            match sleep_ns {
                Some(sleep_ns) => sleep_until(ctx, Ktime::now().after_ns(sleep_ns as i64)),
                None => return,
            }
        }
    }
}
