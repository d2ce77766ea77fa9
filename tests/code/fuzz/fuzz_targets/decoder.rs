// SPDX-License-Identifier: GPL-2.0

//! The receiver under any edges: debounce, decoder and the timers around them.
//!
//! Every three bytes are an edge: how much later it comes (two bytes, of a scale that the third one
//! selects), its level, and whether the timers were on time before it. Two scales are others: one sets a speed, and
//! one has the clock go back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use morse_code::{Debounce, Decoder, Edge, Pulse, Text};

const SET_SPEED: u32 = 0x3e;
const BACK: u32 = 0x3f;
const DEBOUNCE_NS: u64 = 5_000_000;

fn feed(decoder: &mut Decoder, pulse: Option<Pulse>, text: &mut String, marks: &mut usize) {
    let Some(pulse) = pulse else { return };
    *marks += usize::from(pulse.mark);
    let mut count = 0;
    let sink = |t: Text| {
        assert!(!t.is_empty());
        count += 1;
        text.push_str(t.as_str());
    };
    if pulse.mark {
        decoder.mark(pulse.duration_ns, sink);
    } else {
        decoder.space(pulse.duration_ns, sink);
    }
    assert!(count <= Decoder::TEXTS_MAX);
}

fuzz_target!(|data: &[u8]| {
    let [setting, edges @ ..] = data else { return };
    let mut decoder = Decoder::new();
    // Speeds up to 127 WPM, or adaptive for zero.
    let fixed_wpm = u32::from(setting >> 1);
    assert!(decoder.set_fixed_wpm(fixed_wpm).is_ok());
    let mut debounce = Debounce::new(DEBOUNCE_NS * u64::from(setting & 1), false);
    let mut text = String::new();
    let mut now_ns = 0_u64;
    let (mut marks, mut count) = (0, 0_u64);

    for bytes in edges.chunks_exact(3) {
        let [low, high, kind] = bytes else { return };
        let scale = u32::from(kind & 0x3f);
        let number = u64::from(u16::from_le_bytes([*low, *high]));
        let edge_ns = match scale {
            SET_SPEED => {
                assert!(decoder.set_fixed_wpm(number as u32 % 1001).is_ok());
                assert!(!decoder.in_letter());
                continue;
            }
            BACK => now_ns.saturating_sub(number * DEBOUNCE_NS),
            _ => now_ns.saturating_add(number << scale).min(i64::MAX as u64),
        };
        if kind & 0x40 != 0 {
            if let Some(settles_ns) = debounce.settles_ns().filter(|ns| *ns < edge_ns) {
                feed(
                    &mut decoder,
                    debounce.settle(settles_ns),
                    &mut text,
                    &mut marks,
                );
            }
            if !debounce.is_mark() {
                let quiet_ns = edge_ns.saturating_sub(debounce.since_ns().unwrap_or(edge_ns));
                if decoder.in_letter() && quiet_ns >= decoder.letter_gap_ns() {
                    decoder.finish_letter(|t| text.push_str(t.as_str()));
                    assert!(!decoder.in_letter());
                }
                if decoder.in_word() && quiet_ns >= decoder.word_gap_ns() {
                    decoder.finish_word(|t| text.push_str(t.as_str()));
                    assert!(!decoder.in_word());
                }
            }
        }
        now_ns = edge_ns;
        let edge = Edge {
            time_ns: now_ns,
            mark: kind & 0x80 != 0,
        };
        count += 1;
        feed(&mut decoder, debounce.edge(edge), &mut text, &mut marks);
        // No text out of nothing: a mark is at most one letter and a space.
        assert!(text.chars().filter(|c| *c == ' ').count() <= marks);
        let _ = decoder.wpm();
    }
    decoder.finish_word(|t| text.push_str(t.as_str()));
    assert!(!text.contains("  "));
    assert!(!text.starts_with(' '));
    assert_eq!(
        debounce.received() + debounce.debounced() + debounce.pending(),
        count
    );
});
