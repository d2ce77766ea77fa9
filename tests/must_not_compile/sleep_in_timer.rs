// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A timer that waits.

use crate::linux::{
    context::Atomic,
    time::Ktime,
    timer::{
        TimerHandler,
        Next, //
    },
    wait::WaitQueue, //
};

pub struct Sleeper(pub WaitQueue);

impl TimerHandler for Sleeper {
    fn expired(&self, ctx: &Atomic) -> Next {
        let _ = self.0.wait_event_idle_until(ctx, Ktime::now(), |_| false);
        Next::Never
    }
}
