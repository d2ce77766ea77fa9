// SPDX-License-Identifier: GPL-2.0

//! The ring between two CPUs, as between an interrupt and a softirq.

use super::probe::sleep_ms;
use crate::cases::ring::edge;
use crate::code::Ring;
use crate::linux::{
    context::Sleepable,
    workqueue::{
        Queue,
        WorkHandler, //
    },
};
use crate::new_work;
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

const EDGES: u32 = 20_000;

struct Line {
    ring: Ring<64>,
    is_over: AtomicFlag,
}

struct Producer(Arc<Line>);

impl WorkHandler for Producer {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        for i in 0..EDGES {
            self.0.ring.push(edge(u64::from(i)));
            // Let the consumer fall behind, and catch up at times.
            if i % 500 == 0 {
                sleep_ms(ctx, 1);
            }
        }
        self.0.is_over.store(true, Release);
    }
}

pub(crate) fn nothing_is_lost_between_two_processors(ctx: &Sleepable) {
    let line = Line {
        ring: Ring::new(),
        is_over: AtomicFlag::new(false),
    };
    let line = Arc::new(line, GFP_KERNEL).unwrap();
    let queue = Queue::unbound_highpri(ctx, c"morse-kunit").unwrap();
    let producer = new_work!(ctx, "Producer", &queue, Ok(Producer(line.clone()))).unwrap();
    producer.handle().queue();

    let (mut popped, mut last) = (0, None);
    loop {
        let is_over = line.is_over.load(Acquire);
        while let Some(edge) = line.ring.pop() {
            let i = edge.time_ns >> u32::BITS;
            assert_eq!(edge, self::edge(i));
            assert!(last.is_none_or(|last| last < i));
            last = Some(i);
            popped += 1;
        }
        if is_over {
            break;
        }
        core::hint::spin_loop();
    }
    assert_eq!(popped, line.ring.pushed());
    assert_eq!(popped + line.ring.dropped(), EDGES);
    assert!(popped > 0);
}
