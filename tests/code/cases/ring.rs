// SPDX-License-Identifier: GPL-2.0

//! The ring, compared with a queue.

use super::rng::Rng;
use super::store::List;
use crate::code::{Edge, Ring};

const CAPACITY: usize = 16;

/// The edge with a number; its halves differ from each other and from those of other edges.
pub(crate) fn edge(i: u64) -> Edge {
    Edge {
        time_ns: i * 0x1_0000_0001,
        mark: i % 2 == 1,
    }
}

/// Pushes (`true`) and pops in this order, and compares all results with those of a queue.
pub(crate) fn is_a_queue(pushes: impl Iterator<Item = bool>) {
    let ring = Ring::<CAPACITY>::new();
    let mut queue = List::<Edge, CAPACITY>::new();
    let (mut pushed, mut dropped) = (0, 0);
    for (i, push) in pushes.enumerate() {
        if push {
            let edge = edge(i as u64);
            let fits = queue.len() < CAPACITY;
            assert_eq!(ring.push(edge), fits);
            if fits {
                queue.push(edge);
                pushed += 1;
            } else {
                dropped += 1;
            }
        } else {
            assert_eq!(ring.pop(), queue.pop_front());
        }
        assert_eq!(ring.is_empty(), queue.is_empty());
        assert_eq!((ring.pushed(), ring.dropped()), (pushed, dropped));
    }
}

pub(crate) fn is_a_bounded_queue() {
    let mut rng = Rng::new(1);
    // Mostly full, in between, mostly empty.
    for pushes_of_ten in [9, 5, 1] {
        is_a_queue((0..500).map(|_| rng.below(10) < pushes_of_ten));
    }
}

pub(crate) fn keeps_times_and_levels() {
    for time_ns in [0, 1, u64::from(u32::MAX), 1 << 32, (1 << 63) - 1] {
        for mark in [false, true] {
            let ring = Ring::<1>::new();
            let edge = Edge { time_ns, mark };
            assert!(ring.push(edge));
            assert_eq!(ring.pop(), Some(edge));
            assert_eq!(ring.pop(), None);
        }
    }
}
