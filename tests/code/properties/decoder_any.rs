// SPDX-License-Identifier: GPL-2.0

//! Properties of the decoder for any keying.

use proptest::collection::vec;
use proptest::prelude::*;

use super::keyed::{key, receive};
use crate::cases::operator::{Gaps, Operator, GAPS};
use crate::cases::rng::Rng;
use crate::code::{decode, Code, Decoder, Element, Text};

/// A call of a decoder.
#[derive(Clone, Copy, Debug)]
enum Step {
    Mark(u64),
    Space(u64),
    FinishLetter,
    FinishWord,
    SetSpeed(u32),
}

/// Lengths of any magnitude alike, up to the longest there is.
fn length_ns() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..u64::BITS).prop_map(|(bits, shift)| bits >> shift)
}

/// A speed that is set, or none.
fn wpm() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0_u32), 1_u32..=1000]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => length_ns().prop_map(Step::Mark),
        4 => length_ns().prop_map(Step::Space),
        1 => Just(Step::FinishLetter),
        1 => Just(Step::FinishWord),
        1 => wpm().prop_map(Step::SetSpeed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Nothing panics, overflows or loops; no text comes out of nothing, and a gap has an end.
    #[test]
    fn any_steps_are_survived(
        steps in vec(step(), 0..200),
        mut fixed_wpm in wpm(),
    ) {
        let mut decoder = Decoder::new();
        prop_assert!(decoder.set_fixed_wpm(fixed_wpm).is_ok());
        let (mut text, mut marks, mut letters) = (String::new(), 0, 0);
        for step in steps {
            let mut texts = 0;
            let sink = |part: Text| {
                texts += 1;
                letters += usize::from(part != Text::SPACE);
                text.push_str(part.as_str());
            };
            match step {
                Step::Mark(ns) => {
                    marks += 1;
                    decoder.mark(ns, sink);
                }
                Step::Space(ns) => decoder.space(ns, sink),
                Step::FinishLetter => {
                    decoder.finish_letter(sink);
                    prop_assert!(!decoder.in_letter());
                }
                Step::FinishWord => {
                    decoder.finish_word(sink);
                    prop_assert!(!decoder.in_letter() && !decoder.in_word());
                }
                Step::SetSpeed(wpm) => {
                    fixed_wpm = wpm;
                    prop_assert!(decoder.set_fixed_wpm(wpm).is_ok());
                    prop_assert!(!decoder.in_letter());
                }
            }
            prop_assert!(texts <= Decoder::TEXTS_MAX);
            prop_assert!(letters <= marks, "{letters} letters of {marks} marks");
            prop_assert!(decoder.letter_gap_ns() <= decoder.word_gap_ns());
            if fixed_wpm != 0 {
                prop_assert!(decoder.wpm().is_some_and(|wpm| wpm.abs_diff(fixed_wpm) <= 1));
            }
        }
        prop_assert!(!text.starts_with(' ') && !text.contains("  "), "{text:?}");
    }

    /// Keyed evenly after a call, anything is read right at any speed of 5 to 60 WPM, whether the end of
    /// a gap is told by a timer or by the next edge.
    #[test]
    fn any_text_is_read_at_any_speed(
        text in "[A-Z0-9]{1,5}( [A-Z0-9,.?/]{1,7}){0,10}",
        unit_ns in 20_000_000_u64..=240_000_000,
        dash_percent in 250_u64..=400,
    ) {
        let text = format!("CQ DE {text}");
        let operator = Operator { unit_ns, dash_percent, ..Operator::steady(20) };
        for gaps in GAPS {
            let mut rng = Rng::new(unit_ns);
            let beats = key(&operator, &text, &mut rng);
            let read = receive(&mut Decoder::new(), &beats, gaps, &mut rng);
            prop_assert_eq!(&read, &text, "{:?}", gaps);
        }
    }

    /// A decoder that was reset is as good as new.
    #[test]
    fn nothing_outlasts_a_reset(steps in vec(step(), 0..100)) {
        let mut decoder = Decoder::new();
        for step in steps {
            match step {
                Step::Mark(ns) => decoder.mark(ns, |_| ()),
                Step::Space(ns) => decoder.space(ns, |_| ()),
                Step::FinishLetter => decoder.finish_letter(|_| ()),
                Step::FinishWord => decoder.finish_word(|_| ()),
                // Not forgotten.
                Step::SetSpeed(_) => (),
            }
        }
        decoder.reset();
        prop_assert!(!decoder.in_letter() && !decoder.in_word() && decoder.wpm().is_none());
        let mut rng = Rng::new(1);
        let beats = key(&Operator::steady(20), "CQ CQ", &mut rng);
        prop_assert_eq!(receive(&mut decoder, &beats, Gaps::Timers, &mut rng), "CQ CQ");
    }
}

/// Each of the 1022 codes of up to nine elements is read as what it means, or as U+FFFD.
#[test]
fn every_code_is_read() {
    const UNIT_NS: u64 = 60_000_000;

    let mut decoder = Decoder::new();
    decoder.set_fixed_wpm(20).expect("a speed");
    let mut unknown = 0;
    for len in 1..=9 {
        for bits in 0..1_u32 << len {
            let mut read = String::new();
            let mut code = Code::EMPTY;
            for i in (0..len).rev() {
                let is_dash = (bits >> i) & 1 == 1;
                let element = if is_dash { Element::Dash } else { Element::Dot };
                code = code.push(element).expect("room for it");
                let units = if is_dash { 3 } else { 1 };
                decoder.mark(units * UNIT_NS, |text| read.push_str(text.as_str()));
                if i == 0 {
                    decoder.finish_letter(|text| read.push_str(text.as_str()));
                }
                let gap = if i == 0 { 3 } else { 1 };
                decoder.space(gap * UNIT_NS, |text| read.push_str(text.as_str()));
            }
            let expected = decode(code);
            assert_eq!(read, expected.as_str(), "{len} elements, {bits:b}");
            unknown += usize::from(expected == Text::UNKNOWN);
        }
    }
    assert!(unknown > 900, "most are none");
}
