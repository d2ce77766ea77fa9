// SPDX-License-Identifier: GPL-2.0

//! The counts of edges, for any edges.

use proptest::prelude::*;

use crate::cases::debounce::{accounts_for_every_edge, EDGES_MAX};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_edge_is_accounted_for(
        rests in proptest::collection::vec(
            (prop_oneof![0_u64..5_000, 0_u64..100_000], any::<bool>()),
            0..EDGES_MAX,
        ),
        debounce_ns in prop_oneof![Just(0_u64), 1_u64..10_000],
    ) {
        accounts_for_every_edge(rests.into_iter(), debounce_ns);
    }
}
