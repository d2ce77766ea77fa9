// SPDX-License-Identifier: GPL-2.0

//! A work item: an interrupt has a thread do work that takes long or sleeps.

#[path = "../linux.rs"]
pub mod linux;
#[path = "../trigger.rs"]
mod trigger;

use kernel::{
    prelude::*,
    sync::atomic::{
        AtomicFlag,
        Relaxed, //
    },
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
    time::Ktime,
    wait::{
        WaitQueue,
        WakeReason, //
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
    name: "wq",
    authors: ["The morse authors"],
    description: "An interrupt queues work that sleeps",
    license: "GPL v2",
}

const SLEEP_NS: i64 = 1_000_000_000;

struct TopHalf(WorkHandle<Sleepable>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt: work queued ({CurrentContext})\n");
        self.0.queue();
    }
}

/// Sleeps for a second, unless it is stopped.
#[pin_data]
struct Sleeper {
    stopped: AtomicFlag,
    #[pin]
    wait: WaitQueue,
}

impl WorkHandler for Sleeper {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("work begins ({CurrentContext})\n");
        let end = Ktime::now().after_ns(SLEEP_NS);
        match self
            .wait
            .wait_event_idle_until(ctx, end, |_| self.stopped.load(Relaxed))
        {
            WakeReason::Deadline => pr_info!("work ends ({CurrentContext})\n"),
            WakeReason::Condition => pr_info!("work stopped ({CurrentContext})\n"),
        }
    }

    fn stop(&self) {
        self.stopped.store(true, Relaxed);
        self.wait.wake_up_all();
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _work: Work<Sleeper>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let sleeper = try_pin_init!(Sleeper {
            stopped: AtomicFlag::new(false),
            wait <- new_wait_queue!("Sleeper::wait"),
        });
        let work = new_work!(ctx, "Sleeper", &Queue::system(ctx)?, sleeper)?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"wq", TopHalf(work.handle()))?,
            _work: work,
        })
    }
}
