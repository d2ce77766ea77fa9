// SPDX-License-Identifier: GPL-2.0

//! The bottom half: edges become marks and spaces, and those become text.
//!
//! A softirq suits work that is urgent and takes microseconds: it runs before any task, with hard
//! interrupts enabled, and once for several interrupts. It must not sleep, nor take long, so a work item
//! wakes the readers, however many there are.
//!
//! The module parameter `softirq` chooses between two mechanisms, see [`crate::linux::softirq`].

use super::{
    level::Level,
    receiver::Receiver, //
};
use crate::choice_param;
use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    delayed::DelayedWorkHandle,
    softirq::Softirq,
    trace::{
        Deferral,
        Mechanism, //
    },
    workqueue::{
        Queue,
        WorkHandle,
        WorkHandler, //
    },
};
use crate::new_softirq;
use kernel::{
    prelude::*,
    sync::Arc, //
};

choice_param! {
    /// The mechanism of the bottom half.
    static MECHANISM: "softirq" = ["bh", "tasklet"];
    "Mechanism of the bottom half: bh (a work item, the default) or tasklet"
}

/// The index of the word "tasklet".
const TASKLET: usize = 1;

/// The handler of the softirq.
pub(crate) struct BottomHalf {
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    gap: DelayedWorkHandle,
    deliver: WorkHandle<Sleepable>,
}

impl BottomHalf {
    /// Makes a softirq that drains the edges of `receiver`, with the mechanism of the module parameter.
    ///
    /// It arms `gap` for the time at which a letter, a word or the session ends without a further edge, and
    /// queues `deliver` to wake the readers.
    pub(crate) fn softirq(
        ctx: &Sleepable,
        level: Arc<Level>,
        receiver: Arc<Receiver>,
        gap: DelayedWorkHandle,
        deliver: WorkHandle<Sleepable>,
    ) -> Result<Softirq<Self>> {
        let queue = if MECHANISM.index() == TASKLET {
            None
        } else {
            Some(Queue::bh_highpri(ctx, c"morse-bh")?)
        };
        let bottom_half = Self {
            level,
            receiver,
            gap,
            deliver,
        };
        new_softirq!(ctx, "BottomHalf", queue.as_ref(), Ok(bottom_half))
    }
}

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        let _deferral = Deferral::start(self.receiver.device, Mechanism::Softirq);
        self.receiver.count_softirq();
        let drained = self.receiver.drain(&self.level);
        if let Some(wait_ns) = drained.wait_ns {
            self.gap.mod_delayed_stepwise_ns(wait_ns);
        }
        if drained.news {
            self.deliver.queue();
        }
    }
}
