// SPDX-License-Identifier: GPL-2.0
// error: E0277

//! A wait whose condition sleeps with the token of the task. It is evaluated in the state `TASK_IDLE`.

use crate::linux::{
    context::Sleepable,
    gpio,
    time::Ktime,
    wait::WaitQueue, //
};

pub fn wait(wait: &WaitQueue, led: &gpio::Output, ctx: &Sleepable) {
    let _ = wait.wait_event_idle_until(ctx, Ktime::now(), |_| led.set(ctx, true).is_ok());
}
