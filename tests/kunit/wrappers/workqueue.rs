// SPDX-License-Identifier: GPL-2.0

//! Work items, on threads and in softirqs.

use super::probe::{
    wait_for,
    Probe, //
};
use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    time::{
        spin_until,
        Ktime, //
    },
    workqueue::{
        Queue,
        Work,
        WorkHandler, //
    },
};
use crate::new_work;
use kernel::sync::Arc;

/// Sleeps until its probe is opened, or until it is stopped.
struct Sleeper(Arc<Probe>);

impl WorkHandler for Sleeper {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        self.0.run_held_up(ctx);
    }

    fn stop(&self) {
        self.0.stop();
    }
}

fn sleeper(ctx: &Sleepable, probe: &Arc<Probe>) -> Work<Sleeper> {
    let queue = Queue::unbound_highpri(ctx, c"morse-kunit").unwrap();
    new_work!(ctx, "Sleeper", &queue, Ok(Sleeper(probe.clone()))).unwrap()
}

pub(crate) fn queueing_runs_the_handler(ctx: &Sleepable) {
    let probe = Probe::open();
    let work = sleeper(ctx, &probe);
    for run in 1..=3 {
        assert!(work.handle().queue());
        probe.wait_for_runs(ctx, run);
    }
    probe.stays(ctx, 3);
}

pub(crate) fn queueing_while_it_runs_runs_it_once_more(ctx: &Sleepable) {
    let probe = Probe::closed();
    let work = sleeper(ctx, &probe);
    let handle = work.handle();
    assert!(handle.queue());
    wait_for(ctx, "the first run", || probe.begun() == 1);
    assert!(handle.queue());
    assert!(!handle.queue(), "it is pending already");
    probe.let_pass();
    probe.wait_for_runs(ctx, 2);
    probe.stays(ctx, 2);
}

/// Spins for 2 ms.
struct Spinner(Arc<Probe>);

impl WorkHandler for Spinner {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        self.0.run(|| {
            spin_until(Ktime::now().after_ns(2_000_000));
        });
    }
}

pub(crate) fn an_item_of_a_bh_queue_runs_and_is_waited_for(ctx: &Sleepable) {
    let probe = Probe::open();
    let queue = Queue::bh_highpri(ctx, c"morse-kunit-bh").unwrap();
    let work = new_work!(ctx, "Spinner", &queue, Ok(Spinner(probe.clone()))).unwrap();
    let handle = work.handle();
    handle.queue();
    probe.wait_for_runs(ctx, 1);
    handle.queue();
    drop(work);
    // It has run or was cancelled, is not running, and does not run again.
    assert!(!handle.queue());
    probe.stays(ctx, probe.ended());
}

pub(crate) fn dropping_stops_and_waits_for_what_runs(ctx: &Sleepable) {
    let probe = Probe::closed();
    let work = sleeper(ctx, &probe);
    work.handle().queue();
    wait_for(ctx, "the run", || probe.begun() == 1);
    assert_eq!((probe.ended(), probe.stops()), (0, 0));
    drop(work);
    assert_eq!((probe.ended(), probe.stops()), (1, 1));
}

pub(crate) fn queueing_after_the_drop_does_nothing(ctx: &Sleepable) {
    let probe = Probe::open();
    let work = sleeper(ctx, &probe);
    let handle = work.handle();
    drop(work);
    assert!(!handle.queue());
    probe.stays(ctx, 0);
}
