// SPDX-License-Identifier: GPL-2.0

//! Asks a slow sensor when an interrupt comes. The handler of the interrupt waits for the answer, with all else.

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
        spin_until,
        Ktime, //
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

struct TopHalf;

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt begins ({CurrentContext})\n");
        ask_sensor();
        pr_info!("interrupt ends ({CurrentContext})\n");
    }
}

fn ask_sensor() {
    pr_info!("sensor is asked ({CurrentContext})\n");
    spin_until(Ktime::now().after_ns(ANSWER_NS));
    pr_info!("sensor answers ({CurrentContext})\n");
}

struct Exercise {
    _trigger: Trigger<TopHalf>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise1", TopHalf)?,
        })
    }
}
