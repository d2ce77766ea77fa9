// SPDX-License-Identifier: GPL-2.0
// error: none

//! The counterpart, which compiles: the same in process context.

use crate::linux::{
    context::Sleepable,
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

pub fn make(ctx: &Sleepable, queue: &Arc<Queue<Sleepable>>) -> Result<Work<Sleeper>> {
    new_work!(ctx, "Sleeper", queue, Ok(Sleeper))
}
