// SPDX-License-Identifier: GPL-2.0

//! The gaps: what is over because no edge came.
//!
//! The end of a letter, of a word and of a session has no interrupt, it is the time that passes without
//! one. That is what delayed work is for: every edge moves the alarm on, and only the last one is
//! ever heard. The session's line in the log is another reason to be in process context.
//!
//! # Accuracy
//!
//! The timer wheel is coarse, more so for longer times, and rounds up. So the alarm is set to go off
//! rather early; then this looks at the clock and sets it again. What remains in the end is little more
//! than a jiffy, and that is slept away.

use super::{
    level::Level,
    receiver::Receiver, //
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
    level: Arc<Level>,
    receiver: Arc<Receiver>,
}

impl GapTimer {
    /// Makes a handler that tells `receiver` the time, and the log of `dev` about sessions.
    pub(crate) fn new(dev: &Device, level: Arc<Level>, receiver: Arc<Receiver>) -> Self {
        Self {
            dev: dev.into(),
            level,
            receiver,
        }
    }
}

impl DelayedWorkHandler for GapTimer {
    fn run(&self, work: &DelayedWorkHandle, ctx: &Sleepable) {
        let _deferral = Deferral::start(self.receiver.device, Mechanism::Gap);
        // One run sleeps once at most: edges may put the time off, and whoever stops this should not wait
        // long.
        for may_sleep in [true, false] {
            let drained = self.receiver.drain(&self.level);
            if drained.news {
                self.receiver.buffer.wake();
            }
            if let Some(session) = &drained.ended {
                dev_info!(self.dev, "received {session}\n");
            }
            match drained.wait_ns {
                None => return,
                Some(wait_ns) if wait_ns < MIN_DELAY_NS && may_sleep => {
                    sleep_until(ctx, Ktime::now().after_ns(wait_ns as i64));
                }
                Some(wait_ns) => return work.mod_delayed_stepwise_ns(wait_ns),
            }
        }
    }
}
