// SPDX-License-Identifier: GPL-2.0

//! Kernel timers.

use super::probe::{
    ms_between,
    wait_for,
    Probe, //
};
use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    time::Ktime,
    timer::{
        Next,
        Timer,
        TimerHandler, //
    },
};
use crate::new_timer;
use kernel::sync::Arc;

/// Some jiffies, for any HZ, in milliseconds.
const PERIOD_MS: u32 = 20;
/// A jiffy at HZ = 250, and some time to run, in milliseconds.
const LATE_MS: i64 = 5;

struct Ticker(Arc<Probe>);

impl TimerHandler for Ticker {
    fn expired(&self, _ctx: &Atomic) -> Next {
        self.0.run(|| ());
        Next::AfterMs(PERIOD_MS)
    }
}

fn ticker(ctx: &Sleepable, probe: &Arc<Probe>) -> Timer<Ticker> {
    new_timer!(ctx, "Ticker", Ok(Ticker(probe.clone()))).unwrap()
}

pub(crate) fn it_does_not_drift(ctx: &Sleepable) {
    const TICKS: u32 = 25;

    let probe = Probe::open();
    let timer = ticker(ctx, &probe);
    let start = Ktime::now();
    timer.start_ms(PERIOD_MS);
    wait_for(ctx, "the first tick", || probe.ended() == 1);
    let first = probe.begun_at();
    assert!(ms_between(start, first) >= i64::from(PERIOD_MS));
    wait_for(ctx, "the last tick", || probe.ended() == TICKS);
    let due_ms = i64::from(PERIOD_MS * (TICKS - 1));
    let took_ms = ms_between(first, probe.begun_at());
    assert!(took_ms.abs_diff(due_ms) <= LATE_MS as u64, "{took_ms} ms");
}

pub(crate) fn dropping_stops_it_for_good(ctx: &Sleepable) {
    let probe = Probe::open();
    let timer = ticker(ctx, &probe);
    timer.start_ms(0);
    wait_for(ctx, "some ticks", || probe.ended() == 3);
    drop(timer);
    probe.stays(ctx, probe.begun());
}
