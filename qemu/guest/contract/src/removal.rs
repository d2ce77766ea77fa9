// SPDX-License-Identifier: GPL-2.0

//! Removes the driver at random instants of a message.

use std::time::Duration;

use crate::lamp::Lamp;
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver::{self, Driver};
use morse_guest::random::Random;

/// A module that does nothing; its unloading is the baseline.
const EMPTY: &str = "empty";
/// Number of measurements of the baseline.
const EMPTY_COUNT: u32 = 20;
/// Longer than any message is sent here.
const MESSAGE: &str = "PARIS PARIS PARIS PARIS PARIS PARIS PARIS PARIS PARIS PARIS PARIS PARIS";
/// Slow, usual and fastest speeds, for long sleeps in an element and for many edges.
const SPEEDS_WPM: [&str; 4] = ["6", "20", "60", "1000"];
/// Shorter than the message takes at the fastest speed.
const INSTANTS: Duration = Duration::from_millis(700);
/// Longer than any darkness within a message.
const DARK: Duration = Duration::from_millis(1500);

/// Removes the driver `count` times, each at most `bound_ms` longer than an empty module, and prints the
/// times.
pub fn run(how: &str, bound_ms: &str, count: &str, seed: &str) -> Result {
    let bound = Duration::from_millis(bound_ms.parse()?);
    let (count, seed): (u32, u64) = (count.parse()?, seed.parse()?);
    let remove: fn() -> Result<Duration> = match how {
        "rmmod" => || Ok(driver::unload("morse")?),
        "unbind" => || driver::unbind().map(|(_, took)| took),
        _ => return Err(format!("{how} is no way to remove a driver").into()),
    };
    let empty = empty_module()?;
    let mut random = Random::new(seed);
    let (mut worst, mut sum, mut lit) = (Duration::ZERO, Duration::ZERO, 0);
    for round in 0..count {
        Driver::load()?;
        driver::reset()?;
        let wpm = SPEEDS_WPM[random.below(SPEEDS_WPM.len() as u64) as usize];
        driver::set("wpm", wpm)?;
        let instant = Duration::from_nanos(random.below(INSTANTS.as_nanos() as u64));
        let tell = |text: &str| format!("round {round}, {wpm} WPM, after {instant:?}: {text}");

        let lamp = Lamp::watch()?;
        assert_eq!(Device::open()?.write(MESSAGE)?, MESSAGE.len());
        std::thread::sleep(instant);
        let was_lit = lamp.is_on()?;
        let took = remove()?;

        assert!(!lamp.is_on()?, "{}", tell("the lamp was left on"));
        let edges = lamp.edges()?.len();
        assert!(edges > 0, "{}", tell("nothing was being sent"));
        if round % 16 == 0 {
            std::thread::sleep(DARK);
            assert_eq!(lamp.edges()?.len(), edges, "{}", tell("it blinks on"));
        }
        assert!(
            took <= empty + bound,
            "{}",
            tell(&format!("it took {took:?}, an empty module {empty:?}"))
        );
        lit += u32::from(was_lit);
        worst = worst.max(took);
        sum += took;
    }
    Driver::unload()?;
    println!(
        "{how} at {count} instants (seed {seed}, {lit} of them while lit): worst {worst:?}, \
         mean {:?}; rmmod of an empty module: worst {empty:?}",
        sum / count.max(1)
    );
    Ok(())
}

/// Returns the worst time of unloading the empty module.
pub fn empty_module() -> Result<Duration> {
    let mut worst = Duration::ZERO;
    for _ in 0..EMPTY_COUNT {
        driver::load(EMPTY)?;
        worst = worst.max(driver::unload(EMPTY)?);
    }
    Ok(worst)
}
