// SPDX-License-Identifier: GPL-2.0
// error: E0277

//! A wait whose condition, which is looked at by a task marked as sleeping, sleeps with the token of the
//! task.

use crate::linux::{
    context::Sleepable,
    gpio,
    time::Ktime,
    wait::WaitQueue, //
};

pub fn wait(wait: &WaitQueue, led: &gpio::Output, ctx: &Sleepable) {
    let _ = wait.wait_event_idle_until(ctx, Ktime::now(), |_| led.set(ctx, true).is_ok());
}
