// SPDX-License-Identifier: GPL-2.0

//! `fsync` returns when the lamp has gone dark after the last element.

use std::time::{Duration, Instant};

use crate::lamp::{self, Lamp};
use crate::task::{Blocked, PROMPT};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    it_returns_when_the_lamp_has_gone_dark,
    fdatasync_does_the_same,
    an_idle_device_has_nothing_to_wait_for,
    it_waits_for_what_others_wrote_before,
    it_does_not_wait_for_what_comes_after,
    close_does_not_wait,
];

/// How long after the last mark fsync() may return.
const LATE: Duration = Duration::from_millis(1);

/// Sends at some speed and checks the moment at which `sync` returns.
fn returns_when_dark(wpm: &str, sync: fn(&Device) -> nix::Result<()>) -> Result {
    driver::set("wpm", wpm)?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    device.write("SOS ET")?;
    sync(&device)?;
    let returned = lamp::now();
    let edges = lamp.edges()?;
    let last = edges.last().ok_or("nothing was sent")?;
    assert_eq!(edges.len(), 2 * 11, "all of it");
    assert!(!last.on, "the lamp is on");
    let late = returned.checked_sub(last.at).ok_or("before it was dark")?;
    assert!(late <= LATE, "{late:?} after the last mark");
    Ok(())
}

fn it_returns_when_the_lamp_has_gone_dark() -> Result {
    for wpm in ["6", "60", "1000"] {
        returns_when_dark(wpm, Device::fsync)?;
    }
    Ok(())
}

fn fdatasync_does_the_same() -> Result {
    returns_when_dark("60", |device| nix::unistd::fdatasync(device))
}

fn an_idle_device_has_nothing_to_wait_for() -> Result {
    let start = Instant::now();
    Device::open()?.fsync()?;
    assert!(start.elapsed() < LATE);
    Ok(())
}

fn it_waits_for_what_others_wrote_before() -> Result {
    driver::set("wpm", "60")?;
    let lamp = Lamp::watch()?;
    Device::open()?.write("SOS")?;
    Device::open()?.fsync()?;
    assert_eq!(lamp.edges()?.len(), 2 * 9);
    Ok(())
}

fn it_does_not_wait_for_what_comes_after() -> Result {
    driver::set("wpm", "60")?;
    let device = Device::open()?;
    device.write("SOS")?;
    let waiter = Blocked::in_call(move || device.fsync());
    let device = Device::open()?;
    device.write("T".repeat(100))?;
    // SOS has 27 units of 20 ms; a gap may have to pass first, and the next letter has begun.
    assert_eq!(waiter.within(Duration::from_millis(31 * 20))?, Ok(()));
    assert!(device.status()?.queued >= 99);
    Ok(())
}

fn close_does_not_wait() -> Result {
    let device = Device::open()?;
    device.write("SOS")?;
    let start = Instant::now();
    drop(device);
    assert!(start.elapsed() < PROMPT);
    assert_eq!(Device::open()?.status()?.queued, 3, "it is still sent");
    Ok(())
}
