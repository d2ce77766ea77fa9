// SPDX-License-Identifier: GPL-2.0

//! Histograms under loom, which tries the orders of events that the memory model allows.
//!
//! Run it with `cargo loom`, which is an alias in `.cargo/config.toml`.

#![cfg(loom)]

use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;
use morse_code::util::histogram::{Histogram, Snapshot};

/// Few buckets, so that the orders are not too many: for 0 ns, and for all else.
const BUCKETS: usize = 2;
/// Its halves differ, so that a torn sum shows.
const LONG_NS: u64 = (7 << 32) | 5;

/// Tries the orders in which a thread is interrupted at most so often; all would take hours.
fn model(test: impl Fn() + Sync + Send + 'static) {
    const PREEMPTIONS: usize = 2;
    let mut builder = Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(test);
}

/// What a histogram tells into which these were recorded, alone.
fn of(durations: &[u64]) -> Snapshot<BUCKETS> {
    let histogram = Histogram::<BUCKETS>::new();
    for ns in durations {
        histogram.record(*ns);
    }
    histogram.snapshot().unwrap()
}

#[test]
fn a_snapshot_is_of_one_point_in_time() {
    model(|| {
        let histogram = Arc::new(Histogram::<BUCKETS>::new());
        histogram.record(LONG_NS);
        let writer = {
            let histogram = histogram.clone();
            thread::spawn(move || histogram.record(0))
        };
        let reader = {
            let histogram = histogram.clone();
            thread::spawn(move || histogram.snapshot())
        };
        writer.join().unwrap();
        let possible = [of(&[LONG_NS]), of(&[LONG_NS, 0])];
        if let Some(snapshot) = reader.join().unwrap() {
            assert!(possible.contains(&snapshot), "{snapshot:?}");
        }
        assert_eq!(histogram.snapshot(), Some(possible[1]));
    });
}

#[test]
fn a_reset_at_the_same_time_leaves_nothing_half_counted() {
    model(|| {
        let histogram = Arc::new(Histogram::<BUCKETS>::new());
        histogram.record(LONG_NS);
        let writer = {
            let histogram = histogram.clone();
            thread::spawn(move || histogram.record(1))
        };
        let resetter = {
            let histogram = histogram.clone();
            thread::spawn(move || {
                histogram.reset();
                histogram.snapshot()
            })
        };
        writer.join().unwrap();
        // Whoever resets does not see what was before.
        if let Some(snapshot) = resetter.join().unwrap() {
            assert!([of(&[]), of(&[1])].contains(&snapshot), "{snapshot:?}");
        }
        let snapshot = histogram.snapshot().unwrap();
        assert!([of(&[]), of(&[1])].contains(&snapshot), "{snapshot:?}");
    });
}
