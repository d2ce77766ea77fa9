// SPDX-License-Identifier: GPL-2.0

//! Presses the simulated key of a device without a key, at exact times.
//!
//! ```text
//! morse-key FILE UNIT_US ELEMENTS        keys dots, dashes, and the gaps ' ' of letters and '/' of words
//! morse-key FILE play LENGTHS            keys marks and spaces by turns, of these lengths in us, the
//!                                        words of the file LENGTHS
//! morse-key FILE storm COUNT INTERVAL_US changes the key COUNT times, at this interval
//! morse-key FILE burst COUNT             changes it COUNT times, with nothing else on this CPU
//! ```
//!
//! FILE is `/sys/kernel/debug/morse/key`. The log of the kernel is told of the last edge before it is made.

use std::env;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::time::Duration;

use morse_use::key::{self, Key};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (file, times) = match words[..] {
        [file, "storm", count, interval_us] => {
            let interval = Duration::from_micros(interval_us.parse()?);
            (file, (0..count.parse()?).map(|i| interval * i).collect())
        }
        [file, "burst", count] => {
            let times = vec![Duration::ZERO; count.parse()?];
            key::take_precedence()?;
            (file, times)
        }
        [file, "play", lengths] => (file, played(&fs::read_to_string(lengths)?)?),
        [file, unit_us, elements] => {
            let unit = Duration::from_micros(unit_us.parse()?);
            (file, key::times(unit, elements)?)
        }
        _ => return Err("see the head of samples/use/src/bin/morse-key.rs".into()),
    };
    let mut log = OpenOptions::new().write(true).open("/dev/kmsg")?;
    Key::open(file)?.play(&times, |edge| {
        if edge + 1 == times.len() {
            log.write_all(b"morse-key: last edge")?;
        }
        Ok(())
    })?;
    Ok(())
}

/// When the key changes: at first, and after each length.
fn played(lengths: &str) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = vec![Duration::ZERO];
    let mut now = Duration::ZERO;
    for length_us in lengths.split_whitespace() {
        now += Duration::from_micros(length_us.parse()?);
        times.push(now);
    }
    Ok(times)
}
