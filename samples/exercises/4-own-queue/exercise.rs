// SPDX-License-Identifier: GPL-2.0

//! Queues a long report and a short blink after each interrupt. The blink waits for the report.

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
    name: "exercise4",
    authors: ["The morse authors"],
    description: "Queues a long report and a short blink after each interrupt",
    license: "GPL v2",
}

/// How long a report takes.
const REPORT_NS: i64 = 1_000_000_000;
/// How long a blink takes.
const BLINK_NS: i64 = 50_000_000;

struct TopHalf {
    report: WorkHandle<Sleepable>,
    blink: WorkHandle<Sleepable>,
}

impl irq::IrqHandler for TopHalf {
    fn handle(&self, _ctx: &Atomic) {
        pr_info!("interrupt\n");
        self.report.queue();
        self.blink.queue();
    }
}

struct Report;

impl WorkHandler for Report {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        pr_info!("report begins\n");
        sleep_until(ctx, Ktime::now().after_ns(REPORT_NS));
        pr_info!("report ends\n");
    }
}

struct Blink;

impl WorkHandler for Blink {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        sleep_until(ctx, Ktime::now().after_ns(BLINK_NS));
        pr_info!("blink\n");
    }
}

/// Dropped in this order: first there are no interrupts, then no work any more.
struct Exercise {
    _trigger: Trigger<TopHalf>,
    _report: Work<Report>,
    _blink: Work<Blink>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let queue = Queue::ordered(ctx, c"exercise4")?;
        let report = new_work!(ctx, "Report", &queue, Ok(Report))?;
        let blink = new_work!(ctx, "Blink", &queue, Ok(Blink))?;
        let top_half = TopHalf {
            report: report.handle(),
            blink: blink.handle(),
        };
        Ok(Self {
            _trigger: Trigger::new(ctx, c"exercise4", top_half)?,
            _report: report,
            _blink: blink,
        })
    }
}
