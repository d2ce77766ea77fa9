// SPDX-License-Identifier: GPL-2.0

//! A threaded interrupt: the hard handler wakes the thread of the interrupt, which may sleep.

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
    time::{
        sleep_until,
        Ktime, //
    },
};
use trigger::Trigger;

module! {
    type: module::Adapter<Sample>,
    name: "threaded_irq",
    authors: ["The morse authors"],
    description: "An interrupt wakes its thread, which sleeps",
    license: "GPL v2",
}

/// How long the thread sleeps, in place of a bus that is slow.
const BUS_NS: i64 = 100_000_000;

struct Halves;

impl irq::IrqHandler for Halves {
    fn is_threaded(&self) -> bool {
        true
    }

    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt ({CurrentContext})\n");
    }

    fn handle_threaded(&self, ctx: &Sleepable) {
        pr_info!("thread begins ({CurrentContext})\n");
        sleep_until(ctx, Ktime::now().after_ns(BUS_NS));
        pr_info!("thread ends ({CurrentContext})\n");
    }
}

/// Dropping the interrupt waits for its thread, and ends it.
struct Sample {
    _trigger: Trigger<Halves>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        Ok(Self {
            _trigger: Trigger::new(ctx, c"threaded_irq", Halves)?,
        })
    }
}
