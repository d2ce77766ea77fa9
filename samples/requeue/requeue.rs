// SPDX-License-Identifier: GPL-2.0

//! Interrupts that come faster than their work is done: queueing an item that is queued already does
//! nothing, so the data of each interrupt is kept elsewhere, here in a ring without locks.

#[path = "../code.rs"]
pub mod code;
#[path = "../linux.rs"]
pub mod linux;
#[path = "../trigger.rs"]
mod trigger;

use code::ring::{
    Edge,
    Ring, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};
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
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "requeue",
    authors: ["The morse authors"],
    description: "Interrupts come while their work is queued or runs",
    license: "GPL v2",
}

const SLEEP_NS: i64 = 1_000_000_000;
const TENTH_NS: u32 = 100_000_000;

type Stamps = Ring<8>;

struct TopHalf {
    stamps: Arc<Stamps>,
    work: WorkHandle<Sleepable>,
}

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        let stamp = Edge {
            time_ns: Ktime::now().as_ns(),
            mark: true,
        };
        let kept = self.stamps.push(stamp);
        let queued = self.work.queue();
        pr_info!("interrupt: kept {kept}, queued {queued} ({CurrentContext})\n");
    }
}

/// Takes the stamps that the interrupts kept, then sleeps for a second.
struct Slow(Arc<Stamps>);

impl WorkHandler for Slow {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("work begins ({CurrentContext})\n");
        while let Some(stamp) = self.0.pop() {
            let age = tenths(Ktime::now().as_ns() - stamp.time_ns);
            pr_info!(
                "took a stamp that was kept {}.{} s ago\n",
                age / 10,
                age % 10
            );
        }
        sleep_until(ctx, Ktime::now().after_ns(SLEEP_NS));
        pr_info!("work ends ({CurrentContext})\n");
    }
}

/// In whole tenths of a second. In 32 bits, as 32-bit kernels have no division of 64.
fn tenths(ns: u64) -> u32 {
    u32::try_from(ns).unwrap_or(u32::MAX) / TENTH_NS
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _work: Work<Slow>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let stamps = Arc::new(Stamps::new(), GFP_KERNEL)?;
        let work = new_work!(ctx, "Slow", &Queue::system(ctx)?, Ok(Slow(stamps.clone())))?;
        let top_half = TopHalf {
            stamps,
            work: work.handle(),
        };
        Ok(Self {
            _trigger: Trigger::new(ctx, c"requeue", top_half)?,
            _work: work,
        })
    }
}
