// SPDX-License-Identifier: GPL-2.0

//! A workqueue of the module's own, an ordered one: its items run one after the other, and all are done
//! before the module goes.

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
    time::{
        sleep_until,
        Ktime, //
    },
    workqueue::{
        FlushOnDrop,
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "custom_wq",
    authors: ["The morse authors"],
    description: "An ordered workqueue is made, used, flushed and destroyed",
    license: "GPL v2",
}

const SLEEP_NS: i64 = 1_000_000_000;

struct TopHalf {
    first: WorkHandle<Sleepable>,
    second: WorkHandle<Sleepable>,
}

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt: first and second work queued ({CurrentContext})\n");
        self.first.queue();
        self.second.queue();
    }
}

/// A work item, by its name.
struct Step(&'static str);

impl WorkHandler for Step {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("{} work begins ({CurrentContext})\n", self.0);
        sleep_until(ctx, Ktime::now().after_ns(SLEEP_NS));
        pr_info!("{} work ends ({CurrentContext})\n", self.0);
    }
}

/// Dropped in this order: the interrupt ends, then the items that it queued run to their end. None is
/// left to cancel, and the last item destroys the queue.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _flush: FlushOnDrop,
    _first: Work<Step>,
    _second: Work<Step>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let queue = Queue::ordered(ctx, c"custom_wq")?;
        let first = new_work!(ctx, "first", &queue, Ok(Step("first")))?;
        let second = new_work!(ctx, "second", &queue, Ok(Step("second")))?;
        let top_half = TopHalf {
            first: first.handle(),
            second: second.handle(),
        };
        Ok(Self {
            _trigger: Trigger::new(ctx, c"custom_wq", top_half)?,
            _flush: FlushOnDrop::new(&queue)?,
            _first: first,
            _second: second,
        })
    }
}
