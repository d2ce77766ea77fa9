// SPDX-License-Identifier: GPL-2.0

//! A BH work item, the modern way to have something done right after an interrupt: a work item like any
//! other, on a queue that runs in softirq context.

#[path = "../linux.rs"]
pub mod linux;
#[path = "../trigger.rs"]
mod trigger;

use kernel::prelude::*;
use linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    current::CurrentContext,
    irq,
    module::{
        self,
        Module, //
    },
    workqueue::{
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "bh",
    authors: ["The morse authors"],
    description: "An interrupt queues work that runs as a softirq",
    license: "GPL v2",
}

struct TopHalf(WorkHandle<Atomic>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt begins ({CurrentContext})\n");
        // The second call has no effect: it is already pending.
        self.0.queue();
        self.0.queue();
        pr_info!("interrupt ends ({CurrentContext})\n");
    }
}

struct BottomHalf;

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        pr_info!("bottom half runs ({CurrentContext})\n");
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _work: Work<BottomHalf>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let work = new_work!(
            ctx,
            "BottomHalf",
            &Queue::bh_highpri(ctx, c"bh")?,
            Ok(BottomHalf)
        )?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"bh", TopHalf(work.handle()))?,
            _work: work,
        })
    }
}
