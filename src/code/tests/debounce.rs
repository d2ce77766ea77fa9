// SPDX-License-Identifier: GPL-2.0

//! Debouncing, and that every edge is accounted for.

#![cfg(not(loom))]

use morse_code::{Debounce, Edge, Pulse};
use proptest::prelude::*;

const MS: u64 = 1_000_000;
const DEBOUNCE_NS: u64 = 5 * MS;

fn edge(time_ms: u64, mark: bool) -> Edge {
    Edge {
        time_ns: time_ms * MS,
        mark,
    }
}

fn pulse(mark: bool, duration_ms: u64) -> Option<Pulse> {
    Some(Pulse {
        mark,
        duration_ns: duration_ms * MS,
    })
}

#[test]
fn clean_keying_passes_unchanged() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    // The space before the first mark has no known length.
    assert_eq!(line.edge(edge(100, true)), None);
    assert_eq!(line.settles_ns(), Some(105 * MS));
    assert_eq!(line.edge(edge(160, false)), None);
    assert_eq!(line.edge(edge(220, true)), pulse(true, 60));
    assert_eq!(line.edge(edge(400, false)), pulse(false, 60));
    assert_eq!(line.settle(404 * MS), None);
    assert_eq!(line.settle(405 * MS), pulse(true, 180));
    assert_eq!(line.settles_ns(), None);
    assert_eq!(line.since_ns(), Some(400 * MS));
    assert!(!line.is_mark());
    assert_eq!(
        (line.received(), line.debounced(), line.pending()),
        (4, 0, 0)
    );
}

#[test]
fn bounces_are_swallowed() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    for (time_ms, mark) in [
        (100, true),
        (101, false),
        (102, true),
        (103, false),
        (104, true),
    ] {
        assert_eq!(line.edge(edge(time_ms, mark)), None);
    }
    assert_eq!(line.settle(108 * MS), None);
    assert_eq!(line.settle(109 * MS), None);
    assert!(line.is_mark());
    // Released, with as much bouncing: the length is right.
    for (time_ms, mark) in [
        (160, false),
        (161, true),
        (162, false),
        (163, true),
        (164, false),
    ] {
        assert_eq!(line.edge(edge(time_ms, mark)), None);
    }
    assert_eq!(line.settle(169 * MS), pulse(true, 60));
    assert_eq!(
        (line.received(), line.debounced(), line.pending()),
        (2, 8, 0)
    );
}

#[test]
fn a_spike_does_not_cut_a_mark() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    line.edge(edge(100, true));
    line.settle(105 * MS);
    assert_eq!(line.edge(edge(130, false)), None);
    assert_eq!(line.edge(edge(133, true)), None);
    assert_eq!(line.settles_ns(), None);
    assert_eq!(line.edge(edge(200, false)), None);
    assert_eq!(line.settle(205 * MS), pulse(true, 100));
    assert_eq!((line.received(), line.debounced()), (2, 2));
}

#[test]
fn without_a_debounce_time_all_edges_count() {
    let mut line = Debounce::new(0, false);
    assert_eq!(line.edge(edge(1, true)), None);
    assert_eq!(line.edge(edge(2, false)), pulse(true, 1));
    assert_eq!(line.edge(edge(3, true)), pulse(false, 1));
    assert_eq!(
        (line.received(), line.debounced(), line.pending()),
        (3, 0, 0)
    );
}

#[test]
fn edges_missing_in_between_are_survived() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    line.edge(edge(100, true));
    line.settle(105 * MS);
    // The release was dropped.
    assert_eq!(line.edge(edge(200, true)), None);
    assert!(line.is_mark());
    // The next one too, but the line is read afterwards.
    assert_eq!(line.resync(edge(300, false)), None);
    assert_eq!(line.resync(edge(303, false)), None);
    assert_eq!(line.settle(305 * MS), pulse(true, 200));
    assert_eq!(
        (line.received(), line.debounced(), line.pending()),
        (1, 1, 0)
    );
}

#[test]
fn a_candidate_of_the_same_level_starts_over() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    line.edge(edge(100, true));
    // The release between was dropped: the level was not stable since 100.
    line.edge(edge(104, true));
    assert_eq!(line.settle(106 * MS), None);
    assert!(!line.is_mark());
    line.settle(109 * MS);
    assert_eq!(line.since_ns(), Some(104 * MS));
    assert_eq!((line.received(), line.debounced()), (1, 1));
}

/// What the line was believed to be, worked out with hindsight: the levels that lasted, without those
/// that did not.
fn model(edges: &[Edge], debounce_ns: u64, end_ns: u64) -> Vec<Edge> {
    let mut believed: Vec<Edge> = Vec::new();
    for (i, edge) in edges.iter().enumerate() {
        let until_ns = edges.get(i + 1).map_or(end_ns, |next| next.time_ns);
        let level = believed.last().is_some_and(|last| last.mark);
        if edge.mark != level && until_ns - edge.time_ns >= debounce_ns {
            believed.push(*edge);
        }
    }
    believed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_edge_is_accounted_for(
        gaps in proptest::collection::vec((prop_oneof![0_u64..5_000, 0_u64..100_000], any::<bool>()), 0..200),
        debounce_ns in prop_oneof![Just(0_u64), 1_u64..10_000],
    ) {
        let mut line = Debounce::new(debounce_ns, false);
        let mut edges = Vec::new();
        let mut pulses = Vec::new();
        let mut now_ns = 1_000;
        let mut mark = false;
        for (gap_ns, settles) in gaps {
            now_ns += gap_ns;
            // The timer may go off before the next edge, or lose the race to it.
            if settles && line.settles_ns().is_some_and(|settles_ns| settles_ns < now_ns) {
                pulses.extend(line.settle(line.settles_ns().unwrap_or(now_ns)));
            }
            mark = !mark;
            let edge = Edge { time_ns: now_ns, mark };
            edges.push(edge);
            pulses.extend(line.edge(edge));
            prop_assert_eq!(
                line.received() + line.debounced() + line.pending(),
                edges.len() as u64
            );
        }
        let end_ns = now_ns + debounce_ns;
        pulses.extend(line.settle(end_ns));
        prop_assert_eq!(line.pending(), 0);
        prop_assert_eq!(line.received() + line.debounced(), edges.len() as u64);

        let believed = model(&edges, debounce_ns, end_ns);
        prop_assert_eq!(line.received(), believed.len() as u64);
        let expected: Vec<Pulse> = believed
            .windows(2)
            .map(|pair| Pulse {
                mark: pair[0].mark,
                duration_ns: pair[1].time_ns - pair[0].time_ns,
            })
            .collect();
        prop_assert_eq!(pulses, expected);
        prop_assert_eq!(line.is_mark(), believed.last().is_some_and(|last| last.mark));
    }
}
