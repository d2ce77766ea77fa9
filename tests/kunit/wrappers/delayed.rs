// SPDX-License-Identifier: GPL-2.0

//! Delayed work.

use super::probe::{
    ms_between,
    wait_for,
    Probe, //
};
use crate::linux::{
    context::Sleepable,
    delayed::{
        DelayedWork,
        DelayedWorkHandle,
        DelayedWorkHandler, //
    },
    time::Ktime,
    workqueue::Queue, //
};
use crate::new_delayed_work;
use kernel::sync::Arc;

struct Sleeper(Arc<Probe>);

impl DelayedWorkHandler for Sleeper {
    fn run(&self, _alarm: &DelayedWorkHandle, ctx: &Sleepable) {
        self.0.run_held_up(ctx);
    }
}

fn sleeper(ctx: &Sleepable, probe: &Arc<Probe>) -> DelayedWork<Sleeper> {
    let queue = Queue::unbound_highpri(ctx, c"morse-kunit").unwrap();
    new_delayed_work!(ctx, "Sleeper", &queue, Ok(Sleeper(probe.clone()))).unwrap()
}

pub(crate) fn it_runs_once_and_not_early(ctx: &Sleepable) {
    for ms in [0, 1, 10, 30, 300] {
        let probe = Probe::open();
        let delayed = sleeper(ctx, &probe);
        let start = Ktime::now();
        delayed.handle().mod_delayed_ms(ms);
        probe.wait_for_runs(ctx, 1);
        assert!(ms_between(start, probe.begun_at()) >= i64::from(ms));
        probe.stays(ctx, 1);
    }
}

pub(crate) fn the_last_time_set_counts(ctx: &Sleepable) {
    let probe = Probe::open();
    let delayed = sleeper(ctx, &probe);
    let handle = delayed.handle();
    handle.mod_delayed_ms(30);
    let start = Ktime::now();
    handle.mod_delayed_ms(200);
    probe.wait_for_runs(ctx, 1);
    assert!(ms_between(start, probe.begun_at()) >= 200);
    // Also if the last time set is the earlier one.
    handle.mod_delayed_ms(10_000);
    let start = Ktime::now();
    handle.mod_delayed_ms(20);
    probe.wait_for_runs(ctx, 2);
    assert!(ms_between(start, probe.begun_at()) < 1_000);
    probe.stays(ctx, 2);
}

pub(crate) fn dropping_cancels_what_is_armed(ctx: &Sleepable) {
    let probe = Probe::open();
    let delayed = sleeper(ctx, &probe);
    let handle = delayed.handle();
    handle.mod_delayed_ms(20);
    drop(delayed);
    probe.stays(ctx, 0);
    handle.mod_delayed_ms(0);
    probe.stays(ctx, 0);
}

pub(crate) fn dropping_waits_for_what_runs(ctx: &Sleepable) {
    let probe = Probe::closed();
    let delayed = sleeper(ctx, &probe);
    delayed.handle().mod_delayed_ms(1);
    wait_for(ctx, "the run", || probe.begun() == 1);
    // It still sleeps for some time after that.
    probe.let_pass();
    drop(delayed);
    probe.stays(ctx, 1);
}
