// SPDX-License-Identifier: GPL-2.0

//! In virtual time, keyed as by hand: uneven, with dashes of any length, and at changing speed.

use morse_board::driver::SIMULATED_KEY;
use morse_board::{Board, Result};

use super::fixture::{read_while, with, with_bh, QUIET};
use super::operator::{right, Operator, Random};
use crate::boards::KEYLESS;
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![a_straight_key_is_read]
        .and(tests![with_bh => changes_of_speed_in_a_session_are_followed])
        .on(&KEYLESS)
}

/// The least share of correct characters, in percent.
const BOUND: f64 = 99.0;
/// For the figures to mean something: 360 characters, with the spaces between words.
const WORDS: usize = 60;

/// Keys these marks and spaces, and returns the text that was read, up to the end of the session.
fn read(board: &mut Board, lengths: &[u64]) -> Result<String> {
    let words: Vec<String> = lengths.iter().map(u64::to_string).collect();
    for part in words.chunks(500) {
        board.run(&format!("echo {} >> /tmp/lengths", part.join(" ")))?;
    }
    let command = format!("morse-key {SIMULATED_KEY} play /tmp/lengths; {QUIET}; rm /tmp/lengths");
    read_while(board, &command)
}

fn a_straight_key_is_read() {
    for (seed, (mechanism, wpm)) in [("bh", 13.0), ("tasklet", 25.0)].into_iter().enumerate() {
        for dash in [2.0, 3.0, 5.0] {
            with(mechanism, |board| {
                let operator = Operator { wpm, dash };
                let mut random = Random::new(seed as u64);
                let words = random.words(WORDS);
                let mut lengths = operator.key(&words, &mut random);
                // The end of the session follows the last mark.
                lengths.pop();
                let read = read(board, &lengths)?;
                let right = right(&read, &(words.join(" ") + " \n"));
                note!("{operator:?}: {right:.2} % right");
                assert!(right >= BOUND, "{operator:?}: {right} % right: {read}");
                Ok(())
            });
        }
    }
}

fn changes_of_speed_in_a_session_are_followed(board: &mut Board) -> Result<()> {
    const WPMS: [f64; 6] = [20.0, 40.0, 20.0, 30.0, 12.0, 60.0];

    let mut random = Random::new(1);
    let (mut text, mut lengths) = (String::new(), Vec::new());
    for wpm in WPMS {
        let words = random.words(WORDS / WPMS.len());
        lengths.extend(Operator { wpm, dash: 3.0 }.key(&words, &mut random));
        text += &(words.join(" ") + " ");
    }
    lengths.pop();
    let read = read(board, &lengths)?;
    assert_eq!(read.matches('\n').count(), 1, "one session: {read}");
    let right = right(&read, &(text + "\n"));
    note!("{WPMS:?} WPM: {right:.2} % right");
    assert!(right >= BOUND, "{right} % right: {read}");
    Ok(())
}
