// SPDX-License-Identifier: GPL-2.0

//! A hand at the simulated key, which records the time of each edge.

use std::thread;
use std::time::Duration;

use morse_use::key::{self, Key, SIMULATED_KEY};
use morse_use::uapi::morse_pulse;

use crate::lamp::now;
use crate::Result;
use morse_guest::driver::{self, Driver};
use morse_guest::kernel;

/// The speed of the hand, in words per minute. The driver is set to it, so that it decodes every letter.
pub const WPM: &str = "60";
/// The unit at this speed.
pub const UNIT: Duration = Duration::from_millis(20);
/// The driver ends a letter of a hand that it knows so long after the last mark: the geometric mean of 1 and 3 units.
pub const LETTER_GAP: Duration = Duration::from_micros(34_641);
/// And a word: the geometric mean of 3 and 7 units.
pub const WORD_GAP: Duration = Duration::from_micros(91_652);
/// The first word at a speed that was set ends after 40 units: the letters may be spaced as wide as people do.
pub const FIRST_WORD_GAP: Duration = Duration::from_millis(800);
/// The hand's rest after keying: a word gap, and time to wake up the reader.
pub const REST: Duration = Duration::from_millis(850);
/// A session ends so long after its last edge.
pub const QUIET: Duration = Duration::from_secs(5);
/// The largest uncertainty of a pulse's length for which the comparison means anything. A write takes
/// longer on the sanitizer kernel.
fn telling() -> Duration {
    Duration::from_millis(if kernel::has_sanitizers() { 20 } else { 2 })
}

/// The time of an edge: after `from`, before `to`, on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub from: Duration,
    pub to: Duration,
}

/// A hand at the simulated key.
pub struct Hand(Key);

impl Hand {
    /// Reloads the driver, and sets it to the hand's speed.
    pub fn new() -> Result<Self> {
        Driver::reload()?;
        driver::set("receive_wpm", WPM)?;
        Self::at_key()
    }

    /// Opens the key without reloading the driver.
    pub fn at_key() -> Result<Self> {
        Ok(Hand(Key::open(SIMULATED_KEY)?))
    }

    /// Presses the key, or releases it.
    pub fn set(&mut self, down: bool) -> Result<Moment> {
        let from = now();
        self.0.set(down)?;
        Ok(Moment { from, to: now() })
    }

    /// Keys elements, as [`key::times`] has them. Returns the time of each edge.
    pub fn key(&mut self, elements: &str) -> Result<Vec<Moment>> {
        self.key_at(UNIT, elements)
    }

    /// Like [`Hand::key`], at another speed.
    pub fn key_at(&mut self, unit: Duration, elements: &str) -> Result<Vec<Moment>> {
        self.play(&key::times(unit, elements)?)
    }

    /// Keys enough for the driver to know the hand, 20 marks, and the end of a word.
    pub fn introduce(&mut self, unit: Duration) -> Result {
        const PARIS: &str = ".--. .- .-. .. ...";

        self.key_at(unit, &[PARIS; 4].join("/"))?;
        thread::sleep(7 * unit);
        Ok(())
    }

    /// Like [`Hand::key`], and rests until the word is over.
    pub fn key_word(&mut self, elements: &str) -> Result<Vec<Moment>> {
        let moments = self.key(elements)?;
        thread::sleep(REST);
        Ok(moments)
    }

    /// Toggles the key at `times` from now on, beginning with a press.
    pub fn play(&mut self, times: &[Duration]) -> Result<Vec<Moment>> {
        let start = now();
        let mut moments = Vec::with_capacity(times.len());
        for (i, time) in times.iter().enumerate() {
            thread::sleep((start + *time).saturating_sub(now()));
            moments.push(self.set(i % 2 == 0)?);
        }
        Ok(moments)
    }
}

/// Checks that `pulses` are the marks and spaces between the edges of `moments`, a mark first, and that each
/// length lies within its bounds.
pub fn assert_pulses(pulses: &[morse_pulse], moments: &[Moment]) {
    assert_eq!(pulses.len() + 1, moments.len(), "pulses between the edges");
    let telling = telling();
    for (i, (pulse, edges)) in pulses.iter().zip(moments.windows(2)).enumerate() {
        let shortest = edges[1].from - edges[0].to;
        let longest = edges[1].to - edges[0].from;
        let lasted = Duration::from_nanos(pulse.duration_ns);
        assert!(
            longest - shortest < telling,
            "the writes of the edges around pulse {i} took too long"
        );
        assert_eq!(pulse.mark, u32::from(i % 2 == 0), "pulse {i}");
        assert_eq!(pulse.reserved, 0, "pulse {i}");
        assert!(
            (shortest..=longest).contains(&lasted),
            "pulse {i}: {lasted:?} is not between {shortest:?} and {longest:?}"
        );
    }
}
