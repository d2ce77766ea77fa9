// SPDX-License-Identifier: GPL-2.0

//! The decoder against simulated keying, measured over many runs.
//!
//! `cargo test --test host properties::decoder -- --nocapture` prints the accuracies.

use super::keyed::{distance, key, receive, words};
use crate::cases::decoder::alphabet;
use crate::cases::operator::{unit_ns, Operator, GAPS};
use crate::cases::rng::Rng;
use crate::code::Decoder;

/// Right characters, in percent.
fn accuracy(wrong: usize, total: usize) -> f64 {
    100.0 * (1.0 - wrong as f64 / total as f64)
}

#[test]
fn the_alphabet_at_every_speed_is_read_without_a_fault() {
    let text = alphabet();
    let text = text.as_str();
    for gaps in GAPS {
        for wpm in 5..=60 {
            let mut rng = Rng::new(wpm);
            let beats = key(&Operator::steady(wpm), text, &mut rng);
            let mut decoder = Decoder::new();
            assert_eq!(receive(&mut decoder, &beats, gaps, &mut rng), text, "{wpm}");
            let measured = decoder.wpm().expect("the speed is known by now");
            assert_eq!(u64::from(measured), wpm);
        }
    }
}

#[test]
fn a_straight_key_is_read_with_99_percent() {
    const RUNS: u64 = 12;

    for gaps in GAPS {
        for dash_percent in [200, 250, 300, 400, 500] {
            let mut line = String::new();
            for wpm in [5, 8, 13, 20, 25, 40, 60] {
                let operator = Operator {
                    dash_percent,
                    ..Operator::human(wpm)
                };
                let (mut wrong, mut total) = (0, 0);
                for seed in 0..RUNS {
                    let mut rng = Rng::new(seed);
                    let text = words(25, &mut rng);
                    let beats = key(&operator, &text, &mut rng);
                    let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                    wrong += distance(&read, &text);
                    total += text.chars().count();
                }
                let right = accuracy(wrong, total);
                line += &format!(" {right:.2}");
                assert!(right >= 99.0, "{gaps:?}, {operator:?}: {right} %");
            }
            println!("{gaps:?}, dash of {dash_percent} % of a dot, 5 to 60 WPM, % right:{line}");
        }
    }
}

#[test]
fn changes_of_speed_are_followed() {
    const RUNS: u64 = 12;

    for gaps in GAPS {
        for (from, to) in [
            (20, 25),
            (20, 30),
            (20, 40),
            (10, 60),
            (5, 60),
            (25, 20),
            (30, 20),
            (40, 20),
            (60, 10),
            (60, 5),
        ] {
            let (mut wrong, mut total) = (0, 0);
            for seed in 0..RUNS {
                let mut rng = Rng::new(seed);
                // From one word to the next, back and forth.
                let mut text = String::from("CQ ");
                let mut beats = key(&Operator::human(from), &text, &mut rng);
                for wpm in [to, from, to] {
                    let part = words(12, &mut rng) + " ";
                    beats.extend(key(&Operator::human(wpm), &part, &mut rng));
                    text += &part;
                }
                let mut read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                read.truncate(read.trim_end().len());
                wrong += distance(&read, text.trim_end());
                total += text.chars().count();
            }
            let right = accuracy(wrong, total);
            println!("{gaps:?}, {from} to {to} WPM and back, % right: {right:.2}");
            assert!(right >= 99.0, "{gaps:?}, {from} to {to}: {right} %");
        }
    }
}

#[test]
fn a_drifting_hand_is_followed() {
    for gaps in GAPS {
        let mut rng = Rng::new(7);
        let (mut text, mut beats) = (String::new(), Vec::new());
        // From 10 to 40 WPM and back, 3 % a word.
        let mut operator = Operator::human(10);
        while operator.unit_ns > unit_ns(40) {
            let part = words(1, &mut rng) + " ";
            beats.extend(key(&operator, &part, &mut rng));
            text += &part;
            operator.unit_ns = operator.unit_ns * 100 / 103;
        }
        while operator.unit_ns < unit_ns(10) {
            let part = words(1, &mut rng) + " ";
            let steady = Operator {
                unit_ns: operator.unit_ns,
                ..Operator::steady(10)
            };
            beats.extend(key(&steady, &part, &mut rng));
            text += &part;
            operator.unit_ns = operator.unit_ns * 103 / 100;
        }
        let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
        let right = accuracy(distance(read.trim_end(), text.trim_end()), text.len());
        assert!(right >= 99.0, "{gaps:?}: {right} %");
    }
}

#[test]
fn farnsworth_spacing_is_noticed() {
    /// So many letters are read as words at first.
    const LETTERS: usize = 6;

    for gaps in GAPS {
        // 20 WPM characters at 15, 10 and 5 WPM overall.
        for stretch_percent in [190, 360, 890] {
            let mut rng = Rng::new(5);
            let operator = Operator {
                stretch_percent,
                ..Operator::human(20)
            };
            let text = words(60, &mut rng);
            let beats = key(&operator, &text, &mut rng);
            let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
            let wrong = distance(&read, &text);
            println!(
                "{gaps:?}, gaps of {stretch_percent} %, {wrong} of {} wrong",
                text.len()
            );
            assert!(
                wrong <= LETTERS + text.len() / 100,
                "{gaps:?}, {stretch_percent} %: {read}"
            );
        }
    }
}
