// SPDX-License-Identifier: GPL-2.0

//! The ring against a queue, and between two threads. All orders of events are tried by `ring_loom`.

#![cfg(not(loom))]

use std::collections::VecDeque;
use std::thread;

use morse_code::{Edge, Ring};
use proptest::prelude::*;

fn edge(i: u64) -> Edge {
    Edge {
        time_ns: i * 0x1_0000_0001,
        mark: i % 2 == 1,
    }
}

proptest! {
    #[test]
    fn is_a_bounded_queue(pushes in proptest::collection::vec(any::<bool>(), 0..500)) {
        let ring = Ring::<16>::new();
        let mut queue = VecDeque::new();
        let (mut pushed, mut dropped) = (0, 0);
        for (i, push) in pushes.into_iter().enumerate() {
            if push {
                let edge = edge(i as u64);
                let fits = queue.len() < 16;
                prop_assert_eq!(ring.push(edge), fits);
                if fits {
                    queue.push_back(edge);
                    pushed += 1;
                } else {
                    dropped += 1;
                }
            } else {
                prop_assert_eq!(ring.pop(), queue.pop_front());
            }
            prop_assert_eq!(ring.is_empty(), queue.is_empty());
            prop_assert_eq!((ring.pushed(), ring.dropped()), (pushed, dropped));
        }
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
