// SPDX-License-Identifier: GPL-2.0

//! Contacts that chatter, spikes and dropouts: noise that is short beside the marks of the hand.

use super::keyed::key;
use crate::cases::operator::{
    Beat,
    Operator, //
};
use crate::cases::rng::Rng;
use crate::code::{
    Debounce,
    Decoder,
    Edge,
    Pulse,
    Text, //
};

/// The default of `debounce_us`.
const DEBOUNCE_NS: u64 = 5_000_000;

/// A line of a contact, and what is read from it.
struct Line {
    now_ns: u64,
    debounce: Debounce,
    decoder: Decoder,
    read: String,
}

impl Line {
    fn new() -> Self {
        Self {
            now_ns: 0,
            debounce: Debounce::new(DEBOUNCE_NS, false),
            decoder: Decoder::new(),
            read: String::new(),
        }
    }

    fn pulse(&mut self, pulse: Option<Pulse>) {
        let Self { decoder, read, .. } = self;
        let sink = |text: Text| read.push_str(text.as_str());
        match pulse {
            Some(Pulse { mark, duration_ns }) if mark => decoder.mark(duration_ns, sink),
            Some(Pulse { duration_ns, .. }) => decoder.space(duration_ns, sink),
            None => (),
        }
    }

    /// The line changes to a level, which lasts for `length_ns`, as the driver's timers notice.
    fn hold(&mut self, mark: bool, length_ns: u64) {
        let edge = Edge {
            time_ns: self.now_ns,
            mark,
        };
        let pulse = self.debounce.edge(edge);
        self.pulse(pulse);
        self.now_ns += length_ns;
        if length_ns < DEBOUNCE_NS {
            return;
        }
        let pulse = self.debounce.settle(self.now_ns);
        self.pulse(pulse);
        if mark {
            return;
        }
        let Self { decoder, read, .. } = self;
        let mut sink = |text: Text| read.push_str(text.as_str());
        if decoder.in_letter() && length_ns > decoder.letter_gap_ns() {
            decoder.finish_letter(&mut sink);
        }
        if decoder.in_word() && length_ns > decoder.word_gap_ns() {
            decoder.finish_word(&mut sink);
        }
    }

    /// A contact that closes or opens, and chatters meanwhile. It ends at the new level.
    fn chatter(&mut self, mark: bool, chatter_ns: u64, rng: &mut Rng) {
        let mut left_ns = chatter_ns;
        let mut level = mark;
        while left_ns > 1_000_000 {
            let length_ns = 1_000_000 + u64::from(rng.below(left_ns as u32 - 1_000_000));
            self.hold(level, length_ns);
            left_ns -= length_ns;
            level = !level;
        }
        self.now_ns += left_ns;
    }
}

fn read(beats: &[Beat], chatter_ns: u64, rng: &mut Rng) -> String {
    let mut line = Line::new();
    for beat in beats {
        line.chatter(true, chatter_ns, rng);
        line.hold(true, beat.mark_ns - chatter_ns);
        line.chatter(false, chatter_ns, rng);
        line.hold(false, beat.space_ns - chatter_ns);
    }
    line.hold(false, 5_000_000_000);
    line.read
}

#[test]
fn a_contact_that_chatters_for_20_ms_at_10_wpm_is_read() {
    const TEXTS: [&str; 3] = ["HIS SHIPS 55 SEE", "CQ CQ DE MORSE K", "THE EISH5 73 TU"];

    for chatter_ms in [5, 10, 15, 20] {
        for text in TEXTS {
            for seed in 0..20 {
                let mut rng = Rng::new(seed);
                let beats = key(&Operator::steady(10), text, &mut rng);
                let read = read(&beats, chatter_ms * 1_000_000, &mut rng);
                assert_eq!(read.trim(), text, "{chatter_ms} ms, seed {seed}");
            }
        }
    }
}
