// SPDX-License-Identifier: GPL-2.0

//! Durations, compared with the formulas in exact fractions.

use proptest::prelude::*;

use crate::cases::timing::{total_ns, PARIS, PARIS_UNITS, WORD_GAP_UNITS};
use crate::code::{Element, Gap, Parser, Spacing, Span, Symbol, Timing};

fn symbols(text: &str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut parser = Parser::new();
    let mut write = parser.write();
    write.feed(text.as_bytes(), &mut Spacing::new(), |symbol| {
        symbols.push(symbol);
        true
    });
    assert_eq!(write.finish(), Ok(text.len()));
    symbols
}

fn rounded(numerator: u128, denominator: u128) -> u64 {
    u64::try_from((numerator + denominator / 2) / denominator).unwrap()
}

/// `count` times the same duration, rounded once.
fn sum_ns(span: Span, count: u32) -> u64 {
    (0..count)
        .fold(Span::ZERO, |sum, _| sum.plus(span))
        .round_ns()
}

#[test]
fn a_thousand_paris_take_what_they_should_at_every_speed() {
    let symbols = symbols(&PARIS.repeat(1000));
    // From the first mark to the end of the last one: all but the last word gap.
    let units = u128::from(1000 * PARIS_UNITS - WORD_GAP_UNITS);
    for wpm in 1..=1000 {
        let mut timing = Timing::default();
        timing.set_wpm(wpm).unwrap();
        assert_eq!(
            total_ns(&timing, symbols.iter().copied()),
            rounded(units * 1_200_000_000, u128::from(wpm)),
            "{wpm} WPM"
        );
    }
}

/// Speeds in words per minute and as a unit: the unit in ns as a fraction, and the timing.
fn speed() -> impl Strategy<Value = (u128, u128, Timing)> {
    let wpm = (1_u32..=1000).prop_map(|wpm| {
        let mut timing = Timing::default();
        timing.set_wpm(wpm).unwrap();
        (1_200_000_000, u128::from(wpm), timing)
    });
    let unit_us = (1_200_u32..=120_000_000).prop_map(|unit_us| {
        let mut timing = Timing::default();
        timing.set_unit_us(unit_us).unwrap();
        (u128::from(unit_us) * 1_000, 1, timing)
    });
    prop_oneof![wpm, unit_us]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn durations_are_the_formulas(
        (unit, parts, mut timing) in speed(),
        weight in 20_u32..=80,
        farnsworth_wpm in prop_oneof![Just(0_u32), 1_u32..=1000],
    ) {
        timing.set_weight(weight).unwrap();
        timing.set_farnsworth_wpm(farnsworth_wpm).unwrap();
        let w = u128::from(weight);
        let s = u128::from(farnsworth_wpm);
        // Sums of many, so that an error below a nanosecond shows.
        let count = 1_000;
        let many = u128::from(count);

        // dot = U + U (w - 50) / 50, and so on.
        prop_assert_eq!(
            sum_ns(timing.mark(Element::Dot), count),
            rounded(many * unit * w, 50 * parts)
        );
        prop_assert_eq!(
            sum_ns(timing.mark(Element::Dash), count),
            rounded(many * unit * (100 + w), 50 * parts)
        );
        prop_assert_eq!(
            sum_ns(timing.element_gap(), count),
            rounded(many * unit * (100 - w), 50 * parts)
        );
        prop_assert_eq!(timing.gap(Gap::Joined), timing.element_gap());

        // G = (60 s / s - 31 U) / 19 if that is more than U.
        let stretches = s > 0 && 60_000_000_000 * parts > s * 50 * unit;
        for (gap, units) in [(Gap::Letter, 3), (Gap::Word, 7)] {
            let expected = if stretches {
                let outside = 60_000_000_000 * parts - 31 * s * unit;
                let above = units * 50 * outside + 19 * s * unit * (100 - w) - 19 * s * unit * 50;
                rounded(many * above, 19 * 50 * s * parts)
            } else {
                rounded(many * unit * (50 * units + 50 - w), 50 * parts)
            };
            prop_assert_eq!(sum_ns(timing.gap(gap), count), expected);
        }
    }

    #[test]
    fn weight_does_not_change_the_speed(
        (_, _, mut timing) in speed(),
        weight in 20_u32..=80,
        farnsworth_wpm in prop_oneof![Just(0_u32), 1_u32..=1000],
    ) {
        timing.set_farnsworth_wpm(farnsworth_wpm).unwrap();
        let symbols = symbols(&PARIS.repeat(20));
        let standard = total_ns(&timing, symbols.iter().copied()) - timing.mark(Element::Dot).round_ns();
        timing.set_weight(weight).unwrap();
        let weighted = total_ns(&timing, symbols.iter().copied()) - timing.mark(Element::Dot).round_ns();
        // Two roundings each.
        prop_assert!(standard.abs_diff(weighted) <= 2);
    }

    #[test]
    fn farnsworth_is_the_overall_speed(wpm in 2_u32..=1000, slower in 1_u32..1000) {
        let s = slower.min(wpm - 1);
        let mut timing = Timing::default();
        timing.set_wpm(wpm).unwrap();
        timing.set_farnsworth_wpm(s).unwrap();
        let words = 50;
        // From the first mark of the first PARIS to the first mark behind the last.
        let mut text = symbols(&PARIS.repeat(words));
        text.extend(symbols(" E"));
        let total = total_ns(&timing, text.iter().copied()) - timing.mark(Element::Dot).round_ns();
        prop_assert!(total.abs_diff(rounded(words as u128 * 60_000_000_000, u128::from(s))) <= 1);
    }

    #[test]
    fn every_setter_takes_exactly_its_range(value in prop_oneof![0_u32..2_000, any::<u32>(), 119_999_000_u32..120_001_000]) {
        let mut timing = Timing::default();
        prop_assert_eq!(timing.set_wpm(value).is_ok(), (1..=1000).contains(&value));
        prop_assert_eq!(timing.set_unit_us(value).is_ok(), (1_200..=120_000_000).contains(&value));
        prop_assert_eq!(timing.set_farnsworth_wpm(value).is_ok(), value <= 1000);
        prop_assert_eq!(timing.set_weight(value).is_ok(), (20..=80).contains(&value));
    }
}
