// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! What samples/atomic_sleep forces with `unsafe`, without: a BH work item that calls what may sleep.

use crate::linux::{
    context::Atomic,
    time::{
        sleep_until,
        Ktime, //
    },
    workqueue::WorkHandler, //
};

pub struct BottomHalf;

impl WorkHandler for BottomHalf {
    type Context = Atomic;

    fn run(&self, ctx: &Atomic) {
        sleep_until(ctx, Ktime::now());
    }
}
