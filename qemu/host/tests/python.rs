// SPDX-License-Identifier: GPL-2.0

//! Debian's Python uses the device as `Documentation/file.md` advises.

use morse_board::driver::{numbers, set};
use morse_board::trace::Recording;
use morse_board::{decode, quote, Board, Pace, Result, Timeline};

use crate::fixture::{boot_with_programs, long};
use crate::runner::test::Tests;

/// The tests here.
pub fn tests() -> Tests {
    tests![python_uses_the_device]
}

/// On a board with Python, a program that is linked dynamically and knows nothing of the board.
fn python_uses_the_device() {
    let run = || -> Result<()> {
        let mut board = boot_with_programs("python")?;
        board.run("insmod morse.ko")?;
        copies_a_file(&mut board)?;
        opens_the_device_both_ways(&mut board)?;
        board.run("rmmod morse")?;
        board.check_log()
    };
    run().unwrap_or_else(|error| panic!("{error}"));
}

const UNIT_US: u64 = 12_000;

/// Runs a program, and returns its output.
fn python(board: &mut Board, program: &str) -> Result<String> {
    long(board, &format!("python3 -c {}", quote::word(program)))
}

/// The text that the lamp shows while a program runs, which ends when it is sent.
fn sent(board: &mut Board, program: &str) -> Result<String> {
    set(board, "unit_us", &UNIT_US.to_string())?;
    // Not while it is recorded.
    python(board, "import shutil")?;
    let recording = Recording::start(board)?;
    python(board, program)?;
    board.run("dd if=/dev/null of=/dev/morse conv=notrunc,fsync 2> /dev/null")?;
    let seen = Timeline::new(recording.edges(board)?);
    Ok(decode(&seen, Pace::new(UNIT_US * 1000)).message.to_string())
}

fn copies_a_file(board: &mut Board) -> Result<()> {
    board.run("echo 'CQ DE MORSE' > /tmp/text")?;
    let program = "import shutil; shutil.copyfile('/tmp/text', '/dev/morse')";
    assert_eq!(sent(board, program)?, "CQ DE MORSE");
    let program = "open('/dev/morse', 'w').write('cq é')";
    assert_eq!(sent(board, program)?, "CQ É");
    Ok(())
}

fn opens_the_device_both_ways(board: &mut Board) -> Result<()> {
    let said = python(
        board,
        "import io
try: open('/dev/morse', 'r+')
except io.UnsupportedOperation as error: print(error)",
    )?;
    assert!(said.contains("not seekable"), "{said}");
    let before = numbers(board)?["sent"];
    let said = python(
        board,
        "import os
file = open('/dev/morse', 'r+b', buffering=0)
print(file.write(b'E'))
os.fsync(file.fileno())
try: file.write('🙂'.encode())
except OSError as error: print(error.strerror)
os.set_blocking(file.fileno(), False)
print(file.read(1))
synchronous = os.open('/dev/morse', os.O_WRONLY | os.O_DSYNC)
os.write(synchronous, b'T')
print(open('/sys/class/misc/morse/queued').read().strip())",
    )?;
    assert_eq!(said, "1\nInvalid argument\nNone\n0\n");
    assert_eq!(numbers(board)?["sent"], before + 2);
    Ok(())
}
