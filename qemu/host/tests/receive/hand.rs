// SPDX-License-Identifier: GPL-2.0

//! In virtual time, keyed as by hand: uneven, with dashes of any length, at changing speed, and by people.

use morse_board::driver::SIMULATED_KEY;
use morse_board::{Board, Result};

use super::fixture::{read_while, with, with_bh, QUIET};
use super::operator::{lengths_us, right, words};
use crate::boards::KEYLESS;
use crate::cases::operator::{receive, Beat, Gaps, Operator, GAPS};
use crate::cases::people::PEOPLE;
use crate::cases::rng::Rng;
use crate::code::Decoder;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![a_straight_key_is_read]
        .and(tests![with_bh => changes_of_speed_in_a_session_are_followed, people_are_read_as_on_the_host])
        .on(&KEYLESS)
}

/// The least share of correct characters, in percent.
const BOUND: f64 = 99.0;
/// For the figures to mean something: 360 characters, with the spaces between words.
const WORDS: usize = 60;

/// Keys this, and returns the text that was read, up to the end of the session.
fn read(board: &mut Board, beats: &[Beat]) -> Result<String> {
    let lengths: Vec<String> = lengths_us(beats).iter().map(u64::to_string).collect();
    for part in lengths.chunks(500) {
        board.run(&format!("echo {} >> /tmp/lengths", part.join(" ")))?;
    }
    let command = format!("morse-key {SIMULATED_KEY} play /tmp/lengths; {QUIET}; rm /tmp/lengths");
    read_while(board, &command)
}

/// Keys `text`, which may end with a word gap.
fn key(operator: &Operator, text: &str, rng: &mut Rng) -> Vec<Beat> {
    let mut beats = Vec::new();
    operator.key(text, rng, |beat| beats.push(beat));
    beats
}

fn a_straight_key_is_read() {
    for (seed, (mechanism, wpm)) in [("bh", 13), ("tasklet", 25)].into_iter().enumerate() {
        for dash_percent in [200, 300, 500] {
            with(mechanism, |board| {
                let operator = Operator {
                    dash_percent,
                    ..Operator::human(wpm)
                };
                let mut rng = Rng::new(seed as u64);
                let text = words(WORDS, &mut rng);
                let read = read(board, &key(&operator, &text, &mut rng))?;
                let right = right(&read, &(text + " \n"));
                note!("{operator:?}: {right:.2} % right");
                assert!(right >= BOUND, "{operator:?}: {right} % right: {read}");
                Ok(())
            });
        }
    }
}

fn changes_of_speed_in_a_session_are_followed(board: &mut Board) -> Result<()> {
    const WPMS: [u64; 6] = [20, 40, 20, 30, 12, 60];

    let mut rng = Rng::new(1);
    let (mut text, mut beats) = (String::new(), Vec::new());
    for wpm in WPMS {
        let part = words(WORDS / WPMS.len(), &mut rng) + " ";
        beats.extend(key(&Operator::human(wpm), &part, &mut rng));
        text += &part;
    }
    let read = read(board, &beats)?;
    assert_eq!(read.matches('\n').count(), 1, "one session: {read}");
    let right = right(&read, &(text + "\n"));
    note!("{WPMS:?} WPM: {right:.2} % right");
    assert!(right >= BOUND, "{right} % right: {read}");
    Ok(())
}

/// The text that the crate reads on the host.
fn read_on_host(beats: &[Beat], gaps: Gaps) -> String {
    let (mut read, mut decoder) = (String::new(), Decoder::new());
    for beat in beats {
        receive(&mut decoder, *beat, gaps, &mut Rng::new(1), |text| {
            read.push_str(text.as_str())
        });
    }
    decoder.finish_word(|text| read.push_str(text.as_str()));
    read
}

/// Log-normal lengths, drift, longer last dots, and slips: the driver reads the text that the crate reads of the same
/// edges, but for gaps that end in the same jiffy as a border.
fn people_are_read_as_on_the_host(board: &mut Board) -> Result<()> {
    const TEXT: &str = "CQ CQ DE MORSE THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG UR RST 599 5NN HIS SHIPS AT SEA 73";
    /// Of so many letters one has a slip.
    const SLIP: u32 = 30;

    for person in PEOPLE {
        let beats = person.key(TEXT, Some(SLIP), &mut Rng::new(1));
        let read = read(board, &beats)?;
        let same = GAPS.map(|gaps| right(read.trim_end(), read_on_host(&beats, gaps).trim_end()));
        let same = same.into_iter().fold(0.0, f64::max);
        note!("{}: {same:.1} % as on the host: {read}", person.name);
        assert!(same >= BOUND, "{}: {read}", person.name);
    }
    Ok(())
}
