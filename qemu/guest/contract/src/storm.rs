// SPDX-License-Identifier: GPL-2.0

//! Unloads the driver in a storm of edges, after killing readers in the middle of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use morse_use::key::{Key, SIMULATED_KEY};
use nix::errno::Errno;

use crate::removal::empty_module;
use crate::task::{self, PROMPT};
use crate::Result;
use morse_guest::driver::{self, Driver};
use morse_guest::random::Random;

/// Interval between edges, and between attempts to unload.
const INTERVAL: Duration = Duration::from_micros(50);
const LISTENERS: usize = 4;
/// The longest storm before the readers are killed.
const INSTANTS: Duration = Duration::from_millis(50);
/// The most attempts to unload: an open key pins the module. It is open for less than half of the time.
const ATTEMPTS_MAX: u32 = 10_000;

/// Unloads the driver `count` times, each at most `bound_ms` longer than an empty module, and prints the
/// times.
pub fn run(bound_ms: &str, count: &str, seed: &str) -> Result {
    let bound = Duration::from_millis(bound_ms.parse()?);
    let (count, seed): (u32, u64) = (count.parse()?, seed.parse()?);
    let empty = empty_module()?;
    let mut random = Random::new(seed);
    let (mut worst, mut sum, mut edges) = (Duration::ZERO, Duration::ZERO, 0);
    for round in 0..count {
        Driver::reload()?;
        driver::set("ticker_ms", "10")?;
        let over = Arc::new(AtomicBool::new(false));
        let storm = thread::spawn({
            let over = over.clone();
            move || storm(&over)
        });
        let mut listeners = Vec::new();
        for _ in 0..LISTENERS {
            listeners.push(task::start_listener()?);
        }
        thread::sleep(Duration::from_nanos(
            random.below(INSTANTS.as_nanos() as u64),
        ));
        for listener in &mut listeners {
            listener.kill()?;
        }
        for mut listener in listeners {
            let end = task::Blocked::start(move || listener.wait().is_ok());
            assert!(end.within(PROMPT)?, "a killed reader does not end");
        }
        edges += driver::get("edges")?.parse::<u64>()?;
        let took = unload()?;
        over.store(true, Ordering::Relaxed);
        storm.join().map_err(|_| "the storm failed")?;
        assert!(
            took <= empty + bound,
            "round {round}: it took {took:?}, an empty module {empty:?}"
        );
        worst = worst.max(took);
        sum += took;
    }
    assert!(edges > 0, "there was no storm");
    println!(
        "rmmod in {count} storms of {edges} edges in all (seed {seed}): worst {worst:?}, mean {:?}; \
         of an empty module: worst {empty:?}",
        sum / count.max(1)
    );
    Ok(())
}

/// Presses and releases the key until `over` is set. Reopens the key each time, as an open file pins the
/// module.
fn storm(over: &AtomicBool) {
    let mut down = true;
    while !over.load(Ordering::Relaxed) {
        // The driver may be gone already.
        if let Ok(mut key) = Key::open(SIMULATED_KEY) {
            let _ = key.set(down);
            down = !down;
        }
        thread::sleep(INTERVAL);
    }
}

/// Unloads the driver as soon as no file of it is open; returns how long the successful attempt took.
fn unload() -> Result<Duration> {
    for _ in 0..ATTEMPTS_MAX {
        match driver::unload("morse") {
            Ok(took) => return Ok(took),
            Err(Errno::EWOULDBLOCK) => thread::sleep(INTERVAL),
            Err(errno) => return Err(errno.into()),
        }
    }
    Err("the module is in use all the time".into())
}
