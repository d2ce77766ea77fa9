// SPDX-License-Identifier: GPL-2.0

//! The programs of `samples/use`, as a user runs them.

use morse_board::driver::set;
use morse_board::trace::Recording;
use morse_board::{decode, Board, Message, Pace, Result, Timeline};

use super::fixture::with_driver;
use super::fixture::BOARD;
use crate::fixture::{program, skip, LONG};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![with_driver =>
        each_sends_its_arguments_and_returns_when_they_are_sent,
        a_32_bit_program_is_as_good,
        each_says_what_is_wrong,
        abort_drops_what_is_queued,
    ]
    .on(&BOARD)
}

const SAMPLES: [&str; 3] = ["morse-send", "morse-send-sh", "morse-send-c"];
/// A 32-bit program on a 64-bit kernel, for which the ioctls are the same.
const SAMPLE_32: &str = "morse-send-c32";
const TEXT: [&str; 3] = ["CQ", "DE", "é<AR>"];
const PACE: Pace = Pace::new(20_000_000);

fn each_sends_its_arguments_and_returns_when_they_are_sent(board: &mut Board) -> Result<()> {
    set(board, "wpm", "60")?;
    for sample in SAMPLES {
        sends(board, sample)?;
    }
    board.run("WPM=25 morse-send-sh e && grep -q 25 /sys/class/misc/morse/wpm")?;
    Ok(())
}

fn a_32_bit_program_is_as_good(board: &mut Board) -> Result<()> {
    // It is built for kernels that run both kinds, of which one is configured for one only.
    let is_there = board.execute(&format!("which {SAMPLE_32}"), LONG)?.status == 0;
    if !is_there || board.has_sanitizers() {
        skip("this kernel has no 32-bit programs beside others");
        return Ok(());
    }
    set(board, "wpm", "60")?;
    sends(board, SAMPLE_32)
}

/// Checks the lamp while a sample sends, at 60 WPM, and the output of the sample.
fn sends(board: &mut Board, sample: &str) -> Result<()> {
    let recording = Recording::start(board)?;
    let mut words = vec![sample];
    words.extend(TEXT);
    let said = program(board, &words)?;
    // Read the edges now: the sample must have waited for the end.
    let seen = Timeline::new(recording.edges(board)?);
    let message = Message::parse(&TEXT.join(" ")).expect("it can be sent");
    assert_eq!(decode(&seen, PACE).message, message, "{sample}");
    assert!(said.ends_with("sent\n"), "{sample}: {said}");
    if sample != "morse-send-sh" {
        assert!(said.contains("queued, 20 ms a unit"), "{sample}: {said}");
    }
    Ok(())
}

fn each_says_what_is_wrong(board: &mut Board) -> Result<()> {
    for sample in ["morse-send", "morse-send-c"] {
        let output = board.execute(&format!("{sample} SOS~"), LONG)?;
        assert_ne!(output.status, 0, "{sample}");
        assert!(
            output.text.contains("nvalid argument"),
            "{sample}: {}",
            output.text
        );
    }
    board.run("! WPM=0 morse-send-sh E 2> /dev/null")?;
    Ok(())
}

fn abort_drops_what_is_queued(board: &mut Board) -> Result<()> {
    let said = board.run("echo PARIS PARIS > /dev/morse; morse-abort")?;
    assert_eq!(said, "10 characters dropped\n");
    board.run("grep -qx idle /sys/class/misc/morse/state")?;
    assert_eq!(board.run("morse-abort")?, "0 characters dropped\n");
    Ok(())
}
