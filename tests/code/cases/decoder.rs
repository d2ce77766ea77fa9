// SPDX-License-Identifier: GPL-2.0

//! The decoder and simulated keying that it must read without a fault. How much of a hand's keying it
//! reads right, in percent, is measured on the host.

use super::operator::{receive, unit_ns, Beat, Gaps, Operator, GAPS};
use super::rng::Rng;
use super::store::Line;
use crate::code::alphabet::TABLE;
use crate::code::{Decoder, Text};

type Read = Line<256>;

/// The whole alphabet as it is received, each character once, in words of five.
pub(crate) fn alphabet() -> Line<192> {
    let mut text = Line::new();
    let received = TABLE.iter().filter(|entry| entry.received);
    for (i, entry) in received.enumerate() {
        if i > 0 && i % 5 == 0 {
            text.push(' ');
        }
        text.push(entry.upper);
    }
    text
}

/// The text that `decoder` reads when `operator` keys one.
fn read(decoder: &mut Decoder, operator: &Operator, text: &str, gaps: Gaps, rng: &mut Rng) -> Read {
    let mut read = Line::new();
    // Of its own, so that the keying is the same whichever way the gaps are learnt.
    let mut late = Rng::new(rng.next());
    operator.key(text, rng, |beat| {
        receive(decoder, beat, gaps, &mut late, |text| {
            read.push_str(text.as_str())
        });
    });
    decoder.finish_letter(|text| read.push_str(text.as_str()));
    read
}

pub(crate) fn the_alphabet_is_read_at_every_speed() {
    let text = alphabet();
    for gaps in GAPS {
        for wpm in [5, 8, 13, 20, 33, 45, 60] {
            let mut rng = Rng::new(wpm);
            let mut decoder = Decoder::new();
            let operator = Operator::steady(wpm);
            assert_eq!(
                read(&mut decoder, &operator, text.as_str(), gaps, &mut rng),
                text.as_str(),
                "{wpm}"
            );
            assert_eq!(decoder.wpm().map(u64::from), Some(wpm));
        }
    }
}

pub(crate) fn a_call_is_read_from_its_first_character() {
    for gaps in GAPS {
        for wpm in [13, 25] {
            let mut rng = Rng::new(1);
            let operator = Operator::steady(wpm);
            let text = "CQ CQ DE MORSE";
            assert_eq!(
                read(&mut Decoder::new(), &operator, text, gaps, &mut rng),
                text
            );
        }
    }
}

pub(crate) fn a_fixed_speed_is_kept() {
    for gaps in GAPS {
        for wpm in [5, 20, 60, 1000] {
            let text = alphabet();
            let mut rng = Rng::new(3);
            let operator = Operator::human(u64::from(wpm));
            let mut decoder = Decoder::new();
            decoder.set_fixed_wpm(wpm).unwrap();
            // At 1000 WPM a jiffy is longer than a letter gap: no timer is of use.
            let gaps = if wpm == 1000 { Gaps::Edges } else { gaps };
            assert_eq!(
                read(&mut decoder, &operator, text.as_str(), gaps, &mut rng),
                text.as_str()
            );
            assert!(decoder.wpm().unwrap().abs_diff(wpm) <= 1);
            // Nor does a run of one letter change it, evenly keyed or not.
            let run = "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEE";
            for jitter_percent in [0, 20] {
                decoder.reset();
                let operator = Operator {
                    mark_jitter_percent: jitter_percent,
                    space_jitter_percent: jitter_percent,
                    ..Operator::steady(u64::from(wpm))
                };
                assert_eq!(read(&mut decoder, &operator, run, gaps, &mut rng), run);
            }
            // Lone marks need no guess.
            decoder.reset();
            assert_eq!(
                read(&mut decoder, &operator, "T E T E", gaps, &mut rng),
                "T E T E"
            );
        }
    }
    let mut decoder = Decoder::new();
    assert!(decoder.set_fixed_wpm(1001).is_err());
    assert_eq!(decoder.wpm(), None);
}

/// As learners practise them: they say little about the speed, and change none that is known.
pub(crate) fn runs_of_the_shortest_letters_are_read() {
    const KNOWN: &str = "PARIS PARIS PARIS PARIS ";
    const COUNT: usize = 25;

    for gaps in GAPS {
        for wpm in [0, 20] {
            for practice in ["E ", "T ", "EEEEE ", "TTTTT ", "E T ", "EET TTE "] {
                let mut text = Read::new();
                text.push_str(KNOWN);
                (0..COUNT).for_each(|_| text.push_str(practice));
                let text = text.as_str().trim_end();
                let mut decoder = Decoder::new();
                decoder.set_fixed_wpm(wpm).unwrap();
                let mut rng = Rng::new(1);
                let operator = Operator::steady(20);
                let read = read(&mut decoder, &operator, text, gaps, &mut rng);
                assert_eq!(read.as_str(), text, "{gaps:?}");
            }
        }
    }
}

pub(crate) fn unknown_sequences_and_prosigns() {
    const UNIT_NS: u64 = 60_000_000;

    let mut rng = Rng::new(1);
    let mut decoder = Decoder::new();
    for (marks, text) in [
        (&[1, 3][..], "A"),
        (&[1, 3, 1, 3, 3], "\u{fffd}"),
        (&[1, 1, 1, 3, 1, 3], "<SK>"),
        (&[1, 1, 1, 3, 3, 3, 1, 1, 1], "<SOS>"),
        // The error sign is a run of dots, and a hand does not count them.
        (&[1; 6], "\u{fffd}"),
        (&[1; 7], "<HH>"),
        (&[1; 8], "<HH>"),
        (&[1; 9], "<HH>"),
        (&[1; 15], "<HH>"),
        (&[1; 30], "<HH>"),
        (&[3; 20], "\u{fffd}"),
        (&[1, 3, 1], "R"),
    ] {
        let mut read = Read::new();
        for (i, units) in marks.iter().enumerate() {
            // Ended by a letter gap.
            let space = if i + 1 == marks.len() { 3 } else { 1 };
            let beat = Beat {
                mark_ns: units * UNIT_NS,
                space_ns: space * UNIT_NS,
            };
            receive(&mut decoder, beat, Gaps::Edges, &mut rng, |text| {
                read.push_str(text.as_str());
            });
        }
        decoder.finish_letter(|text| read.push_str(text.as_str()));
        assert_eq!(read, text);
    }
}

pub(crate) fn noise_is_forgotten() {
    let mut rng = Rng::new(1);
    let mut decoder = Decoder::new();
    // A hum without any gap, and a key that was held for a minute.
    let hum = Beat {
        mark_ns: 7_000_000,
        space_ns: 7_000_000,
    };
    for _ in 0..500 {
        receive(&mut decoder, hum, Gaps::Edges, &mut rng, |text| {
            assert_eq!(text.as_str(), "\u{fffd}")
        });
    }
    let held = Beat {
        mark_ns: 60_000_000_000,
        space_ns: 60_000_000_000,
    };
    receive(&mut decoder, held, Gaps::Timers, &mut rng, |_| ());
    let operator = Operator::steady(20);
    let text = "CQ CQ DE MORSE";
    let read = read(&mut decoder, &operator, text, Gaps::Timers, &mut rng);
    assert!(read.as_str().ends_with(text), "{read:?}");
}

pub(crate) fn finishing_is_idempotent() {
    let mut decoder = Decoder::new();
    let mut text = Read::new();
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

/// Whatever comes, it is taken in a bounded number of steps, and nothing overflows.
pub(crate) fn any_durations_are_taken() {
    let mut rng = Rng::new(1);
    let mut decoder = Decoder::new();
    for _ in 0..2000 {
        // Of every length, from a nanosecond to centuries.
        let beat = Beat {
            mark_ns: rng.next() >> rng.below(64),
            space_ns: rng.next() >> rng.below(64),
        };
        take(&mut decoder, beat, &mut rng);
        if rng.one_in(100) {
            decoder.reset();
        }
        if rng.one_in(50) {
            decoder.set_fixed_wpm(rng.below(1001)).unwrap();
        }
    }
}

/// The shortest and the longest lengths that there are, in every order of three marks and spaces.
pub(crate) fn extreme_durations_are_taken() {
    const EXTREMES: [u64; 6] = [0, 1, 60_000_000, u32::MAX as u64, u64::MAX - 1, u64::MAX];
    const ORDERS: usize = EXTREMES.len().pow(6);

    let mut rng = Rng::new(1);
    for wpm in [0, 1, 1000] {
        let mut decoder = Decoder::new();
        decoder.set_fixed_wpm(wpm).unwrap();
        // A prime: the orders that are left out are of no pattern.
        for mut order in (0..ORDERS).step_by(101) {
            let mut next = || {
                let length = EXTREMES[order % EXTREMES.len()];
                order /= EXTREMES.len();
                length
            };
            for _ in 0..3 {
                let beat = Beat {
                    mark_ns: next(),
                    space_ns: next(),
                };
                take(&mut decoder, beat, &mut rng);
            }
        }
    }
}

fn take(decoder: &mut Decoder, beat: Beat, rng: &mut Rng) {
    let gaps = GAPS[rng.below(2) as usize];
    let mut texts = 0;
    receive(decoder, beat, gaps, rng, |_| texts += 1);
    // Four calls at most.
    assert!(texts <= 4 * Decoder::TEXTS_MAX);
    assert!(decoder.letter_gap_ns() <= decoder.word_gap_ns());
}

/// A speed that is set within a letter costs this letter, and nothing after it.
pub(crate) fn a_speed_may_be_set_within_a_letter() {
    let text = "CQ CQ DE MORSE";
    for gaps in GAPS {
        for wpm in [13, 20, 40] {
            for (set, before) in [(wpm, 0), (0, wpm), (wpm, 60)] {
                let mut rng = Rng::new(wpm);
                let mut decoder = Decoder::new();
                decoder.set_fixed_wpm(before as u32).unwrap();
                for _ in 0..2 {
                    decoder.mark(unit_ns(before.max(20)), |_| ());
                    decoder.space(unit_ns(before.max(20)), |_| ());
                }
                decoder.set_fixed_wpm(set as u32).unwrap();
                assert!(!decoder.in_letter());
                let operator = Operator::steady(wpm);
                assert_eq!(read(&mut decoder, &operator, text, gaps, &mut rng), text);
            }
        }
    }
}

/// A contact that opens within each mark, and closes within each space, for less than an eighth of a dot.
pub(crate) fn dropouts_and_spikes_are_bridged() {
    let text = "CQ CQ DE MORSE";
    let noise_ns = 5_000_000;
    for wpm in [8, 10, 15, 20, 25] {
        let mut decoder = Decoder::new();
        let mut read = Read::new();
        Operator::steady(wpm).key(text, &mut Rng::new(1), |beat| {
            let mut sink = |text: Text| read.push_str(text.as_str());
            decoder.mark(beat.mark_ns / 2, &mut sink);
            decoder.space(noise_ns, &mut sink);
            decoder.mark(beat.mark_ns / 2 - noise_ns, &mut sink);
            decoder.space(beat.space_ns / 2, &mut sink);
            decoder.mark(noise_ns, &mut sink);
            decoder.space(beat.space_ns / 2 - noise_ns, &mut sink);
        });
        decoder.finish_letter(|text| read.push_str(text.as_str()));
        assert_eq!(read, text, "{wpm} WPM");
    }
}
