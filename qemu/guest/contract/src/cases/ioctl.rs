// SPDX-License-Identifier: GPL-2.0

//! The ioctls, and requests that the device does not know.

use std::thread;
use std::time::{Duration, Instant};

use morse_use::uapi::{self, morse_status};
use nix::errno::Errno;
use nix::libc;

use crate::lamp::{self, Lamp};
use crate::task::{Blocked, PROMPT};
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver;

super::cases![
    status_of_an_idle_device,
    status_while_sending,
    abort_in_the_middle_of_a_mark,
    abort_of_what_is_queued,
    abort_ends_an_fsync,
    abort_of_nothing,
    what_is_sent_after_an_abort_is_sent_whole,
    unknown_requests_are_enotty,
    bad_addresses_are_efault,
];

const SLOW_WPM: &str = "1";

fn status_of_an_idle_device() -> Result {
    let status = Device::open()?.status()?;
    assert_eq!(status.sent, driver::get("sent")?.parse::<u64>()?);
    assert_eq!((status.queued, status.room), (0, CAPACITY as u32));
    assert_eq!((status.unit_us, status.state), (200_000, uapi::MORSE_IDLE));
    Ok(())
}

fn status_while_sending() -> Result {
    driver::set("unit_us", "10000")?;
    let device = Device::open()?;
    let before = device.status()?.sent;
    device.write("TTT")?;
    // Within the second dash: a dash and its gap are 60 ms.
    thread::sleep(Duration::from_millis(80));
    let status = device.status()?;
    assert_eq!(
        (status.sent, status.queued, status.room),
        (before + 1, 2, CAPACITY as u32 - 1)
    );
    assert_eq!(
        (status.state, status.unit_us),
        (uapi::MORSE_SENDING, 10_000)
    );
    device.fsync()?;
    let status = device.status()?;
    assert_eq!((status.sent, status.queued), (before + 3, 0));
    assert_eq!(status.state, uapi::MORSE_IDLE);
    Ok(())
}

fn abort_in_the_middle_of_a_mark() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    let before = device.status()?.sent;
    device.write("T")?;
    lamp.wait_on()?;
    thread::sleep(Duration::from_secs(1));
    assert!(lamp.is_on()?, "a dash takes 3.6 s");
    let start = lamp::now();
    device.abort()?;
    let end = lamp::now();
    assert!(end - start < PROMPT);
    let last = *lamp.edges()?.last().ok_or("nothing was sent")?;
    assert!(!last.on && last.at <= end, "dark when it returns");
    let status = device.status()?;
    assert_eq!((status.queued, status.state), (0, uapi::MORSE_IDLE));
    assert_eq!(status.sent, before, "an aborted character is not sent");
    Ok(())
}

fn abort_of_what_is_queued() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let lamp = Lamp::watch()?;
    let device = Device::open()?;
    device.write("ETTTTTTTT")?;
    lamp.wait_on()?;
    // In the gap after the first letter, of 3.6 s.
    thread::sleep(Duration::from_secs(3));
    assert!(!lamp.is_on()?);
    let start = Instant::now();
    device.abort()?;
    assert!(start.elapsed() < PROMPT);
    assert_eq!(device.status()?.room as usize, CAPACITY);
    thread::sleep(Duration::from_secs(10));
    assert_eq!(lamp.edges()?.len(), 2, "nothing more is sent");
    Ok(())
}

fn abort_ends_an_fsync() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open()?;
    device.write("TTTT")?;
    let waiter = Blocked::in_call(|| Device::open().unwrap().fsync());
    device.abort()?;
    assert_eq!(waiter.within(PROMPT)?, Ok(()));
    Ok(())
}

fn abort_of_nothing() -> Result {
    let device = Device::open()?;
    let start = Instant::now();
    for _ in 0..10 {
        device.abort()?;
    }
    assert!(start.elapsed() < PROMPT);
    Ok(())
}

fn what_is_sent_after_an_abort_is_sent_whole() -> Result {
    driver::set("wpm", "100")?;
    let device = Device::open()?;
    for ms in [1, 5, 13, 30, 60, 100] {
        device.write("SOS SOS")?;
        thread::sleep(Duration::from_millis(ms));
        device.abort()?;
        let lamp = Lamp::watch()?;
        device.write("AN")?;
        device.fsync()?;
        assert_eq!(
            lamp.text(Duration::from_millis(12))?,
            ".- -.",
            "after {ms} ms"
        );
    }
    Ok(())
}

fn unknown_requests_are_enotty() -> Result {
    let device = Device::open()?;
    let mut status = morse_status::default();
    let address = &raw mut status as usize;
    // A terminal's request, unused numbers of ours, and requests of ours with another size or direction.
    for request in [
        libc::TCGETS as u32,
        uapi::MORSE_IOC_ABORT + 0x7f,
        uapi::MORSE_IOC_GET_STATUS + 0x40,
        uapi::MORSE_IOC_GET_STATUS ^ (1 << 16),
        uapi::MORSE_IOC_GET_STATUS ^ (3 << 30),
        uapi::MORSE_IOC_ABORT | (1 << 30),
        0,
        u32::MAX,
    ] {
        // A few requests of its own kind the kernel answers for every file (fs/ioctl.c).
        assert_eq!(
            device.ioctl(request, address),
            Err(Errno::ENOTTY),
            "{request:#x}"
        );
    }
    Ok(())
}

fn bad_addresses_are_efault() -> Result {
    let device = Device::open()?;
    for address in [0, 8, usize::MAX, usize::MAX - 7, usize::MAX / 2] {
        assert_eq!(
            device.ioctl(uapi::MORSE_IOC_GET_STATUS, address),
            Err(Errno::EFAULT),
            "{address:#x}"
        );
    }
    Ok(())
}
