// SPDX-License-Identifier: GPL-2.0

//! Tasklets.

use super::probe::Probe;
use crate::linux::{
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
use kernel::sync::Arc;

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

fn spinner(ctx: &Sleepable, probe: &Arc<Probe>) -> Tasklet<Spinner> {
    Tasklet::new(ctx, Ok(Spinner(probe.clone()))).unwrap()
}

pub(crate) fn scheduling_runs_the_handler(ctx: &Sleepable) {
    let probe = Probe::open();
    let tasklet = spinner(ctx, &probe);
    for run in 1..=3 {
        tasklet.handle().schedule();
        probe.wait_for_runs(ctx, run);
    }
    probe.stays(ctx, 3);
}

pub(crate) fn dropping_waits_for_what_runs(ctx: &Sleepable) {
    for _ in 0..10 {
        let probe = Probe::open();
        let tasklet = spinner(ctx, &probe);
        tasklet.handle().schedule();
        drop(tasklet);
        // It has run or not, but is not running.
        probe.stays(ctx, probe.ended());
    }
}

pub(crate) fn scheduling_after_the_drop_does_nothing(ctx: &Sleepable) {
    let probe = Probe::open();
    let tasklet = spinner(ctx, &probe);
    let handle = tasklet.handle();
    drop(tasklet);
    handle.schedule();
    probe.stays(ctx, 0);
}
