// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A BH work item that calls a function that may sleep, as samples/atomic_sleep does with `unsafe`.

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
