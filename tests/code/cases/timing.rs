// SPDX-License-Identifier: GPL-2.0

//! Durations: examples, and whole messages compared with the standard word.

use super::store::List;
use crate::code::{Element, Gap, Keying, OutOfRange, Parser, Spacing, Symbol, Timing};

/// The standard word, and how many units it has.
pub(crate) const PARIS: &str = "PARIS ";
pub(crate) const PARIS_UNITS: u32 = 50;
/// Units of the word gap. It precedes a word, so there is none after the last word.
pub(crate) const WORD_GAP_UNITS: u32 = 7;

/// Sends `symbols`, woken exactly in time, and returns the end of the last mark.
pub(crate) fn total_ns(timing: &Timing, symbols: impl IntoIterator<Item = Symbol>) -> u64 {
    let mut symbols = symbols.into_iter();
    let mut keying = Keying::new();
    let mut now_ns = 0;
    while let Some(step) = keying.next(now_ns, timing, || symbols.next()) {
        assert_eq!(step.from_ns, now_ns);
        assert!(step.until_ns > step.from_ns);
        now_ns = step.until_ns;
    }
    now_ns
}

pub(crate) fn paris_takes_what_it_should() {
    const WORDS: u32 = 40;
    const MINUTE_OF_UNITS_NS: u64 = 1_200_000_000;

    let mut symbols = List::<Symbol, 8>::new();
    let (mut parser, mut spacing) = (Parser::new(), Spacing::new());
    // Of the second one, which has a gap before it.
    for _ in 0..2 {
        symbols.clear();
        let mut write = parser.write();
        write.feed(PARIS.as_bytes(), &mut spacing, |symbol| {
            symbols.push(symbol);
            true
        });
        assert_eq!(write.finish(), Ok(PARIS.len()));
    }
    let units = u64::from(WORDS * PARIS_UNITS - WORD_GAP_UNITS);
    for wpm in [1, 3, 5, 7, 13, 20, 37, 60, 333, 999, 1000] {
        let mut timing = Timing::default();
        timing.set_wpm(wpm).unwrap();
        let words = (0..WORDS).flat_map(|_| symbols.iter());
        let wpm = u64::from(wpm);
        assert_eq!(
            total_ns(&timing, words),
            (units * MINUTE_OF_UNITS_NS + wpm / 2) / wpm,
            "{wpm} WPM"
        );
    }
}

pub(crate) fn the_default_is_the_course_s() {
    let timing = Timing::default();
    assert_eq!(timing.mark(Element::Dot).round_ns(), 200_000_000);
    assert_eq!(timing.mark(Element::Dash).round_ns(), 600_000_000);
    assert_eq!(timing.element_gap().round_ns(), 200_000_000);
    assert_eq!(timing.gap(Gap::Joined).round_ns(), 200_000_000);
    assert_eq!(timing.gap(Gap::Letter).round_ns(), 600_000_000);
    assert_eq!(timing.gap(Gap::Word).round_ns(), 1_400_000_000);
    assert_eq!((timing.wpm(), timing.unit_us()), (6, 200_000));
    assert_eq!((timing.farnsworth_wpm(), timing.weight()), (0, 50));
}

pub(crate) fn farnsworth_as_in_the_article() {
    // Bloom's example: characters at 18 WPM, sent at 5 WPM overall.
    // t_a = (60 * 18 - 37.2 * 5) / (5 * 18) = 9.9333 s; t_c = 1.568 s; t_w = 3.660 s.
    let mut timing = Timing::default();
    timing.set_wpm(18).unwrap();
    timing.set_farnsworth_wpm(5).unwrap();
    assert_eq!(timing.gap(Gap::Letter).round_ns() / 1_000_000, 1_568);
    assert_eq!(timing.gap(Gap::Word).round_ns() / 1_000_000, 3_659);
    assert_eq!(timing.element_gap().round_ns(), 66_666_667);
    // Not below the speed of the characters, it changes nothing.
    let plain = |timing: &Timing| (timing.gap(Gap::Letter), timing.gap(Gap::Word));
    for farnsworth_wpm in [0, 18, 19, 1000] {
        timing.set_farnsworth_wpm(farnsworth_wpm).unwrap();
        assert_eq!(plain(&timing).0.round_ns(), 200_000_000);
        assert_eq!(plain(&timing).1.round_ns(), 466_666_667);
    }
}

pub(crate) fn setters_keep_the_old_value_on_error() {
    let mut timing = Timing::default();
    timing.set_wpm(13).unwrap();
    timing.set_weight(60).unwrap();
    timing.set_farnsworth_wpm(7).unwrap();
    let before = timing;
    for wpm in [0, 1001, u32::MAX] {
        assert_eq!(timing.set_wpm(wpm), Err(OutOfRange));
    }
    for unit_us in [0, 1_199, 120_000_001, u32::MAX] {
        assert_eq!(timing.set_unit_us(unit_us), Err(OutOfRange));
    }
    for farnsworth_wpm in [1001, u32::MAX] {
        assert_eq!(timing.set_farnsworth_wpm(farnsworth_wpm), Err(OutOfRange));
    }
    for weight in [0, 19, 81, u32::MAX] {
        assert_eq!(timing.set_weight(weight), Err(OutOfRange));
    }
    assert_eq!(timing, before);
}

pub(crate) fn the_slowest_beacon_does_not_overflow() {
    const MINUTE_NS: u64 = 60_000_000_000;

    let mut timing = Timing::default();
    timing.set_unit_us(120_000_000).unwrap();
    assert_eq!(timing.unit_ns(), 2 * MINUTE_NS);
    assert_eq!((timing.wpm(), timing.unit_us()), (0, 120_000_000));
    for (weight, dash, word_gap) in [(20, 12, 76), (50, 15, 70), (80, 18, 64)] {
        timing.set_weight(weight).unwrap();
        for farnsworth_wpm in [0, 1, 1000] {
            timing.set_farnsworth_wpm(farnsworth_wpm).unwrap();
            assert_eq!(
                timing.mark(Element::Dash).round_ns(),
                dash * 2 * MINUTE_NS / 5
            );
            assert_eq!(
                timing.gap(Gap::Word).round_ns(),
                word_gap * 2 * MINUTE_NS / 10
            );
        }
    }
}

pub(crate) fn speed_and_unit_are_two_words_for_one_thing() {
    let mut timing = Timing::default();
    for (wpm, unit_us) in [(1, 1_200_000), (7, 171_429), (13, 92_308), (1000, 1_200)] {
        timing.set_wpm(wpm).unwrap();
        assert_eq!((timing.wpm(), timing.unit_us()), (wpm, unit_us));
        timing.set_unit_us(unit_us).unwrap();
        assert_eq!((timing.wpm(), timing.unit_us()), (wpm, unit_us));
        assert_eq!(timing.unit_ns(), u64::from(unit_us) * 1_000);
    }
}
