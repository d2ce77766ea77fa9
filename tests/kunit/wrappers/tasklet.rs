// SPDX-License-Identifier: GPL-2.0

//! Tasklets.

use super::probe::Probe;
use crate::linux::{
    context::{Atomic, Sleepable},
    tasklet::Tasklet,
    time::{spin_until, Ktime},
    workqueue::Handler,
};
use kernel::sync::Arc;

/// Takes its time without sleeping.
struct Spinner(Arc<Probe>);

impl Handler for Spinner {
    type Context = Atomic;

    fn run(&self, _ctx: &Atomic) {
        self.0.run(|| {
            spin_until(Ktime::now().after_ns(2_000_000));
        });
    }
}

fn spinner(probe: &Arc<Probe>) -> Tasklet<Spinner> {
    Tasklet::new(Ok(Spinner(probe.clone()))).unwrap()
}

pub(crate) fn a_kick_runs_the_handler(ctx: &Sleepable) {
    let probe = Probe::open();
    let tasklet = spinner(&probe);
    for run in 1..=3 {
        tasklet.kick().schedule();
        probe.wait_for_runs(ctx, run);
    }
    probe.stays(ctx, 3);
}

pub(crate) fn dropping_waits_for_what_runs(ctx: &Sleepable) {
    for _ in 0..10 {
        let probe = Probe::open();
        let tasklet = spinner(&probe);
        tasklet.kick().schedule();
        drop(tasklet);
        // Run or not, but not in between.
        probe.stays(ctx, probe.ended());
    }
}

pub(crate) fn a_kick_after_the_drop_does_nothing(ctx: &Sleepable) {
    let probe = Probe::open();
    let tasklet = spinner(&probe);
    let kick = tasklet.kick();
    drop(tasklet);
    kick.schedule();
    probe.stays(ctx, 0);
}
