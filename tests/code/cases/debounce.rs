// SPDX-License-Identifier: GPL-2.0

//! Debouncing, and the counts of edges.

use super::rng::Rng;
use super::store::List;
use crate::code::{Debounce, Edge, Pulse};

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

pub(crate) fn clean_keying_passes_unchanged() {
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

pub(crate) fn bounces_are_swallowed() {
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
    // The release bounces as much, so the length is right.
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

pub(crate) fn a_spike_does_not_cut_a_mark() {
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

pub(crate) fn without_a_debounce_time_all_edges_count() {
    let mut line = Debounce::new(0, false);
    assert_eq!(line.edge(edge(1, true)), None);
    assert_eq!(line.edge(edge(2, false)), pulse(true, 1));
    assert_eq!(line.edge(edge(3, true)), pulse(false, 1));
    assert_eq!(
        (line.received(), line.debounced(), line.pending()),
        (3, 0, 0)
    );
}

pub(crate) fn edges_missing_in_between_are_survived() {
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

pub(crate) fn a_candidate_of_the_same_level_starts_over() {
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

/// A time without edges: its length, and whether an armed timer expires before the next edge or loses the race.
pub(crate) type Rest = (u64, bool);

/// The most edges that [`accounts_for_every_edge`] takes.
pub(crate) const EDGES_MAX: usize = 64;

/// Feeds edges with `rests` before each, and compares the pulses with those computed from the whole sequence:
/// the levels that lasted for the debounce time.
pub(crate) fn accounts_for_every_edge(rests: impl Iterator<Item = Rest>, debounce_ns: u64) {
    let mut line = Debounce::new(debounce_ns, false);
    let mut edges = List::<Edge, EDGES_MAX>::new();
    let mut pulses = List::<Pulse, EDGES_MAX>::new();
    let mut now_ns = 1_000;
    let mut mark = false;
    for (rest_ns, settles) in rests {
        now_ns += rest_ns;
        if let Some(settles_ns) = line.settles_ns().filter(|ns| settles && *ns < now_ns) {
            pulses.extend(line.settle(settles_ns));
        }
        mark = !mark;
        let edge = Edge {
            time_ns: now_ns,
            mark,
        };
        edges.push(edge);
        pulses.extend(line.edge(edge));
        assert_eq!(
            line.received() + line.debounced() + line.pending(),
            edges.len() as u64
        );
    }
    let end_ns = now_ns + debounce_ns;
    pulses.extend(line.settle(end_ns));
    assert_eq!(line.pending(), 0);
    assert_eq!(line.received() + line.debounced(), edges.len() as u64);

    let mut believed = List::<Edge, EDGES_MAX>::new();
    let ends_ns = edges.iter().skip(1).map(|next| next.time_ns);
    for (edge, until_ns) in edges.iter().zip(ends_ns.chain([end_ns])) {
        let level = believed.last().is_some_and(|last| last.mark);
        if edge.mark != level && until_ns - edge.time_ns >= debounce_ns {
            believed.push(edge);
        }
    }
    assert_eq!(line.received(), believed.len() as u64);
    let expected: List<Pulse, EDGES_MAX> = believed
        .iter()
        .zip(believed.iter().skip(1))
        .map(|(edge, next)| Pulse {
            mark: edge.mark,
            duration_ns: next.time_ns - edge.time_ns,
        })
        .collect();
    assert_eq!(pulses, expected);
    assert_eq!(
        line.is_mark(),
        believed.last().is_some_and(|last| last.mark)
    );
}

/// The level may be read between its change and the interrupt of it.
pub(crate) fn an_edge_that_comes_late_is_not_lost() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    line.edge(edge(10, true));
    line.edge(edge(70, false));
    assert_eq!(line.settle(80 * MS), pulse(true, 60));
    assert_eq!(line.check(Some(edge(80, false))), None);
    assert_eq!(line.check_ns(), None);
    assert_eq!(line.check(Some(edge(100, true))), None);
    assert_eq!(line.check_ns(), Some(100 * MS + Debounce::LATE_NS));
    assert_eq!(line.edge(edge(101, true)), None);
    assert_eq!(line.check_ns(), None);
    assert_eq!(line.settle(106 * MS), pulse(false, 31));
    assert_eq!(line.received(), 3);
    // Nor is one whose level has gone back meanwhile, or cannot be read any more.
    for level in [Some(edge(130, true)), None] {
        assert_eq!(line.check(Some(edge(120, false))), None);
        assert_eq!(line.check(level), None);
        assert_eq!(line.check(Some(edge(150, false))), None);
        assert_eq!(line.check_ns(), Some(150 * MS + Debounce::LATE_NS));
    }
}

pub(crate) fn an_edge_that_does_not_come_is_lost() {
    let mut line = Debounce::new(DEBOUNCE_NS, false);
    let late_ms = Debounce::LATE_NS / MS;
    assert_eq!(line.check(Some(edge(100, true))), None);
    assert_eq!(line.check(Some(edge(99 + late_ms, true))), None);
    let lost = line.check(Some(edge(100 + late_ms, true)));
    assert_eq!(lost, Some(edge(100, true)));
    assert_eq!(line.check_ns(), None);
    assert_eq!(line.lose(edge(100, true)), None);
    assert_eq!(line.settles_ns(), Some(105 * MS));
    line.settle(105 * MS);
    assert!(line.is_mark());
    assert_eq!(line.received(), 0);
}

/// Only the length that a lost edge ends is not known: with a long debounce time its level need not last.
pub(crate) fn a_lost_edge_spoils_one_length_at_most() {
    for lasts in [true, false] {
        let mut line = Debounce::new(200 * MS, false);
        line.edge(edge(1000, true));
        line.edge(edge(2000, false));
        assert_eq!(line.settle(2200 * MS), pulse(true, 1000));
        assert!(line.is_exact());
        line.check(Some(edge(2500, true)));
        let lost = line.check(Some(edge(2600, true))).expect("it is lost");
        assert_eq!(line.lose(lost), None);
        if lasts {
            assert_eq!(line.settle(2700 * MS), pulse(false, 500));
            assert!(!line.is_exact());
        } else {
            assert_eq!(line.edge(edge(2650, false)), None);
            assert_eq!(line.edge(edge(3000, true)), None);
            assert_eq!(line.settle(3200 * MS), pulse(false, 1000));
            assert!(line.is_exact());
        }
    }
}

pub(crate) fn every_edge_is_accounted_for() {
    let mut rng = Rng::new(1);
    for debounce_ns in [0, 1, 100, 5_000] {
        for _ in 0..50 {
            let count = rng.below(EDGES_MAX as u32);
            let rests = (0..count).map(|_| {
                let longest_ns = if rng.one_in(2) { 10_000 } else { 100_000 };
                (u64::from(rng.below(longest_ns)), rng.one_in(2))
            });
            accounts_for_every_edge(rests, debounce_ns);
        }
    }
}

/// A clock that goes back makes marks and spaces of no length, and loses no edge.
pub(crate) fn a_clock_that_goes_back_gives_no_length() {
    for debounce_ns in [0, DEBOUNCE_NS] {
        let mut line = Debounce::new(debounce_ns, false);
        for (count, time_ms) in [1000, 900, 800, 700, 0].into_iter().enumerate() {
            let pulse = line.edge(edge(time_ms, count % 2 == 0));
            assert!(
                pulse.is_none_or(|pulse| pulse.duration_ns == 0),
                "{pulse:?}"
            );
        }
        // And on again.
        line.edge(edge(100, false));
        let pulse = line.settle(200 * MS);
        assert!(
            pulse.is_none_or(|pulse| pulse.duration_ns <= 100 * MS),
            "{pulse:?}"
        );
        assert_eq!(line.received() + line.debounced() + line.pending(), 6);
    }
}
