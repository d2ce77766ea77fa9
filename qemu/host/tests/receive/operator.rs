// SPDX-License-Identifier: GPL-2.0

//! An operator at a straight key, and a measure of the decoded text.

use morse_board::code::{Element, Pattern};

/// The random numbers of a hand.
pub struct Random(pub morse_guest::random::Random);

impl Random {
    /// Numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Random(morse_guest::random::Random::new(seed))
    }

    /// Evenly between `1 - spread` and `1 + spread`.
    fn around_one(&mut self, spread: f64) -> f64 {
        1.0 + spread * (2.0 * (self.0.next_u64() as f64 / u64::MAX as f64) - 1.0)
    }

    /// Words of five letters and figures.
    pub fn words(&mut self, count: usize) -> Vec<String> {
        const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut word = || {
            (0..5)
                .map(|_| CHARACTERS[(self.0.next_u64() % CHARACTERS.len() as u64) as usize] as char)
                .collect()
        };
        (0..count).map(|_| word()).collect()
    }
}

/// The keying style of an operator.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    /// Speed, in words per minute.
    pub wpm: f64,
    /// Length of a dash, in dots.
    pub dash: f64,
}

impl Operator {
    /// The largest error of a mark, as a part of its length.
    const MARK_JITTER: f64 = 0.1;
    /// The same for spaces.
    const SPACE_JITTER: f64 = 0.2;

    /// Keys words: the lengths of marks and spaces by turns, in us. It ends with a word gap.
    pub fn key(self, words: &[String], random: &mut Random) -> Vec<u64> {
        let mut lengths = Vec::new();
        for word in words {
            for letter in word.chars() {
                let Pattern(elements) = Pattern::of(letter).expect("it has a code");
                for element in elements {
                    let units = match element {
                        Element::Dot => 1.0,
                        Element::Dash => self.dash,
                    };
                    lengths.push(self.us(units * random.around_one(Self::MARK_JITTER)));
                    lengths.push(self.us(random.around_one(Self::SPACE_JITTER)));
                }
                *lengths.last_mut().expect("a space") =
                    self.us(3.0 * random.around_one(Self::SPACE_JITTER));
            }
            *lengths.last_mut().expect("a space") =
                self.us(7.0 * random.around_one(Self::SPACE_JITTER));
        }
        lengths
    }

    fn us(self, units: f64) -> u64 {
        (units * 1.2e6 / self.wpm) as u64
    }
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
