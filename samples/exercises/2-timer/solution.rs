// SPDX-License-Identifier: GPL-2.0

//! Says tick and tock, a second after each other. A timer counts from when it was due.

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
    context::{
        Atomic,
        Sleepable, //
    },
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

impl TimerHandler for Clock {
    fn expired(&self, _ctx: &Atomic) -> Next {
        let tock = self.tock.load(Relaxed);
        pr_info!("{}\n", if tock { "tock" } else { "tick" });
        self.tock.store(!tock, Relaxed);
        Next::AfterMs(PERIOD_MS)
    }
}

struct Exercise {
    _clock: Timer<Clock>,
}

impl Module for Exercise {
    fn init(ctx: &Sleepable, _module: &'static ThisModule) -> Result<Self> {
        let clock = Clock {
            tock: AtomicFlag::new(false),
        };
        let clock = new_timer!(ctx, "Clock", Ok(clock))?;
        pr_info!("started\n");
        clock.start_ms(PERIOD_MS);
        Ok(Self { _clock: clock })
    }
}
