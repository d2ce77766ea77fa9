// SPDX-License-Identifier: GPL-2.0

//! In virtual time, the key pressed from inside: every interval is exact.

use morse_board::driver::{keying, numbers, set, UNIT_AT_1_WPM_US};
use morse_board::{transmission, Board, Message, Pace, Result};

use super::fixture::{read_while, with_bh, with_each, QUIET};
use crate::boards::KEYLESS;
use crate::fixture::{logged, long};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_each => sending_and_receiving_at_once_do_not_disturb_each_other]
        .smoke()
        .and(
            tests![the_alphabet_at_any_speed]
                .and(tests![with_bh => a_fixed_speed_reads_the_first_letter_right])
                .and(tests![with_each => a_session_ends_five_seconds_after_its_last_edge]),
        )
        .on(&KEYLESS)
}

/// Every letter and figure, and some signs. It begins with the call to all stations.
const ALPHABET: &str = "CQ DE ABCDEFGHIJKLM NOPQRSTUVWXYZ 0123456789 .,:?'-/()=+@";
/// Of the kernel's timer wheel, in seconds.
const JIFFY_S: f64 = 0.004;

fn the_alphabet_at_any_speed() {
    for wpm in [5, 20, 60] {
        with_each(|board| {
            let keying = keying(ALPHABET, UNIT_AT_1_WPM_US / wpm);
            let text = read_while(board, &format!("{keying} && {QUIET}"))?;
            // In the form that codes shared by several characters have.
            let expected = Message::parse(ALPHABET).expect("Morse").to_string();
            assert_eq!(text, format!("{expected} \n"), "{wpm} WPM");
            let (_, line) = logged(board, "received \"")?;
            assert!(line.ends_with(&format!(", {wpm} WPM")), "{line:?}");
            Ok(())
        });
    }
}

fn a_fixed_speed_reads_the_first_letter_right(board: &mut Board) -> Result<()> {
    set(board, "receive_wpm", "20")?;
    // A letter alone, of one kind of mark, cannot be read without a known speed.
    for text in ["T", "E", "O", "S"] {
        let keying = keying(text, UNIT_AT_1_WPM_US / 20);
        let read = read_while(board, &format!("{keying} && {QUIET}"))?;
        assert_eq!(read, format!("{text} \n"));
    }
    Ok(())
}

fn a_session_ends_five_seconds_after_its_last_edge(board: &mut Board) -> Result<()> {
    for text in ["CQ", "E", "PARIS"] {
        let command = format!("{} && {QUIET}", keying(text, UNIT_AT_1_WPM_US / 20));
        long(board, &command)?;
        let (edge, _) = logged(board, "morse-key: last edge")?;
        let (end, line) = logged(board, "received \"")?;
        note!("{:.6} s after the last edge: {line}", end - edge);
        // The log line comes up to 200 us before its edge.
        let late = end - edge - 5.0;
        assert!(
            (0.0..=JIFFY_S + 0.000_5).contains(&late),
            "late by {late} s"
        );
    }
    Ok(())
}

fn sending_and_receiving_at_once_do_not_disturb_each_other(board: &mut Board) -> Result<()> {
    const TEXT: &str = "PARIS PARIS";
    let keying = keying(ALPHABET, UNIT_AT_1_WPM_US / 20);
    board.run(&format!(
        "(cat /dev/morse > /tmp/text) & (sleep 1; {keying}) > /dev/null 2>&1 &"
    ))?;
    let sending = transmission::send(board, TEXT, Pace::DEFAULT)?;
    note!("{sending}");
    assert!(sending.is_good(), "{sending}");
    long(board, "sleep 60; killall cat")?;
    let expected = Message::parse(ALPHABET).expect("Morse").to_string();
    assert_eq!(board.run("cat /tmp/text")?, format!("{expected} \n"));
    let numbers = numbers(board)?;
    assert_eq!(numbers["edges"], numbers["edges_received"]);
    Ok(())
}
