// SPDX-License-Identifier: GPL-2.0

//! Counts the interrupts of a turnstile. The top half counts, and the work takes the count.

#[path = "../../linux.rs"]
pub mod linux;
#[path = "../../trigger.rs"]
mod trigger;

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic as AtomicNumber,
            Relaxed, //
        },
        Arc, //
    },
};
use linux::{
    context::{
        Atomic,
        Sleepable, //
    },
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
    type: module::Adapter<Exercise>,
    name: "exercise6",
    authors: ["The morse authors"],
    description: "Counts the interrupts of a turnstile",
    license: "GPL v2",
}

/// How long it takes to write the count down.
const WRITE_NS: i64 = 1_000_000_000;

struct TopHalf {
    new: Arc<AtomicNumber<u32>>,
    work: WorkHandle<Sleepable>,
}

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt\n");
        // Before queueing: a run that follows sees it, also if the item was already queued.
        self.new.fetch_add(1, Relaxed);
        self.work.queue();
    }
}

struct Count {
    new: Arc<AtomicNumber<u32>>,
    total: AtomicNumber<u32>,
}

impl WorkHandler for Count {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        let new = self.new.xchg(0, Relaxed);
        let total = self.total.load(Relaxed) + new;
        self.total.store(total, Relaxed);
        pr_info!("{new} more, {total} in all\n");
        sleep_until(ctx, Ktime::now().after_ns(WRITE_NS));
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _count: Work<Count>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let new = Arc::new(AtomicNumber::new(0), GFP_KERNEL)?;
        let count = Count {
            new: new.clone(),
            total: AtomicNumber::new(0),
        };
        let count = new_work!(ctx, "Count", &Queue::system(ctx)?, Ok(count))?;
        let top_half = TopHalf {
            new,
            work: count.handle(),
        };
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise6", top_half)?,
            _count: count,
        })
    }
}
