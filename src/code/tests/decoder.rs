// SPDX-License-Identifier: GPL-2.0

//! The decoder against simulated keying.
//!
//! `cargo test --test decoder -- --nocapture` prints the accuracies.

mod common;

use common::{distance, receive, words, Beat, Gaps, Operator, Rng};
use morse_code::alphabet::TABLE;
use morse_code::Decoder;

const GAPS: [Gaps; 2] = [Gaps::Edges, Gaps::Timers];

/// Right characters, in percent.
fn accuracy(wrong: usize, total: usize) -> f64 {
    100.0 * (1.0 - wrong as f64 / total as f64)
}

/// The whole alphabet as it is received, each character once, in words of five.
fn alphabet() -> String {
    let characters: Vec<char> = TABLE
        .iter()
        .filter(|entry| entry.received)
        .map(|entry| entry.upper)
        .collect();
    let words: Vec<String> = characters
        .chunks(5)
        .map(|word| word.iter().collect())
        .collect();
    words.join(" ")
}

#[test]
fn the_alphabet_at_every_speed_is_read_without_a_fault() {
    let text = alphabet();
    for gaps in GAPS {
        for wpm in 5..=60 {
            let mut rng = Rng::new(wpm);
            let operator = Operator::steady(wpm as f64);
            let beats = operator.key(&text, &mut rng);
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
        for dash in [2.0, 2.5, 3.0, 4.0, 5.0] {
            let mut line = String::new();
            for wpm in [5.0, 8.0, 13.0, 20.0, 25.0, 40.0, 60.0] {
                let operator = Operator {
                    wpm,
                    dash,
                    mark_jitter: 0.1,
                    space_jitter: 0.2,
                    stretch: 1.0,
                };
                let (mut wrong, mut total) = (0, 0);
                for seed in 0..RUNS {
                    let mut rng = Rng::new(seed);
                    let text = words(25, &mut rng);
                    let beats = operator.key(&text, &mut rng);
                    let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                    wrong += distance(&read, &text);
                    total += text.chars().count();
                }
                let right = accuracy(wrong, total);
                line += &format!(" {right:.2}");
                assert!(right >= 99.0, "{gaps:?}, {operator:?}: {right} %");
            }
            println!("{gaps:?}, dash of {dash} dots, 5 to 60 WPM, % right:{line}");
        }
    }
}

#[test]
fn changes_of_speed_are_followed() {
    const RUNS: u64 = 12;

    for gaps in GAPS {
        for (from, to) in [
            (20.0, 25.0),
            (20.0, 30.0),
            (20.0, 40.0),
            (10.0, 60.0),
            (5.0, 60.0),
            (25.0, 20.0),
            (30.0, 20.0),
            (40.0, 20.0),
            (60.0, 10.0),
            (60.0, 5.0),
        ] {
            let (mut wrong, mut total) = (0, 0);
            for seed in 0..RUNS {
                let mut rng = Rng::new(seed);
                let operator = |wpm| Operator {
                    wpm,
                    dash: 3.0,
                    mark_jitter: 0.1,
                    space_jitter: 0.2,
                    stretch: 1.0,
                };
                // From one word to the next, back and forth.
                let mut text = String::from("CQ ");
                let mut beats = operator(from).key(&text, &mut rng);
                for wpm in [to, from, to] {
                    let part = words(12, &mut rng) + " ";
                    beats.extend(operator(wpm).key(&part, &mut rng));
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
        let mut wpm = 10.0;
        while wpm < 40.0 {
            let part = words(1, &mut rng) + " ";
            let operator = Operator {
                wpm,
                dash: 3.0,
                mark_jitter: 0.1,
                space_jitter: 0.2,
                stretch: 1.0,
            };
            beats.extend(operator.key(&part, &mut rng));
            text += &part;
            wpm *= 1.03;
        }
        while wpm > 10.0 {
            let part = words(1, &mut rng) + " ";
            beats.extend(Operator::steady(wpm).key(&part, &mut rng));
            text += &part;
            wpm /= 1.03;
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
        for stretch in [1.9, 3.6, 8.9] {
            let mut rng = Rng::new(5);
            let operator = Operator {
                wpm: 20.0,
                dash: 3.0,
                mark_jitter: 0.1,
                space_jitter: 0.2,
                stretch,
            };
            let text = words(60, &mut rng);
            let beats = operator.key(&text, &mut rng);
            let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
            let wrong = distance(&read, &text);
            println!(
                "{gaps:?}, gaps times {stretch}, {wrong} of {} wrong",
                text.len()
            );
            assert!(
                wrong <= LETTERS + text.len() / 100,
                "{gaps:?}, {stretch}: {read}"
            );
        }
    }
}

#[test]
fn a_call_is_read_from_its_first_character() {
    for gaps in GAPS {
        for wpm in [13.0, 25.0] {
            let mut rng = Rng::new(1);
            let beats = Operator::steady(wpm).key("CQ CQ DE MORSE", &mut rng);
            let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
            assert_eq!(read, "CQ CQ DE MORSE");
        }
    }
}

#[test]
fn a_fixed_speed_is_kept() {
    for gaps in GAPS {
        for wpm in [5, 20, 60, 1000] {
            let text = alphabet();
            let mut rng = Rng::new(3);
            let operator = Operator {
                wpm: f64::from(wpm),
                dash: 3.0,
                mark_jitter: 0.1,
                space_jitter: 0.2,
                stretch: 1.0,
            };
            let beats = operator.key(&text, &mut rng);
            let mut decoder = Decoder::new();
            decoder.set_fixed_wpm(wpm).unwrap();
            // At 1000 WPM a jiffy is longer than a letter gap: no timer is of use.
            let gaps = if wpm == 1000 { Gaps::Edges } else { gaps };
            assert_eq!(receive(&mut decoder, &beats, gaps, &mut rng), text);
            assert!(decoder.wpm().unwrap().abs_diff(wpm) <= 1);
            // Lone marks need no guess.
            let lone = operator.key("T E T E", &mut rng);
            decoder.reset();
            assert_eq!(receive(&mut decoder, &lone, gaps, &mut rng), "T E T E");
        }
    }
    let mut decoder = Decoder::new();
    assert!(decoder.set_fixed_wpm(1001).is_err());
    assert_eq!(decoder.wpm(), None);
}

/// Marks of `units` 60 ms units with element gaps between, ended by a letter gap.
fn beats(units: &[u64]) -> Vec<Beat> {
    const UNIT_NS: u64 = 60_000_000;
    let mut beats: Vec<Beat> = units
        .iter()
        .map(|units| Beat {
            mark_ns: units * UNIT_NS,
            space_ns: UNIT_NS,
        })
        .collect();
    if let Some(last) = beats.last_mut() {
        last.space_ns = 3 * UNIT_NS;
    }
    beats
}

#[test]
fn unknown_sequences_and_prosigns() {
    let mut rng = Rng::new(1);
    let mut decoder = Decoder::new();
    for (units, text) in [
        (&[1, 3][..], "A"),
        (&[1, 3, 1, 3, 3], "\u{fffd}"),
        (&[1, 1, 1, 3, 1, 3], "<SK>"),
        (&[1, 1, 1, 3, 3, 3, 1, 1, 1], "<SOS>"),
        (&[1; 8], "<HH>"),
        (&[1; 9], "\u{fffd}"),
        (&[3; 20], "\u{fffd}"),
        (&[1, 3, 1], "R"),
    ] {
        assert_eq!(
            receive(&mut decoder, &beats(units), Gaps::Edges, &mut rng),
            text
        );
    }
}

#[test]
fn noise_is_forgotten() {
    let mut rng = Rng::new(1);
    let mut decoder = Decoder::new();
    // A hum without any gap, and a key that was held for a minute.
    let hum = vec![
        Beat {
            mark_ns: 7_000_000,
            space_ns: 7_000_000,
        };
        500
    ];
    let text = receive(&mut decoder, &hum, Gaps::Edges, &mut rng);
    assert!(text.chars().all(|c| c == '\u{fffd}'), "{text}");
    receive(
        &mut decoder,
        &[Beat {
            mark_ns: 60_000_000_000,
            space_ns: 60_000_000_000,
        }],
        Gaps::Timers,
        &mut rng,
    );
    let beats = Operator::steady(20.0).key("CQ CQ DE MORSE", &mut rng);
    let text = receive(&mut decoder, &beats, Gaps::Timers, &mut rng);
    assert!(text.ends_with("CQ CQ DE MORSE"), "{text}");
}

#[test]
fn finishing_is_idempotent() {
    let mut decoder = Decoder::new();
    let mut text = String::new();
    decoder.finish_word(|t| text.push_str(t.as_str()));
    assert_eq!(text, "");
    assert!(!decoder.in_letter() && !decoder.in_word());
    decoder.mark(60_000_000, |_| ());
    decoder.space(60_000_000, |_| ());
    decoder.mark(180_000_000, |_| ());
    assert!(decoder.in_letter() && decoder.in_word());
    for _ in 0..2 {
        decoder.finish_letter(|t| text.push_str(t.as_str()));
        assert!(!decoder.in_letter() && decoder.in_word());
    }
    for _ in 0..2 {
        decoder.finish_word(|t| text.push_str(t.as_str()));
        assert!(!decoder.in_word());
    }
    // The space, when it ends at last, is not told once more.
    decoder.space(10_000_000_000, |t| text.push_str(t.as_str()));
    assert_eq!(text, "A ");
}
