// SPDX-License-Identifier: GPL-2.0

//! Notices that five seconds have passed without an interrupt. Each interrupt counts anew.

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
    type: module::Adapter<Exercise>,
    name: "exercise3",
    authors: ["The morse authors"],
    description: "Notices that five seconds have passed without an interrupt",
    license: "GPL v2",
}

const QUIET_MS: u32 = 5000;

struct TopHalf(DelayedWorkHandle);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt ({CurrentContext})\n");
        self.0.mod_delayed_ms(QUIET_MS);
    }
}

struct Quiet;

impl DelayedWorkHandler for Quiet {
    fn run(&self, _work: &DelayedWorkHandle, _ctx: &Sleepable) {
        pr_info!("quiet for 5 s ({CurrentContext})\n");
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _quiet: DelayedWork<Quiet>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let quiet = new_delayed_work!(ctx, "Quiet", &Queue::system(ctx)?, Ok(Quiet))?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise3", TopHalf(quiet.handle()))?,
            _quiet: quiet,
        })
    }
}
