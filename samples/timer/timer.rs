// SPDX-License-Identifier: GPL-2.0

//! A kernel timer that arms itself again: short periodic work.

#[path = "../linux.rs"]
pub mod linux;

use kernel::{
    prelude::*,
    sync::atomic::{
        AtomicFlag,
        Relaxed, //
    },
};
use linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    current::CurrentContext,
    module::{
        self,
        Module, //
    },
    timer::{
        Next,
        Timer,
        TimerHandler, //
    },
};

module! {
    type: module::Adapter<Sample>,
    name: "timer",
    authors: ["The morse authors"],
    description: "A kernel timer says tick and tock, a second after each other",
    license: "GPL v2",
}

const PERIOD_MS: u32 = 1000;

struct Clock {
    tock: AtomicFlag,
}

impl TimerHandler for Clock {
    fn expired(&self, _ctx: &Atomic) -> Next {
        let tock = self.tock.load(Relaxed);
        pr_info!(
            "{} ({CurrentContext})\n",
            if tock { "tock" } else { "tick" }
        );
        self.tock.store(!tock, Relaxed);
        // Counted from when this run was due, not from now: a late tick does not delay the next.
        Next::AfterMs(PERIOD_MS)
    }
}

struct Sample {
    _timer: Timer<Clock>,
}

impl Module for Sample {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let clock = Clock {
            tock: AtomicFlag::new(false),
        };
        let timer = new_timer!(ctx, "Clock", Ok(clock))?;
        pr_info!("started ({CurrentContext})\n");
        timer.start_ms(PERIOD_MS);
        Ok(Self { _timer: timer })
    }
}
