// SPDX-License-Identifier: GPL-2.0

//! Notices that five seconds have passed without an interrupt. It counts from the first one.

#[path = "../../linux.rs"]
pub mod linux;
#[path = "../../trigger.rs"]
mod trigger;

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
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

struct TopHalf {
    armed: Arc<AtomicFlag>,
    work: DelayedWorkHandle,
}

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt ({CurrentContext})\n");
        if !self.armed.xchg(true, Relaxed) {
            self.work.mod_delayed_ms(QUIET_MS);
        }
    }
}

struct Quiet(Arc<AtomicFlag>);

impl DelayedWorkHandler for Quiet {
    fn run(&self, _work: &DelayedWorkHandle, _ctx: &Sleepable) {
        self.0.store(false, Relaxed);
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
        let armed = Arc::new(AtomicFlag::new(false), GFP_KERNEL)?;
        let quiet = Ok(Quiet(armed.clone()));
        let quiet = new_delayed_work!(ctx, "Quiet", &Queue::system(ctx)?, quiet)?;
        let top_half = TopHalf {
            armed,
            work: quiet.handle(),
        };
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise3", top_half)?,
            _quiet: quiet,
        })
    }
}
