// SPDX-License-Identifier: GPL-2.0
// error: E0271

//! A handler that sleeps, on a queue that runs in softirq context.

use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    time,
    workqueue::{
        WorkHandler,
        Queue,
        Work, //
    },
};
use crate::new_work;
use kernel::{
    prelude::*,
    sync::Arc, //
};

pub struct Sleeper;

impl WorkHandler for Sleeper {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        time::sleep_until(ctx, time::Ktime::now());
    }
}

pub fn make(ctx: &Sleepable, queue: &Arc<Queue<Atomic>>) -> Result<Work<Sleeper>> {
    new_work!(ctx, "Sleeper", queue, Ok(Sleeper))
}
