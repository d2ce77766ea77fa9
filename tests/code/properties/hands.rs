// SPDX-License-Identifier: GPL-2.0

//! The decoder against people, beside the plainest decoder.
//!
//! `scripts/test hands --nocapture` prints the table.

use super::keyed::{
    distance,
    receive, //
};
use super::{
    means,
    people::PEOPLE, //
};
use crate::cases::operator::Gaps;
use crate::cases::rng::Rng;
use crate::code::Decoder;

const TEXTS: [&str; 3] = [
    "CQ CQ DE TEST TEST K THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 1234567890 UR RST 599 5NN",
    "UR RST 599 5NN R R FB OM TNX FER RPRT ES INFO RIG HR IS 100 W ES ANT IS DIPOLE UP 12 M WX IS RAIN ES COLD 5 C",
    "SEE HIS SHIPS 55 AT THE SEA EISH5 TMO0 IT IS THE END OF THIS TEST 73 ES TU WELL I WAS OUT IN THE GARDEN",
];

/// So many times each text is keyed by each hand.
const RUNS: u64 = 12;

/// The share of wrong characters, and of wrong letters where spaces do not count, in percent.
#[derive(Clone, Copy, Default)]
struct Wrong {
    with_spaces: f64,
    letters: f64,
}

impl Wrong {
    fn of(read: &str, text: &str) -> Self {
        let letters = |text: &str| text.replace(' ', "");
        let percent = |wrong: usize, text: &str| 100.0 * wrong as f64 / text.chars().count() as f64;
        Self {
            with_spaces: percent(distance(read.trim(), text), text),
            letters: percent(distance(&letters(read), &letters(text)), &letters(text)),
        }
    }

    fn mean(all: &[Wrong]) -> Self {
        let mean = |of: fn(&Wrong) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        Self {
            with_spaces: mean(|wrong| wrong.with_spaces),
            letters: mean(|wrong| wrong.letters),
        }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:5.1} /{:5.1}", self.with_spaces, self.letters)
    }
}

#[test]
fn people_are_read_better_than_by_running_means() {
    /// What is left to chance, in percent.
    const NOISE: f64 = 0.5;
    /// The bug and the crowded paddle, whose letter and word spaces overlap, make up most of it.
    const MEAN: Wrong = Wrong {
        with_spaces: 5.0,
        letters: 1.2,
    };

    println!("wrong, with spaces / letters alone, %   edges          timers         running means");
    let mut all = [const { Vec::new() }; 3];
    for person in PEOPLE {
        let mut wrong = [const { Vec::new() }; 3];
        for seed in 0..RUNS {
            for text in TEXTS {
                let mut rng = Rng::new(seed);
                let beats = person.key(text, None, &mut rng);
                let mut decoded = |gaps| receive(&mut Decoder::new(), &beats, gaps, &mut rng);
                let read = [
                    decoded(Gaps::Edges),
                    decoded(Gaps::Timers),
                    means::read(&beats),
                ];
                for (wrong, read) in wrong.iter_mut().zip(read) {
                    wrong.push(Wrong::of(&read, text));
                }
            }
        }
        let means = [0, 1, 2].map(|column: usize| Wrong::mean(&wrong[column]));
        let [edges, timers, plain] = means;
        println!("{:37} {edges}   {timers}   {plain}", person.name);
        for (all, wrong) in all.iter_mut().zip(&wrong) {
            all.extend_from_slice(wrong);
        }
        for ours in [edges, timers] {
            assert!(
                ours.with_spaces <= plain.with_spaces + NOISE,
                "{}",
                person.name
            );
            assert!(ours.letters <= plain.letters + NOISE, "{}", person.name);
        }
    }
    let [edges, timers, plain] = [0, 1, 2].map(|column: usize| Wrong::mean(&all[column]));
    println!("{:37} {edges}   {timers}   {plain}", "mean");
    for ours in [edges, timers] {
        assert!(ours.with_spaces <= MEAN.with_spaces, "{ours}");
        assert!(ours.letters <= MEAN.letters, "{ours}");
    }
}

/// Slips cost little more than the characters that have them.
#[test]
fn people_who_slip_are_read_in_hands_as_well() {
    const LETTERS: u32 = 50;

    let mut all = Vec::new();
    for person in PEOPLE {
        for seed in 0..RUNS {
            for text in TEXTS {
                let mut rng = Rng::new(seed);
                let beats = person.key(text, Some(LETTERS), &mut rng);
                let read = receive(&mut Decoder::new(), &beats, Gaps::Timers, &mut rng);
                all.push(Wrong::of(&read, text));
            }
        }
    }
    let wrong = Wrong::mean(&all);
    println!("with a slip in every {LETTERS}th letter, wrong: {wrong} %");
    // Three wrong letters a slip: itself and its neighbours; and what is wrong without.
    assert!(
        wrong.letters <= 1.2 + 100.0 * 3.0 / f64::from(LETTERS),
        "{wrong}"
    );
}
