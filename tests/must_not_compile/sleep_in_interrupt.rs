// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A hard interrupt handler that sleeps.

use crate::linux::{context::Atomic, irq::Handler, time};

pub struct Sleeper;

impl Handler for Sleeper {
    fn handle(&self, ctx: &Atomic) {
        time::sleep_until(ctx, time::Ktime::now());
    }
}
