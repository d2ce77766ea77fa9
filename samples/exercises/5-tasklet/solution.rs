// SPDX-License-Identifier: GPL-2.0

//! Writes to a slow chip after an interrupt. A BH work item leaves the waiting to a thread.

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
    name: "exercise5",
    authors: ["The morse authors"],
    description: "Writes to a slow chip after an interrupt",
    license: "GPL v2",
}

/// How long the chip takes.
const CHIP_NS: i64 = 50_000_000;

struct TopHalf(WorkHandle<Atomic>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt ({CurrentContext})\n");
        self.0.queue();
    }
}

struct BottomHalf(WorkHandle<Sleepable>);

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        pr_info!("bottom half ({CurrentContext})\n");
        self.0.queue();
    }
}

struct Chip;

impl WorkHandler for Chip {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("chip is written ({CurrentContext})\n");
        sleep_until(ctx, Ktime::now().after_ns(CHIP_NS));
        pr_info!("chip is done ({CurrentContext})\n");
    }
}

/// Dropped in this order, from the source to the last consumer.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _bottom_half: Work<BottomHalf>,
    _chip: Work<Chip>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let chip = new_work!(ctx, "Chip", &Queue::system(ctx)?, Ok(Chip))?;
        let queue = Queue::bh_highpri(ctx, c"exercise5")?;
        let bottom_half = Ok(BottomHalf(chip.handle()));
        let bottom_half = new_work!(ctx, "BottomHalf", &queue, bottom_half)?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise5", TopHalf(bottom_half.handle()))?,
            _bottom_half: bottom_half,
            _chip: chip,
        })
    }
}
