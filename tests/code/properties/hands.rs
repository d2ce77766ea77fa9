// SPDX-License-Identifier: GPL-2.0

//! The decoder against people, beside libcw and the plainest decoder.
//!
//! `scripts/test hands --nocapture` prints the tables.

use std::collections::BTreeMap;
use std::path::Path;

use super::keyed::{
    distance,
    receive, //
};
use super::{
    libcw,
    means,
    people::PEOPLE, //
};
use crate::cases::operator::{
    Beat,
    Gaps, //
};
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

/// The ways to read.
const READERS: [&str; 7] = [
    "edges",
    "timers",
    "speed set",
    "20 % less",
    "25 % more",
    "running means",
    "libcw",
];
const OURS: usize = 5;
/// Of these, those that find the speed.
const FOUND: usize = 2;
/// The speeds that are set, in percent of that of the hand.
const SET_PERCENT: [u32; OURS - FOUND] = [100, 80, 125];

/// A text, and how it was keyed.
struct Sample {
    text: String,
    beats: Vec<Beat>,
}

/// How wrong each of [`READERS`] reads each of these; libcw is left out if it is not installed.
fn read_all(samples: &[Sample], rng: &mut Rng) -> Vec<Vec<Wrong>> {
    let mut read = vec![Vec::new(); READERS.len() - 1];
    for Sample { beats, .. } in samples {
        let mut found = Decoder::new();
        let edges = receive(&mut found, beats, Gaps::Edges, rng);
        let wpm = found.wpm().expect("the speed is known by now");
        let timers = receive(&mut Decoder::new(), beats, Gaps::Timers, rng);
        let set = SET_PERCENT.map(|percent| {
            let mut decoder = Decoder::new();
            decoder.set_fixed_wpm(wpm * percent / 100).expect("a speed");
            receive(&mut decoder, beats, Gaps::Timers, rng)
        });
        let all = [edges, timers].into_iter().chain(set);
        let all = all.chain([means::read(beats)]);
        for (texts, text) in read.iter_mut().zip(all) {
            texts.push(text);
        }
    }
    let keyed: Vec<Vec<Beat>> = samples.iter().map(|sample| sample.beats.clone()).collect();
    read.extend(libcw::read(&keyed).map(|read| read.texts));
    let wrong = |texts: &Vec<String>| {
        let texts = texts.iter().zip(samples);
        texts
            .map(|(text, sample)| Wrong::of(text, &sample.text))
            .collect()
    };
    read.iter().map(wrong).collect()
}

/// Prints a line of the table, and returns its figures.
fn row(name: &str, wrong: &[Vec<Wrong>]) -> Vec<Wrong> {
    let means: Vec<Wrong> = wrong.iter().map(|wrong| Wrong::mean(wrong)).collect();
    print!("{name:16}");
    for mean in &means {
        print!("  {mean}  ");
    }
    println!();
    means
}

/// Prints the head of the table.
fn head(title: &str) {
    println!("{title}: wrong, with spaces / letters alone, %");
    print!("{:16}", "");
    for name in READERS {
        print!(" {name:15}");
    }
    println!();
}

/// Adds the figures of one hand to those of all.
fn add(all: &mut Vec<Vec<Wrong>>, wrong: Vec<Vec<Wrong>>) {
    all.resize(wrong.len(), Vec::new());
    for (all, wrong) in all.iter_mut().zip(wrong) {
        all.extend(wrong);
    }
}

#[test]
fn people_are_read_better_than_by_running_means_and_libcw() {
    /// The tolerance for chance, in percent.
    const NOISE: f64 = 0.5;
    /// How much worse than a speed that was found one may be that was set wrong.
    const WRONG_SPEED: f64 = 2.0;
    /// The bug and the crowded paddle, whose letter and word spaces overlap, make up most of it.
    const MEAN: Wrong = Wrong {
        with_spaces: 5.0,
        letters: 1.2,
    };

    head("simulated people");
    let mut all = Vec::new();
    for person in PEOPLE {
        let mut rng = Rng::new(1);
        let samples: Vec<Sample> = (0..RUNS)
            .flat_map(|seed| TEXTS.map(|text| (seed, text)))
            .map(|(seed, text)| Sample {
                text: text.to_string(),
                beats: person.key(text, None, &mut Rng::new(seed)),
            })
            .collect();
        let wrong = read_all(&samples, &mut rng);
        let means = row(person.name, &wrong);
        let is_no_worse = |ours: &Wrong, other: &Wrong, by: f64| {
            assert!(
                ours.with_spaces <= other.with_spaces + by && ours.letters <= other.letters + by,
                "{}: {ours} instead of {other}",
                person.name
            );
        };
        let (ours, others) = means.split_at(OURS);
        let (found, set) = ours.split_at(FOUND);
        for ours in found {
            others
                .iter()
                .for_each(|other| is_no_worse(ours, other, NOISE));
        }
        let timers = &found[1];
        is_no_worse(&set[0], timers, NOISE);
        set.iter()
            .for_each(|set| is_no_worse(set, timers, WRONG_SPEED));
        add(&mut all, wrong);
    }
    for ours in row("mean", &all).iter().take(FOUND) {
        assert!(ours.with_spaces <= MEAN.with_spaces, "{ours}");
        assert!(ours.letters <= MEAN.letters, "{ours}");
    }
}

/// Recordings, if there are any: in the directory `MORSE_HANDS`, `NAME.us` has marks and spaces by turns in us, and
/// `NAME.txt` the text that was meant. `NAME-1`, `NAME-2` are of one hand.
#[test]
fn recordings_are_read() {
    let Some(dir) = std::env::var_os("MORSE_HANDS") else {
        return;
    };
    let file = |name: &str| std::fs::read_to_string(Path::new(&dir).join(name)).expect(name);
    let names = std::fs::read_dir(&dir).expect("MORSE_HANDS is a directory");
    let mut hands: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    for name in names {
        let name = name.expect("a name").file_name();
        let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".us")) else {
            continue;
        };
        let lengths = file(&format!("{name}.us"));
        let lengths: Vec<u64> = lengths
            .split_whitespace()
            .map(|us| us.parse().expect("a length in us"))
            .collect();
        let beats = lengths.chunks(2).map(|beat| Beat {
            mark_ns: beat[0] * 1000,
            space_ns: beat.get(1).unwrap_or(&0) * 1000,
        });
        let hand = name.rsplit_once('-').map_or(name, |(hand, _)| hand);
        hands.entry(hand.to_string()).or_default().push(Sample {
            text: file(&format!("{name}.txt")).trim().to_string(),
            beats: beats.collect(),
        });
    }
    head("recordings");
    let mut all = Vec::new();
    for (hand, samples) in hands {
        let wrong = read_all(&samples, &mut Rng::new(1));
        row(&hand, &wrong);
        add(&mut all, wrong);
    }
    row("mean", &all);
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

/// `make bench` prints this, of an optimized build.
#[test]
fn an_edge_costs_little() {
    /// So many times the texts are read.
    const TIMES: usize = 20;
    /// Of an edge on the average, in ns: a hundredth of a dot at 60 WPM, for a build that is not optimized.
    const BOUND_NS: f64 = 200_000.0;

    let keyed: Vec<Vec<Beat>> = PEOPLE
        .iter()
        .flat_map(|person| TEXTS.map(|text| person.key(text, None, &mut Rng::new(1))))
        .collect();
    let edges: usize = keyed.iter().map(|beats| 2 * beats.len()).sum();
    // The least of some runs: others may have been interrupted.
    let cost_ns = |read: &dyn Fn(&[Beat]) -> String| {
        let run = || {
            let start = std::time::Instant::now();
            for beats in &keyed {
                std::hint::black_box(read(beats));
            }
            start.elapsed().as_nanos() as f64 / edges as f64
        };
        (0..TIMES).map(|_| run()).fold(f64::MAX, f64::min)
    };
    let ours =
        cost_ns(&|beats| receive(&mut Decoder::new(), beats, Gaps::Timers, &mut Rng::new(1)));
    let means = cost_ns(&means::read);
    println!("an edge on the average, ns: this decoder {ours:.0}, running means {means:.0}");
    if let Some(libcw) = libcw::read(&keyed) {
        println!("libcw {}", libcw.edge_ns);
    }
    assert!(ours <= BOUND_NS, "{ours} ns");
}
