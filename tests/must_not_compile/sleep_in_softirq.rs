// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A softirq that sets a line whose chip may sleep.

use crate::linux::{
    context::Atomic,
    gpio,
    workqueue::WorkHandler, //
};

pub struct Sleeper(pub gpio::Output);

impl WorkHandler for Sleeper {
    type Context = Atomic;

    fn run(&self, ctx: &Atomic) {
        let _ = self.0.set(ctx, true);
    }
}
