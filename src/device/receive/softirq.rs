// SPDX-License-Identifier: GPL-2.0

//! The bottom half: edges become marks and spaces, and those become text.
//!
//! A softirq is right for work that has to be done soon and takes microseconds: it runs before any task
//! does, with hard interrupts enabled, and once for however many interrupts there were. What it must
//! not do is sleep, so it does not wake readers one by one but has a work item do that.
//!
//! Two mechanisms offer this, see [`crate::linux::softirq`]; the module parameter `softirq` chooses.

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
    /// Which of the mechanisms is used: the number of the word.
    static MECHANISM: "softirq" = ["bh", "tasklet"];
    "Mechanism of the bottom half: bh (a work item, the default) or tasklet"
}

/// Number of the word "tasklet".
const TASKLET: usize = 1;

/// The handler of the softirq.
pub(crate) struct BottomHalf {
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    gap: DelayedWorkHandle,
    deliver: WorkHandle<Sleepable>,
}

impl BottomHalf {
    /// Makes a softirq, by the mechanism that was chosen, which takes what the top half noted for
    /// `receiver`.
    ///
    /// It sets `gap` to the time at which something is over if no edge comes, and has `deliver` wake
    /// the readers.
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
