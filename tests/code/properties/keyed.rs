// SPDX-License-Identifier: GPL-2.0

//! Keyed text of any length, and the measure of how well it was read.

use crate::cases::operator::{self, Beat, Gaps, Operator};
use crate::cases::rng::Rng;
use crate::code::Decoder;

/// The keying of `text` by `operator`.
pub fn key(operator: &Operator, text: &str, rng: &mut Rng) -> Vec<Beat> {
    let mut beats = Vec::new();
    operator.key(text, rng, |beat| beats.push(beat));
    beats
}

/// Feeds `beats` to `decoder` and collects its text.
pub fn receive(decoder: &mut Decoder, beats: &[Beat], gaps: Gaps, rng: &mut Rng) -> String {
    let mut read = String::new();
    for beat in beats {
        operator::receive(decoder, *beat, gaps, rng, |text| {
            read.push_str(text.as_str())
        });
    }
    decoder.finish_letter(|text| read.push_str(text.as_str()));
    read
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
        text.push_str(WORDS[rng.below(WORDS.len() as u32) as usize]);
    }
    text
}
