// SPDX-License-Identifier: GPL-2.0

//! Sleeping where it is forbidden: not possible here, unless it is forced with `unsafe`.
//!
//! `tests/must_not_compile/atomic_sleep.rs` makes the plain mistake, and tests the compiler's error.

#[path = "../linux.rs"]
pub mod linux;
#[path = "../trigger.rs"]
mod trigger;

use kernel::prelude::*;
use linux::{
    context::{
        Atomic,
        Context,
        Sleepable, //
    },
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
    type: module::Adapter<Sample>,
    name: "atomic_sleep",
    authors: ["The morse authors"],
    description: "Makes the mistake to sleep in atomic context, if it is forced to",
    license: "GPL v2",
    params: {
        force: u8 {
            default: 0,
            description: "Make the mistake, if not 0",
        },
    },
}

struct TopHalf(WorkHandle<Atomic>);

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        self.0.queue();
    }
}

struct BottomHalf;

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        // A value or a reference to one, as the kernel crate has it.
        if module_parameters::force.value().eq(&0) {
            pr_info!("in a softirq: a call that may sleep does not compile here\n");
            return;
        }
        pr_info!("in a softirq: calling a function that may sleep\n");
        // SAFETY: None, that is the mistake. The machine survives it because the deadline has passed, so
        // that the call does not sleep: such mistakes go unnoticed for years.
        sleep_until(unsafe { &Sleepable::enter() }, Ktime::now());
        if !cfg!(CONFIG_DEBUG_ATOMIC_SLEEP) {
            pr_warn!("no report, as this kernel has no CONFIG_DEBUG_ATOMIC_SLEEP: it is a bug all the same\n");
        }
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Sample {
    _trigger: Trigger<TopHalf>,
    _work: Work<BottomHalf>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let queue = Queue::bh_highpri(ctx, c"atomic_sleep")?;
        let work = new_work!(ctx, "BottomHalf", &queue, Ok(BottomHalf))?;
        Ok(Self {
            _trigger: Trigger::new(ctx, c"atomic_sleep", TopHalf(work.handle()))?,
            _work: work,
        })
    }
}
