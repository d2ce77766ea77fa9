// SPDX-License-Identifier: GPL-2.0

//! A simulated operator and receiver, and the measure of how well they agree.

use morse_code::{encode, Decoder, Element};

/// Reproducible random numbers: SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Uniform between `1 - spread` and `1 + spread`.
    pub fn around_one(&mut self, spread: f64) -> f64 {
        let unit = self.next() as f64 / u64::MAX as f64;
        1.0 + spread * (2.0 * unit - 1.0)
    }
}

/// A mark, and the space after it.
#[derive(Clone, Copy, Debug)]
pub struct Beat {
    pub mark_ns: u64,
    pub space_ns: u64,
}

/// A hand at a straight key.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    pub wpm: f64,
    /// Length of a dash in dots.
    pub dash: f64,
    /// How far marks and spaces are off at most, as a part of their length.
    pub mark_jitter: f64,
    pub space_jitter: f64,
    /// How much the spaces between letters and words are stretched.
    pub stretch: f64,
}

impl Operator {
    pub fn steady(wpm: f64) -> Self {
        Self {
            wpm,
            dash: 3.0,
            mark_jitter: 0.0,
            space_jitter: 0.0,
            stretch: 1.0,
        }
    }

    /// Keys `text`, which ends with a letter gap.
    pub fn key(&self, text: &str, rng: &mut Rng) -> Vec<Beat> {
        let unit_ns = 1.2e9 / self.wpm;
        let mut beats: Vec<Beat> = Vec::new();
        for character in text.chars() {
            if character == ' ' {
                if let Some(last) = beats.last_mut() {
                    last.space_ns =
                        (7.0 * self.stretch * unit_ns * rng.around_one(self.space_jitter)) as u64;
                }
                continue;
            }
            let code = encode(character).expect("keyed text has only characters with a code");
            let count = code.len() as usize;
            for (i, element) in code.elements().enumerate() {
                let mark = match element {
                    Element::Dot => 1.0,
                    Element::Dash => self.dash,
                };
                let space = if i + 1 < count {
                    1.0
                } else {
                    3.0 * self.stretch
                };
                beats.push(Beat {
                    mark_ns: (mark * unit_ns * rng.around_one(self.mark_jitter)) as u64,
                    space_ns: (space * unit_ns * rng.around_one(self.space_jitter)) as u64,
                });
            }
        }
        beats
    }
}

/// How a receiver learns that a space is long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// From the edge that ends it.
    Edges,
    /// From timers, which go off while it lasts, up to a jiffy late.
    Timers,
}

/// A tick of a kernel with HZ = 250.
const JIFFY_NS: u64 = 4_000_000;

/// Feeds `beats` to `decoder` and collects its text.
pub fn receive(decoder: &mut Decoder, beats: &[Beat], gaps: Gaps, rng: &mut Rng) -> String {
    let mut text = String::new();
    for beat in beats {
        let mut sink = |t: morse_code::Text| text.push_str(t.as_str());
        decoder.mark(beat.mark_ns, &mut sink);
        if gaps == Gaps::Timers {
            let late = rng.next() % JIFFY_NS;
            if decoder.letter_gap_ns() + late < beat.space_ns {
                decoder.finish_letter(&mut sink);
            }
            if decoder.word_gap_ns() + late < beat.space_ns {
                decoder.finish_word(&mut sink);
            }
        }
        decoder.space(beat.space_ns, &mut sink);
    }
    decoder.finish_letter(|t| text.push_str(t.as_str()));
    text
}

/// The fewest characters to insert, remove or replace to turn `a` into `b` (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Random words, as an operator might send them.
pub fn words(count: usize, rng: &mut Rng) -> String {
    const WORDS: &[&str] = &[
        "CQ", "DE", "MORSE", "THE", "QUICK", "BROWN", "FOX", "JUMPS", "OVER", "LAZY", "DOG", "599",
        "TEST", "73", "E", "T", "TNX", "UR", "RST", "IS", "NAME", "HIS", "SHE", "MOM", "TOM", "TO",
        "I", "SEE", "A5", "2026", "QTH?", "K", "PARIS", "EISH5", "TMO0", "SOS", "10.5",
    ];
    let mut text = String::new();
    for i in 0..count {
        if i > 0 {
            text.push(' ');
        }
        text.push_str(WORDS[rng.below(WORDS.len())]);
    }
    text
}
