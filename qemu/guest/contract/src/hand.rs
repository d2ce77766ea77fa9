// SPDX-License-Identifier: GPL-2.0

//! A hand at the simulated key, which tells when it made each edge.

use std::thread;
use std::time::Duration;

use morse_use::key::{self, Key, SIMULATED_KEY};
use morse_use::uapi::morse_pulse;

use crate::lamp::now;
use crate::Result;
use morse_guest::driver::{self, Driver};
use morse_guest::kernel;

/// The speed of the hand, in words per minute. The driver is told, so that it reads every letter right.
pub const WPM: &str = "60";
/// The unit at this speed.
pub const UNIT: Duration = Duration::from_millis(20);
/// What the driver takes for the end of a letter and of a word: so long after its last mark.
pub const LETTER_GAP: Duration = Duration::from_millis(35);
pub const WORD_GAP: Duration = Duration::from_millis(90);
/// How long the hand rests after what it keyed: a word gap, and time to wake up who waits for that.
pub const REST: Duration = Duration::from_millis(120);
/// A session ends so long after its last edge.
pub const QUIET: Duration = Duration::from_secs(5);
/// How well it must be known when edges were made for the length between them to tell anything. A kernel
/// full of sanitizers takes its time for each.
fn telling() -> Duration {
    Duration::from_millis(if kernel::has_sanitizers() { 20 } else { 2 })
}

/// When an edge was made: after `from`, before `to`, of the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub from: Duration,
    pub to: Duration,
}

/// A hand at the key of a driver that was just loaded.
pub struct Hand(Key);

impl Hand {
    /// Loads the driver anew, and tells it the hand's speed.
    pub fn new() -> Result<Self> {
        Driver::reload()?;
        driver::set("receive_wpm", WPM)?;
        Self::at_key()
    }

    /// A hand at the key of the driver as it is.
    pub fn at_key() -> Result<Self> {
        Ok(Hand(Key::open(SIMULATED_KEY)?))
    }

    /// Presses the key, or releases it.
    pub fn set(&mut self, down: bool) -> Result<Moment> {
        let from = now();
        self.0.set(down)?;
        Ok(Moment { from, to: now() })
    }

    /// Keys elements, as [`key::times`] has them. Tells when each edge was made.
    pub fn key(&mut self, elements: &str) -> Result<Vec<Moment>> {
        self.key_at(UNIT, elements)
    }

    /// As [`Hand::key`], at another speed.
    pub fn key_at(&mut self, unit: Duration, elements: &str) -> Result<Vec<Moment>> {
        self.play(&key::times(unit, elements)?)
    }

    /// As [`Hand::key`], and rests until the word is over.
    pub fn key_word(&mut self, elements: &str) -> Result<Vec<Moment>> {
        let moments = self.key(elements)?;
        thread::sleep(REST);
        Ok(moments)
    }

    /// Changes the key, which is up, at `times` from now on.
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

/// Checks that pulses are what was keyed: marks and spaces between these edges by turns, the first a
/// mark, each as long as it can have been.
pub fn assert_pulses(pulses: &[morse_pulse], moments: &[Moment]) {
    assert_eq!(pulses.len() + 1, moments.len(), "pulses between the edges");
    let telling = telling();
    for (i, (pulse, edges)) in pulses.iter().zip(moments.windows(2)).enumerate() {
        let shortest = edges[1].from - edges[0].to;
        let longest = edges[1].to - edges[0].from;
        let lasted = Duration::from_nanos(pulse.duration_ns);
        assert!(
            longest - shortest < telling,
            "the edges around pulse {i} took too long to tell"
        );
        assert_eq!(pulse.mark, u32::from(i % 2 == 0), "pulse {i}");
        assert_eq!(pulse.reserved, 0, "pulse {i}");
        assert!(
            (shortest..=longest).contains(&lasted),
            "pulse {i}: {lasted:?} is not between {shortest:?} and {longest:?}"
        );
    }
}
