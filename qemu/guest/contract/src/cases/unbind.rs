// SPDX-License-Identifier: GPL-2.0

//! The hardware goes while files are open and tasks wait: `ENODEV`, promptly, and never a crash.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::poll::PollFlags;

use crate::lamp::Lamp;
use crate::task::{Blocked, PROMPT};
use crate::unbound::{wakes_pollers, while_unbound, GONE};
use crate::Result;
use morse_guest::device::{Device, CAPACITY, NODE};
use morse_guest::driver;

super::cases![
    an_open_file_is_enodev_and_safe_to_close,
    a_blocked_writer_is_sent_home,
    a_writer_that_took_something_returns_how_much,
    a_writer_that_waits_for_its_turn_gets_enodev,
    an_fsync_is_sent_home,
    pollers_are_told,
    pollers_of_an_idle_device_are_told,
    the_lamp_goes_dark,
    open_attributes_are_enodev,
    it_can_be_bound_again_with_files_of_before_still_open,
    again_and_again,
];

const SLOW_WPM: &str = "1";

/// Checks the answers of a file whose hardware has gone.
fn is_gone(device: &Device) -> Result {
    assert_eq!(device.write("E"), Err(Errno::ENODEV));
    assert_eq!(device.write("~"), Err(Errno::ENODEV));
    assert_eq!(device.write(""), Ok(0), "as write(2) has it");
    assert_eq!(device.fsync(), Err(Errno::ENODEV));
    assert_eq!(device.abort(), Err(Errno::ENODEV));
    assert_eq!(device.status().map(drop), Err(Errno::ENODEV));
    assert_eq!(device.poll(Duration::ZERO)?, GONE);
    Ok(())
}

fn an_open_file_is_enodev_and_safe_to_close() -> Result {
    let device = Device::open()?;
    let other = Device::open_nonblock()?;
    device.write("SOS")?;
    while_unbound(|| {
        assert!(!Path::new(NODE).exists(), "the node is gone");
        is_gone(&device)?;
        is_gone(&other)?;
        drop(device);
        drop(other);
        Ok(())
    })
}

fn a_blocked_writer_is_sent_home() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("T"));
    while_unbound(|| {
        assert_eq!(writer.within(PROMPT)?, Err(Errno::ENODEV));
        Ok(())
    })
}

fn a_writer_that_took_something_returns_how_much() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("T".repeat(2 * CAPACITY)));
    while_unbound(|| {
        let taken = writer.within(PROMPT)?;
        assert!(
            taken == Ok(CAPACITY) || taken == Ok(CAPACITY + 1),
            "{taken:?}"
        );
        Ok(())
    })
}

fn a_writer_that_waits_for_its_turn_gets_enodev() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()?;
    let writers: Vec<_> = (0..8)
        .map(|_| Blocked::in_call(|| Device::open().unwrap().write("T")))
        .collect();
    while_unbound(|| {
        for writer in writers {
            assert_eq!(writer.within(PROMPT)?, Err(Errno::ENODEV));
        }
        Ok(())
    })
}

fn an_fsync_is_sent_home() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open()?;
    device.write("TTTT")?;
    let waiter = Blocked::in_call(move || device.fsync());
    while_unbound(|| {
        assert_eq!(waiter.within(PROMPT)?, Err(Errno::ENODEV));
        Ok(())
    })
}

fn pollers_are_told() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()?;
    wakes_pollers(Device::open, PollFlags::POLLOUT)
}

/// The keyer is idle, so that only the removal itself can wake the pollers.
fn pollers_of_an_idle_device_are_told() -> Result {
    wakes_pollers(Device::open, PollFlags::empty())
}

fn the_lamp_goes_dark() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let lamp = Lamp::watch()?;
    Device::open()?.write("TTTT")?;
    lamp.wait_on()?;
    std::thread::sleep(Duration::from_secs(1));
    assert!(lamp.is_on()?, "a dash takes 3.6 s");
    while_unbound(|| {
        assert!(!lamp.is_on()?, "left on");
        Ok(())
    })?;
    // The queued characters went with the hardware.
    std::thread::sleep(Duration::from_secs(10));
    assert_eq!(lamp.edges()?.len(), 2);
    Ok(())
}

fn open_attributes_are_enodev() -> Result {
    let mut wpm = File::open(driver::setting("wpm"))?;
    while_unbound(|| {
        let error = wpm.read(&mut [0; 16]).err();
        assert_eq!(
            error.and_then(|error| error.raw_os_error()),
            Some(libc::ENODEV)
        );
        assert!(!driver::setting("wpm").exists());
        Ok(())
    })
}

fn it_can_be_bound_again_with_files_of_before_still_open() -> Result {
    driver::set("wpm", "100")?;
    let old = Device::open()?;
    while_unbound(|| Ok(()))?;
    is_gone(&old)?;
    assert_eq!(driver::get("wpm")?, "6", "new hardware, new settings");
    driver::set("wpm", "100")?;
    let lamp = Lamp::watch()?;
    let new = Device::open()?;
    assert_eq!(new.write("SOS"), Ok(3));
    new.fsync()?;
    assert_eq!(lamp.text(Duration::from_millis(12))?, "... --- ...");
    is_gone(&old)
}

fn again_and_again() -> Result {
    let mut files = Vec::new();
    for _ in 0..20 {
        let device = Device::open()?;
        device.write("SOS")?;
        files.push(device);
        while_unbound(|| Ok(()))?;
    }
    files.iter().try_for_each(is_gone)
}
