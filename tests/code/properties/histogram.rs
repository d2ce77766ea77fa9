// SPDX-License-Identifier: GPL-2.0

//! The histogram of the sample `latency`.

use proptest::prelude::*;

#[path = "../../../samples/latency/histogram.rs"]
mod sample;

use sample::Histogram;

/// The last bucket begins there.
const LAST_NS: u64 = 1 << 38;

fn of(durations: &[u64]) -> Histogram {
    let mut histogram = Histogram::EMPTY;
    for ns in durations {
        histogram.record(*ns);
    }
    histogram
}

#[test]
fn without_durations_all_is_zero() {
    let empty = of(&[]);
    assert_eq!((empty.count(), empty.min_ns()), (0, 0));
    assert_eq!((empty.mean_ns(), empty.max_ns()), (0, 0));
    assert_eq!(empty.buckets().count(), 0);
}

#[test]
fn buckets_begin_at_powers_of_two() {
    for power in 0..u64::BITS {
        let low_ns = 1_u64 << power;
        for ns in [low_ns, low_ns + (low_ns - 1)] {
            let buckets: Vec<(u64, u32)> = of(&[ns]).buckets().collect();
            assert_eq!(buckets, [(low_ns.min(LAST_NS), 1)], "{ns}");
        }
    }
    assert_eq!(of(&[0, 0]).buckets().collect::<Vec<_>>(), [(0, 2)]);
}

proptest! {
    #[test]
    fn all_durations_are_counted(durations in proptest::collection::vec(0..1_u64 << 40, 1..200)) {
        let histogram = of(&durations);
        let count = durations.len() as u64;
        prop_assert_eq!(u64::from(histogram.count()), count);
        prop_assert_eq!(Some(histogram.min_ns()), durations.iter().copied().min());
        prop_assert_eq!(Some(histogram.max_ns()), durations.iter().copied().max());
        prop_assert_eq!(histogram.mean_ns(), durations.iter().sum::<u64>() / count);
        prop_assert_eq!(histogram.buckets().map(|(_, count)| u64::from(count)).sum::<u64>(), count);
        for (low_ns, count) in histogram.buckets() {
            let end_ns = if low_ns == LAST_NS { u64::MAX } else { (low_ns * 2).max(1) };
            let within = durations.iter().filter(|ns| (low_ns..end_ns).contains(*ns)).count();
            prop_assert_eq!(within as u64, u64::from(count), "from {}", low_ns);
        }
    }
}
