// SPDX-License-Identifier: GPL-2.0

//! Concurrent writers: writes are not interleaved, and nothing is lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use crate::lamp::Lamp;
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver;
use morse_guest::kernel;

super::cases![eight_writers_at_once, threads_that_share_a_file,];

/// The letter of each writer, and its Morse code.
const LETTERS: [(char, &str); 8] = [
    ('E', "."),
    ('T', "-"),
    ('I', ".."),
    ('A', ".-"),
    ('N', "-."),
    ('M', "--"),
    ('S', "..."),
    ('O', "---"),
];
/// Letters of a word: more than the driver copies at a time.
const WORD_LETTERS: usize = 300;

/// The fastest speed, or on the sanitizer kernel the fastest that is keyed legibly.
fn speed() -> (&'static str, Duration) {
    if kernel::has_sanitizers() {
        ("300", Duration::from_millis(4))
    } else {
        ("1000", Duration::from_micros(1200))
    }
}

/// Has all eight writers write `words` words each, and checks the words that the lamp showed.
fn write_all(words: usize, open: impl Fn() -> Result<Arc<Device>>) -> Result {
    let (wpm, unit) = speed();
    driver::set("wpm", wpm)?;
    let lamp = Lamp::watch()?;
    let before = Device::open()?.status()?.sent;
    let barrier = Arc::new(Barrier::new(LETTERS.len()));
    let mut writers = Vec::new();
    for (letter, _) in LETTERS {
        let device = open()?;
        let barrier = barrier.clone();
        writers.push(thread::spawn(move || {
            let word = format!(" {} ", letter.to_string().repeat(WORD_LETTERS));
            barrier.wait();
            for _ in 0..words {
                assert_eq!(device.write(&word), Ok(word.len()));
            }
        }));
    }
    for writer in writers {
        writer.join().map_err(|_| "a writer failed")?;
    }
    let device = Device::open()?;
    device.fsync()?;

    let mut count = BTreeMap::new();
    for word in lamp.text(unit)?.split(" / ") {
        let letters: Vec<&str> = word.split(' ').collect();
        assert_eq!(letters.len(), WORD_LETTERS, "a word of {}", letters[0]);
        assert!(
            letters.iter().all(|letter| *letter == letters[0]),
            "interleaved: {word}"
        );
        *count.entry(letters[0].to_owned()).or_insert(0) += 1;
    }
    let expected = LETTERS.map(|(_, code)| (code.to_owned(), words));
    assert_eq!(count, BTreeMap::from(expected));
    let sent = (LETTERS.len() * words * WORD_LETTERS) as u64;
    assert_eq!(device.status()?.sent, before + sent);
    Ok(())
}

fn eight_writers_at_once() -> Result {
    /// More in all than the fifo holds, so that writers wait for room as well as for their turn.
    const WORDS: usize = 2;
    const { assert!(LETTERS.len() * WORDS * WORD_LETTERS > CAPACITY) };
    write_all(WORDS, || Ok(Arc::new(Device::open()?)))
}

fn threads_that_share_a_file() -> Result {
    let device = Arc::new(Device::open()?);
    write_all(1, || Ok(device.clone()))
}
