// SPDX-License-Identifier: GPL-2.0

//! Texts that are keyed, and a measure of the text that is read.

use crate::cases::operator::Beat;
use crate::cases::rng::Rng;

/// Words of five letters and figures.
pub fn words(count: usize, rng: &mut Rng) -> String {
    const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut character = || CHARACTERS[rng.below(CHARACTERS.len() as u32) as usize] as char;
    let words: Vec<String> = (0..count)
        .map(|_| (0..5).map(|_| character()).collect())
        .collect();
    words.join(" ")
}

/// The lengths of marks and spaces by turns, in us. The last space is left out: the session ends with it.
pub fn lengths_us(beats: &[Beat]) -> Vec<u64> {
    let lengths = beats.iter().flat_map(|beat| [beat.mark_ns, beat.space_ns]);
    let mut lengths: Vec<u64> = lengths.map(|ns| ns / 1000).collect();
    lengths.pop();
    lengths
}

/// Returns the share of `sent` that was read correctly, in percent: each insertion, deletion or change counts
/// as one error (Levenshtein distance).
pub fn right(read: &str, sent: &str) -> f64 {
    let sent: Vec<char> = sent.chars().collect();
    let mut row: Vec<usize> = (0..=sent.len()).collect();
    for (i, r) in read.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, s) in sent.iter().enumerate() {
            let changed = diagonal + usize::from(r != *s);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    100.0 * (1.0 - row[sent.len()] as f64 / sent.len() as f64)
}

#[test]
fn wrong_characters_are_counted() {
    assert_eq!(right("PARIS", "PARIS"), 100.0);
    for read in ["PARS", "PARISS", "PARXS"] {
        assert_eq!(right(read, "PARIS"), 80.0, "{read}");
    }
    assert_eq!(right("", "PARIS"), 0.0);
}
