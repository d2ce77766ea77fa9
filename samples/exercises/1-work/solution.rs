// SPDX-License-Identifier: GPL-2.0

//! Asks a slow sensor when an interrupt comes. A work item waits for the answer.

#[path = "../../linux.rs"]
pub mod linux;
#[path = "../../trigger.rs"]
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
        Queue,
        Work,
        WorkHandle,
        WorkHandler, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Exercise>,
    name: "exercise1",
    authors: ["The morse authors"],
    description: "Asks a slow sensor when an interrupt comes",
    license: "GPL v2",
}

/// How long the sensor takes to answer.
const ANSWER_NS: i64 = 100_000_000;

struct TopHalf(WorkHandle<Sleepable>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt begins ({CurrentContext})\n");
        self.0.queue();
        pr_info!("interrupt ends ({CurrentContext})\n");
    }
}

struct Sensor;

impl WorkHandler for Sensor {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("sensor is asked ({CurrentContext})\n");
        sleep_until(ctx, Ktime::now().after_ns(ANSWER_NS));
        pr_info!("sensor answers ({CurrentContext})\n");
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _sensor: Work<Sensor>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let sensor = new_work!(ctx, "Sensor", &Queue::system(ctx)?, Ok(Sensor))?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise1", TopHalf(sensor.handle()))?,
            _sensor: sensor,
        })
    }
}
