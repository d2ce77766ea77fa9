// SPDX-License-Identifier: GPL-2.0

//! The ring under loom, which tries the orders of events that the memory model allows.
//!
//! Run it with `cargo loom`, which is an alias in `.cargo/config.toml`.
//!
//! loom reports a missing release or acquire of `head`. It does not let a load see a later store, so it does not
//! check those of `tail`, which order reads of the consumer before the next writes of the producer.

#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use morse_code::{Edge, Ring};

/// A time whose halves differ from each other and between edges, so that a torn slot shows.
fn edge(i: u64) -> Edge {
    Edge {
        time_ns: (i << 40) | i,
        mark: i % 2 == 1,
    }
}

/// Pushes `count` edges in one thread while popping in another. Only edges counted as dropped are lost, and none
/// is repeated, torn or out of order.
///
/// The consumer is the thread started last: loom tries another order of two accesses only after an execution in
/// which the store came first, as a later load of the same thread replaces an earlier one.
fn push_and_pop<const CAPACITY: usize>(begun: u32, count: u64) {
    loom::model(move || {
        let ring = Arc::new(Ring::<CAPACITY>::begun(begun));
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                (1..=count)
                    .filter(|i| ring.push(edge(*i)))
                    .collect::<Vec<u64>>()
            })
        };
        let consumer = {
            let ring = ring.clone();
            thread::spawn(move || (0..count).filter_map(|_| ring.pop()).collect::<Vec<Edge>>())
        };
        let pushed = producer.join().unwrap();
        let mut popped = consumer.join().unwrap();
        while let Some(edge) = ring.pop() {
            popped.push(edge);
        }
        assert!(ring.is_empty());
        let expected: Vec<Edge> = pushed.iter().map(|i| edge(*i)).collect();
        assert_eq!(popped, expected);
        assert_eq!(u64::from(ring.dropped()) + pushed.len() as u64, count);
        assert_eq!(ring.pushed(), begun.wrapping_add(pushed.len() as u32));
        assert!(pushed.len() >= CAPACITY.min(count as usize));
    });
}

#[test]
fn hands_over_edges() {
    push_and_pop::<2>(0, 2);
}

#[test]
fn overflows_and_counts() {
    push_and_pop::<1>(0, 3);
}

#[test]
fn wraps_its_counters() {
    push_and_pop::<1>(u32::MAX, 2);
}
