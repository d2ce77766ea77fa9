// SPDX-License-Identifier: GPL-2.0

//! Writes to a slow chip after an interrupt. A tasklet waits for the chip.

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
    tasklet::{
        Tasklet,
        TaskletHandle, //
    },
    time::{
        spin_until,
        Ktime, //
    },
    workqueue::WorkHandler, //
};
use trigger::Trigger;

module! {
    type: module::Adapter<Exercise>,
    name: "exercise5",
    authors: ["The morse authors"],
    description: "Writes to a slow chip after an interrupt",
    license: "GPL v2",
}

/// How long the chip takes.
const CHIP_NS: i64 = 50_000_000;

struct TopHalf(TaskletHandle);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt ({CurrentContext})\n");
        self.0.schedule();
    }
}

struct BottomHalf;

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        pr_info!("bottom half ({CurrentContext})\n");
        write_chip();
    }
}

fn write_chip() {
    pr_info!("chip is written ({CurrentContext})\n");
    spin_until(Ktime::now().after_ns(CHIP_NS));
    pr_info!("chip is done ({CurrentContext})\n");
}

/// Dropped in this order: first there are no interrupts, then no tasklet any more.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _bottom_half: Tasklet<BottomHalf>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let bottom_half = Tasklet::new(ctx, Ok(BottomHalf))?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise5", TopHalf(bottom_half.handle()))?,
            _bottom_half: bottom_half,
        })
    }
}
