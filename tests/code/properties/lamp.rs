// SPDX-License-Identifier: GPL-2.0

//! What the lamp sends at any setting is read back.

use super::keyed::{
    key,
    receive, //
};
use crate::cases::operator::{
    unit_ns,
    Beat,
    Operator,
    GAPS, //
};
use crate::cases::rng::Rng;
use crate::code::Decoder;

const TEXT: &str = "CQ CQ DE MORSE THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 599 73";

#[test]
fn every_weight_is_read_back() {
    for gaps in GAPS {
        for wpm in [5, 13, 20, 40, 60] {
            for weight_percent in (20..=80).step_by(5) {
                let mut rng = Rng::new(wpm);
                // A mark is longer by as much as the space after it is shorter.
                let longer_ns = 2 * unit_ns(wpm) as i64 * (weight_percent - 50) / 100;
                let beats: Vec<Beat> = key(&Operator::steady(wpm), TEXT, &mut rng)
                    .into_iter()
                    .map(|beat| Beat {
                        mark_ns: beat.mark_ns.saturating_add_signed(longer_ns),
                        space_ns: beat.space_ns.saturating_add_signed(-longer_ns),
                    })
                    .collect();
                let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                assert_eq!(read, TEXT, "{gaps:?}, {wpm} WPM, weight {weight_percent}");
            }
        }
    }
}

#[test]
fn farnsworth_is_read_back_from_the_first_word() {
    for gaps in GAPS {
        // 20 WPM at 15, 10, 5 and 4 WPM overall.
        for stretch_percent in [150, 190, 360, 890, 1150] {
            let mut rng = Rng::new(1);
            let operator = Operator {
                stretch_percent,
                ..Operator::steady(20)
            };
            let beats = key(&operator, TEXT, &mut rng);
            let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
            assert_eq!(read, TEXT, "{gaps:?}, gaps of {stretch_percent} %");
        }
    }
}
