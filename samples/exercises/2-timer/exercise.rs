// SPDX-License-Identifier: GPL-2.0

//! Says tick and tock, a second after each other. It drifts.

#[path = "../../linux.rs"]
pub mod linux;

use kernel::{
    prelude::*,
    sync::atomic::{
        AtomicFlag,
        Relaxed, //
    },
};
use linux::{
    context::Sleepable,
    delayed::{
        DelayedWork,
        DelayedWorkHandle,
        DelayedWorkHandler, //
    },
    module::{
        self,
        Module, //
    },
    workqueue::Queue, //
};

module! {
    type: module::Adapter<Exercise>,
    name: "exercise2",
    authors: ["The morse authors"],
    description: "Says tick and tock, a second after each other",
    license: "GPL v2",
}

const PERIOD_MS: u32 = 1000;

struct Clock {
    tock: AtomicFlag,
}

impl DelayedWorkHandler for Clock {
    fn run(&self, work: &DelayedWorkHandle, _ctx: &Sleepable) {
        let tock = self.tock.load(Relaxed);
        pr_info!("{}\n", if tock { "tock" } else { "tick" });
        self.tock.store(!tock, Relaxed);
        // A second from now.
        work.mod_delayed_ms(PERIOD_MS);
    }
}

struct Exercise {
    _clock: DelayedWork<Clock>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let clock = Clock {
            tock: AtomicFlag::new(false),
        };
        let clock = new_delayed_work!(ctx, "Clock", &Queue::system(ctx)?, Ok(clock))?;
        pr_info!("started\n");
        clock.handle().mod_delayed_ms(PERIOD_MS);
        Ok(Self { _clock: clock })
    }
}
