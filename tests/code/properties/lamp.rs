// SPDX-License-Identifier: GPL-2.0

//! The decoder reads the lamp at any setting.

use super::keyed::{
    key,
    receive, //
};
use crate::cases::operator::{
    Beat,
    Operator,
    GAPS, //
};
use crate::cases::rng::Rng;
use crate::code::Decoder;

/// A first word may be short, of one kind of marks, or begin with a short letter.
const TEXTS: [&str; 8] = [
    "CQ CQ DE MORSE THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 599 73",
    "SOS",
    "HELLO WORLD",
    "PARIS",
    "TEST",
    "AND SO ON",
    "73 TU",
    "V V V DE MORSE",
];

/// Reads each text from the lamp's keying, at a speed that is found and at one that is set.
fn read_back(operator: &Operator, wpm: u64, weight_percent: i64, setting: &str) {
    // A mark is longer by as much as the space after it is shorter.
    let longer_ns = 2 * operator.unit_ns as i64 * (weight_percent - 50) / 100;
    for text in TEXTS {
        let mut rng = Rng::new(wpm);
        let beats: Vec<Beat> = key(operator, text, &mut rng)
            .into_iter()
            .map(|beat| Beat {
                mark_ns: beat.mark_ns.saturating_add_signed(longer_ns),
                space_ns: beat.space_ns.saturating_add_signed(-longer_ns),
            })
            .collect();
        for gaps in GAPS {
            for set_wpm in [0, wpm as u32] {
                let mut decoder = Decoder::new();
                decoder.set_fixed_wpm(set_wpm).expect("a speed");
                let read = receive(&mut decoder, &beats, gaps, &mut rng);
                assert_eq!(
                    read, text,
                    "{gaps:?}, {wpm} WPM, set to {set_wpm}, {setting}"
                );
            }
        }
    }
}

#[test]
fn every_weight_is_read_back() {
    for wpm in (5..=60).step_by(5) {
        for weight_percent in (20..=80).step_by(5) {
            let setting = format!("weight {weight_percent}");
            read_back(&Operator::steady(wpm), wpm, weight_percent, &setting);
        }
    }
}

#[test]
fn farnsworth_is_read_back_from_the_first_word() {
    // 20 WPM at 15, 10, 5 and 4 WPM overall.
    for stretch_percent in [150, 190, 360, 890, 1150] {
        let operator = Operator {
            stretch_percent,
            ..Operator::steady(20)
        };
        read_back(&operator, 20, 50, &format!("gaps of {stretch_percent} %"));
    }
}
