// SPDX-License-Identifier: GPL-2.0

//! Delayed work: a thread runs the handler when some time has passed since the last interrupt.

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
    delayed::{
        DelayedWork,
        DelayedWorkHandle,
        DelayedWorkHandler, //
    },
    irq,
    module::{
        self,
        Module, //
    },
    workqueue::Queue, //
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "delayed",
    authors: ["The morse authors"],
    description: "Work runs five seconds after the last interrupt",
    license: "GPL v2",
}

const DELAY_MS: u32 = 5000;

struct TopHalf(DelayedWorkHandle);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt: work is due in 5 s ({CurrentContext})\n");
        self.0.mod_delayed_ms(DELAY_MS);
    }
}

struct Late;

impl DelayedWorkHandler for Late {
    fn run(&self, _work: &DelayedWorkHandle, _ctx: &Sleepable) {
        pr_info!("work runs ({CurrentContext})\n");
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _work: DelayedWork<Late>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let work = new_delayed_work!(ctx, "Late", &Queue::system(ctx)?, Ok(Late))?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"delayed", TopHalf(work.handle()))?,
            _work: work,
        })
    }
}
