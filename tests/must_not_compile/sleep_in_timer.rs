// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A timer that waits.

use crate::linux::{
    context::Atomic,
    time::Ktime,
    timer::{TimerHandler, Next},
    wait::Bell,
};

pub struct Sleeper(pub Bell);

impl TimerHandler for Sleeper {
    fn expired(&self, ctx: &Atomic) -> Next {
        let _ = self.0.wait_until(ctx, Ktime::now(), |_| false);
        Next::Never
    }
}
