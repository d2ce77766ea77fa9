// SPDX-License-Identifier: GPL-2.0

//! Wait queues.

use super::probe::{
    ms_between,
    sleep_ms, //
};
use crate::linux::{
    context::Sleepable,
    time::Ktime,
    wait::{
        WaitQueue,
        WakeReason, //
    },
    workqueue::{
        Queue,
        WorkHandler, //
    },
};
use crate::{
    new_wait_queue,
    new_work, //
};
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            AtomicFlag,
            Release, //
        },
        Arc, //
    },
};

const LONG_NS: i64 = 10_000_000_000;

#[pin_data]
struct Door {
    is_open: AtomicFlag,
    #[pin]
    wait: WaitQueue,
}

fn door() -> Arc<Door> {
    let door = pin_init!(Door {
        is_open: AtomicFlag::new(false),
        wait <- new_wait_queue!("Door::wait"),
    });
    Arc::pin_init(door, GFP_KERNEL).unwrap()
}

/// Wakes the waiting task twice, the second time with the door open.
struct Visitor(Arc<Door>);

impl WorkHandler for Visitor {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        sleep_ms(ctx, 10);
        self.0.wait.wake_up_all();
        sleep_ms(ctx, 10);
        self.0.is_open.store(true, Release);
        self.0.wait.wake_up_all();
    }
}

pub(crate) fn a_wake_up_ends_the_wait(ctx: &Sleepable) {
    let door = door();
    let queue = Queue::unbound_highpri(ctx, c"morse-kunit").unwrap();
    let visitor = new_work!(ctx, "Visitor", &queue, Ok(Visitor(door.clone()))).unwrap();
    let start = Ktime::now();
    visitor.handle().queue();
    let wake = door
        .wait
        .wait_event_idle_until(ctx, start.after_ns(LONG_NS), |_| door.is_open.load(Acquire));
    assert_eq!(wake, WakeReason::Condition);
    let took_ms = ms_between(start, Ktime::now());
    assert!((20..1_000).contains(&took_ms), "{took_ms} ms");
}

pub(crate) fn the_deadline_ends_the_wait(ctx: &Sleepable) {
    let door = door();
    for ns in [0, 1, 1_000_000, 30_000_000] {
        let deadline = Ktime::now().after_ns(ns);
        let wake = door
            .wait
            .wait_event_idle_until(ctx, deadline, |_| door.is_open.load(Acquire));
        assert_eq!(wake, WakeReason::Deadline);
        let late_ms = ms_between(deadline, Ktime::now());
        assert!((0..20).contains(&late_ms), "{late_ms} ms late");
    }
}
