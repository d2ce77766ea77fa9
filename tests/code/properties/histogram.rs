// SPDX-License-Identifier: GPL-2.0

//! A histogram that is read and reset while another thread records. All orders of events are tried by
//! `histogram_loom`.

use std::thread;

use crate::code::util::histogram::{Histogram, Snapshot, BUCKETS};

/// What a snapshot of nothing but 1, 3 and 9 ns must hold to; there are as many of each, up to one.
fn is_whole(snapshot: &Snapshot) {
    let count = snapshot.count();
    let buckets: Vec<(u64, u32)> = snapshot.buckets().collect();
    assert_eq!(buckets.iter().map(|(_, count)| count).sum::<u32>(), count);
    let sum: u64 = buckets
        .iter()
        .map(|(low_ns, count)| {
            let ns = match low_ns {
                1 => 1,
                2 => 3,
                8 => 9,
                other => panic!("nothing from {other} ns on was recorded"),
            };
            ns * u64::from(*count)
        })
        .sum();
    let mean = sum.checked_div(u64::from(count)).unwrap_or(0);
    assert_eq!(snapshot.mean_ns(), mean);
    if let (Some((first, _)), Some((last, _))) = (buckets.first(), buckets.last()) {
        assert_eq!(snapshot.min_ns().next_power_of_two() / 2, first / 2);
        assert!((*last..last * 2).contains(&snapshot.max_ns()));
    }
    for (_, in_bucket) in buckets {
        assert!(in_bucket.abs_diff(count / 3) <= 1);
    }
}

#[test]
fn readers_see_whole_numbers_while_others_record_and_reset() {
    const ROUNDS: u64 = 300_000;
    let histogram = Histogram::<BUCKETS>::new();
    let (seen, resets) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..ROUNDS {
                for ns in [1, 3, 9] {
                    histogram.record(ns);
                }
            }
        });
        let (mut seen, mut resets) = (0_u64, 0_u64);
        loop {
            let over = writer.is_finished();
            if let Some(snapshot) = histogram.snapshot() {
                is_whole(&snapshot);
                seen += 1;
                if seen % 8 == 0 {
                    histogram.reset();
                    resets += 1;
                }
            }
            if over {
                return (seen, resets);
            }
            thread::yield_now();
        }
    });
    assert!(seen > 0);
    if resets == 0 {
        let snapshot = histogram.snapshot().expect("nobody records");
        assert_eq!(u64::from(snapshot.count()), 3 * ROUNDS);
    }
}
