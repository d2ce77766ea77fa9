// SPDX-License-Identifier: GPL-2.0
// error: E0133

//! A softirq that makes a token of process context without `unsafe`.

use crate::linux::{
    context::{
        Atomic,
        Context,
        Sleepable, //
    },
    time,
    workqueue::WorkHandler, //
};

pub struct Sleeper;

impl WorkHandler for Sleeper {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        time::sleep_until(&Sleepable::enter(), time::Ktime::now());
    }
}
