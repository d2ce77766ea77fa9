// SPDX-License-Identifier: GPL-2.0

//! Bells.

use super::probe::{ms_between, sleep_ms};
use crate::linux::{
    context::Sleepable,
    time::Ktime,
    wait::{Bell, Wake},
    workqueue::{Queue, WorkHandler},
};
use crate::{new_bell, new_work};
use kernel::{
    prelude::*,
    sync::{
        atomic::{Acquire, AtomicFlag, Release},
        Arc,
    },
};

const LONG_NS: i64 = 10_000_000_000;

#[pin_data]
struct Door {
    is_open: AtomicFlag,
    #[pin]
    bell: Bell,
}

fn door() -> Arc<Door> {
    let door = pin_init!(Door {
        is_open: AtomicFlag::new(false),
        bell <- new_bell!("Door::bell"),
    });
    Arc::pin_init(door, GFP_KERNEL).unwrap()
}

/// Rings in vain, and then with the door open.
struct Visitor(Arc<Door>);

impl WorkHandler for Visitor {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        sleep_ms(ctx, 10);
        self.0.bell.ring();
        sleep_ms(ctx, 10);
        self.0.is_open.store(true, Release);
        self.0.bell.ring();
    }
}

pub(crate) fn a_ring_ends_the_wait(ctx: &Sleepable) {
    let door = door();
    let queue = Queue::unbound_highpri(c"morse-kunit").unwrap();
    let visitor = new_work!("Visitor", &queue, Ok(Visitor(door.clone()))).unwrap();
    let start = Ktime::now();
    visitor.handle().queue();
    let wake = door
        .bell
        .wait_until(ctx, start.after_ns(LONG_NS), |_| door.is_open.load(Acquire));
    assert_eq!(wake, Wake::Condition);
    let took_ms = ms_between(start, Ktime::now());
    assert!((20..1_000).contains(&took_ms), "{took_ms} ms");
}

pub(crate) fn the_deadline_ends_the_wait(ctx: &Sleepable) {
    let door = door();
    for ns in [0, 1, 1_000_000, 30_000_000] {
        let deadline = Ktime::now().after_ns(ns);
        let wake = door
            .bell
            .wait_until(ctx, deadline, |_| door.is_open.load(Acquire));
        assert_eq!(wake, Wake::Deadline);
        let late_ms = ms_between(deadline, Ktime::now());
        assert!((0..20).contains(&late_ms), "{late_ms} ms late");
    }
}
