// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A hard interrupt handler that sleeps.

use crate::linux::{
    context::Atomic,
    irq::IrqHandler,
    time, //
};

pub struct Sleeper;

impl IrqHandler for Sleeper {
    fn handle(&self, ctx: &Atomic) {
        time::sleep_until(ctx, time::Ktime::now());
    }
}
