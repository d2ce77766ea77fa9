// SPDX-License-Identifier: GPL-2.0

//! Presses the simulated key of a device without hardware, at exact times.
//!
//! ```text
//! morse-key FILE UNIT_US ELEMENTS        keys dots, dashes, and the gaps ' ' of letters and '/' of words
//! morse-key FILE storm COUNT INTERVAL_US changes the key so often, at such intervals
//! ```
//!
//! FILE is `/sys/kernel/debug/morse/key`. The log of the kernel is told of the last edge before it is made.

use std::env;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

/// For how long before an edge the program spins: more than it takes to wake up.
const SPIN: Duration = Duration::from_micros(200);

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (file, times) = match words[..] {
        [file, "storm", count, interval_us] => {
            let interval = Duration::from_micros(interval_us.parse()?);
            (file, (0..count.parse()?).map(|i| interval * i).collect())
        }
        [file, unit_us, elements] => {
            let unit = Duration::from_micros(unit_us.parse()?);
            (file, key(unit, elements)?)
        }
        _ => {
            return Err("usage: morse-key FILE {UNIT_US ELEMENTS | storm COUNT INTERVAL_US}".into())
        }
    };
    play(OpenOptions::new().write(true).open(file)?, &times)
}

/// When the key changes: it goes down, up, down, and so on.
fn key(unit: Duration, elements: &str) -> Result<Vec<Duration>, String> {
    let mut times = Vec::new();
    let mut now = Duration::ZERO;
    for element in elements.chars() {
        let mark = match element {
            '.' => 1,
            '-' => 3,
            // The unit after the mark before is a part of these.
            ' ' => {
                now += unit * 2;
                continue;
            }
            '/' => {
                now += unit * 6;
                continue;
            }
            other => return Err(format!("{other:?} is no element")),
        };
        times.extend([now, now + unit * mark]);
        now += unit * (mark + 1);
    }
    Ok(times)
}

/// Changes the key at `times` from now on.
fn play(mut key: File, times: &[Duration]) -> Result<(), Box<dyn Error>> {
    let mut log = OpenOptions::new().write(true).open("/dev/kmsg")?;
    let start = Instant::now();
    for (i, time) in times.iter().enumerate() {
        if let Some(left) = time.checked_sub(start.elapsed() + SPIN) {
            thread::sleep(left);
        }
        if i + 1 == times.len() {
            log.write_all(b"morse-key: last edge")?;
        }
        while start.elapsed() < *time {
            std::hint::spin_loop();
        }
        key.write_all(if i % 2 == 0 { b"1" } else { b"0" })?;
    }
    Ok(())
}
