// SPDX-License-Identifier: GPL-2.0

//! A tasklet, the legacy way to have something done right after an interrupt. See `bh` for the modern one.

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
    tasklet::{
        Tasklet,
        TaskletHandle, //
    },
    workqueue::WorkHandler, //
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "tasklet",
    authors: ["The morse authors"],
    description: "An interrupt schedules a tasklet",
    license: "GPL v2",
}

struct TopHalf(TaskletHandle);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt begins ({CurrentContext})\n");
        // The second call has no effect: it is already pending.
        self.0.schedule();
        self.0.schedule();
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

/// Dropped in this order: first there are no interrupts, then no tasklet any more.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _tasklet: Tasklet<BottomHalf>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let tasklet = Tasklet::new(ctx, Ok(BottomHalf))?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"tasklet", TopHalf(tasklet.handle()))?,
            _tasklet: tasklet,
        })
    }
}
