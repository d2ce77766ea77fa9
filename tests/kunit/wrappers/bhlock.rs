// SPDX-License-Identifier: GPL-2.0

//! The spinlock that tasks share with softirqs.

use super::probe::{
    sleep_ms,
    Probe, //
};
use crate::linux::{
    bhlock::SpinLockBh,
    context::{
        Atomic,
        Sleepable, //
    },
    tasklet::Tasklet,
    time::{
        spin_until,
        Ktime, //
    },
    workqueue::WorkHandler, //
};
use crate::new_spinlock_bh;
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// Adds one in a softirq.
struct Adder {
    sum: Arc<SpinLockBh<u32>>,
    probe: Arc<Probe>,
}

impl WorkHandler for Adder {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        self.probe.run(|| *self.sum.lock() += 1);
    }
}

fn adder(ctx: &Sleepable, sum: &Arc<SpinLockBh<u32>>, probe: &Arc<Probe>) -> Tasklet<Adder> {
    Tasklet::new(
        ctx,
        Ok(Adder {
            sum: sum.clone(),
            probe: probe.clone(),
        }),
    )
    .unwrap()
}

fn sum() -> Arc<SpinLockBh<u32>> {
    Arc::pin_init(new_spinlock_bh!(0, "sum"), GFP_KERNEL).unwrap()
}

pub(crate) fn softirqs_wait_for_it(ctx: &Sleepable) {
    let (sum, probe) = (sum(), Probe::open());
    let adder = adder(ctx, &sum, &probe);
    let begun = {
        let _guard = sum.lock();
        // On this CPU, where softirqs are disabled.
        adder.handle().schedule();
        spin_until(Ktime::now().after_ns(20_000_000));
        probe.begun()
    };
    assert_eq!(begun, 0);
    probe.wait_for_runs(ctx, 1);
    assert_eq!(*sum.lock(), 1);
}

pub(crate) fn nothing_is_lost_between_a_task_and_a_softirq(ctx: &Sleepable) {
    const ADDITIONS: u32 = 2_000;

    let (sum, probe) = (sum(), Probe::open());
    let adder = adder(ctx, &sum, &probe);
    let handle = adder.handle();
    for i in 0..ADDITIONS {
        handle.schedule();
        *sum.lock() += 1;
        if i % 100 == 0 {
            sleep_ms(ctx, 1);
        }
    }
    drop(adder);
    assert_eq!(*sum.lock(), ADDITIONS + probe.ended());
    assert!(probe.ended() > 0);
}
