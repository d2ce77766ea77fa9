// SPDX-License-Identifier: GPL-2.0

//! The ring, compared with a queue, and between two threads. `ring_loom` tries all orders of events.

use std::thread;

use proptest::prelude::*;

use crate::cases::ring::{edge, is_a_queue};
use crate::code::{Edge, Ring};

proptest! {
    #[test]
    fn is_a_bounded_queue(pushes in proptest::collection::vec(any::<bool>(), 0..500)) {
        is_a_queue(pushes.into_iter());
    }

    #[test]
    fn keeps_times_and_levels(time_ns in 0_u64..1 << 63, mark in any::<bool>()) {
        let ring = Ring::<1>::new();
        let edge = Edge { time_ns, mark };
        prop_assert!(ring.push(edge));
        prop_assert_eq!(ring.pop(), Some(edge));
    }
}

#[test]
fn two_threads_lose_nothing_but_what_is_counted() {
    const COUNT: u64 = 1_000_000;
    let ring = Ring::<64>::new();
    let popped = thread::scope(|scope| {
        let producer = scope.spawn(|| {
            for i in 0..COUNT {
                ring.push(edge(i));
            }
        });
        let mut popped: u64 = 0;
        let mut last: Option<u64> = None;
        loop {
            let over = producer.is_finished();
            while let Some(edge) = ring.pop() {
                let i = edge.time_ns >> 32;
                assert_eq!(edge, self::edge(i));
                assert!(last.is_none_or(|last| last < i));
                last = Some(i);
                popped += 1;
            }
            if over {
                return popped;
            }
            thread::yield_now();
        }
    });
    assert_eq!(popped, u64::from(ring.pushed()));
    assert_eq!(popped + u64::from(ring.dropped()), COUNT);
}
