// SPDX-License-Identifier: GPL-2.0

//! Histograms against what is counted one by one.

use super::rng::Rng;
use crate::code::util::histogram::{Histogram, Snapshot, BUCKETS};

/// Most durations that a test compares.
const MANY: usize = 64;

/// What `histogram` tells, while nobody records.
fn told(histogram: &Histogram) -> Snapshot {
    histogram.snapshot().expect("nobody records")
}

/// Checks all that is told of `durations`, none of 2^63 ns or more.
fn is_of(snapshot: &Snapshot, durations: &mut [u64]) {
    durations.sort_unstable();
    let count = durations.len();
    assert_eq!(snapshot.count() as usize, count);
    let (Some(first), Some(last)) = (durations.first(), durations.last()) else {
        assert_eq!(*snapshot, Snapshot::EMPTY);
        return;
    };
    assert_eq!((snapshot.min_ns(), snapshot.max_ns()), (*first, *last));
    let total = durations
        .iter()
        .fold(0, |sum: u64, ns| sum.saturating_add(*ns));
    let rest = total - snapshot.mean_ns() * count as u64;
    assert!(rest < count as u64);
    // So few that all of them count, but only to the end of a bucket.
    assert_eq!(snapshot.p99_ns(), *last);
    let mut above: &[u64] = durations;
    for (low_ns, in_bucket) in snapshot.buckets() {
        let (here, others) = above.split_at(in_bucket as usize);
        for ns in here {
            assert!(*ns == low_ns || (*ns > low_ns && ns / 2 < low_ns));
        }
        above = others;
    }
    assert!(above.is_empty());
}

pub(crate) fn nothing_recorded_is_all_zero() {
    let snapshot = told(&Histogram::new());
    assert_eq!(snapshot, Snapshot::EMPTY);
    assert_eq!(snapshot.mean_ns(), 0);
    assert_eq!(snapshot.p99_ns(), 0);
    assert_eq!(snapshot.buckets().count(), 0);
}

pub(crate) fn buckets_are_powers_of_two() {
    for (ns, low_ns) in [
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 2),
        (4, 4),
        (1023, 512),
        (1024, 1024),
        (u64::MAX >> 1, 1 << 62),
        // There is no bucket of its own beyond 292 years.
        (u64::MAX, 1 << 62),
    ] {
        let histogram = Histogram::<BUCKETS>::new();
        histogram.record(ns);
        let snapshot = told(&histogram);
        assert!(snapshot.buckets().eq([(low_ns, 1)]), "{ns}");
        assert_eq!((snapshot.min_ns(), snapshot.max_ns()), (ns, ns));
        assert_eq!((snapshot.mean_ns(), snapshot.p99_ns()), (ns, ns));
    }
}

pub(crate) fn one_of_a_hundred_may_be_longer() {
    let histogram = Histogram::<BUCKETS>::new();
    for _ in 0..99 {
        histogram.record(1000);
    }
    // So far the longest is all there is.
    assert_eq!(told(&histogram).p99_ns(), 1000);
    histogram.record(1_000_000);
    // The end of the bucket of 1000 ns.
    assert_eq!(told(&histogram).p99_ns(), 1023);
    histogram.record(1_000_000);
    assert_eq!(told(&histogram).p99_ns(), 1_000_000);
}

pub(crate) fn any_durations_are_counted() {
    let mut rng = Rng::new(7);
    for round in 0..50 {
        let histogram = Histogram::<BUCKETS>::new();
        let mut durations = [0; MANY];
        let durations = &mut durations[..rng.below(MANY as u32) as usize];
        for ns in &mut *durations {
            // Of every length; in the last rounds their sum saturates.
            *ns = rng.next() >> (rng.below(48) + if round < 40 { 16 } else { 1 });
            histogram.record(*ns);
        }
        is_of(&told(&histogram), durations);
    }
}

pub(crate) fn merged_is_as_if_recorded_in_one() {
    let mut rng = Rng::new(8);
    for _ in 0..50 {
        let histograms = [Histogram::new(), Histogram::new()];
        let mut durations = [0; MANY];
        let durations = &mut durations[..rng.below(MANY as u32) as usize];
        for ns in &mut *durations {
            *ns = rng.next() >> (rng.below(40) + 24);
            histograms[rng.below(2) as usize].record(*ns);
        }
        let mut merged = Snapshot::EMPTY;
        for histogram in &histograms {
            merged.merge(&told(histogram));
        }
        is_of(&merged, durations);
    }
}

pub(crate) fn a_reset_forgets_what_was_before() {
    let histogram = Histogram::<BUCKETS>::new();
    for resets in 0..3 {
        histogram.record(5);
        histogram.record(70);
        is_of(&told(&histogram), &mut [5, 70]);
        for _ in 0..=resets {
            histogram.reset();
        }
        assert_eq!(told(&histogram), Snapshot::EMPTY);
    }
    histogram.record(6);
    is_of(&told(&histogram), &mut [6]);
}
