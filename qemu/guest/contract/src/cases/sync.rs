// SPDX-License-Identifier: GPL-2.0

//! `O_SYNC`, `O_DSYNC` and `RWF_DSYNC`: a write that waits as fsync(2) does.

use std::fs;
use std::io::IoSlice;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SaFlags, Signal};

use crate::lamp::Lamp;
use crate::stall::Page;
use crate::task::{self, Blocked, PROMPT};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    a_write_returns_when_the_lamp_is_dark,
    one_write_may_ask_for_it,
    a_write_that_does_not_block_does_not_wait,
    a_signal_ends_the_waiting,
    system_sleep_ends_the_waiting,
    a_write_does_not_wait_for_the_next_writer,
    it_ends_with_the_device,
];

/// SOS has 27 units of 12 ms.
const FAST_WPM: &str = "100";
const SOS: Duration = Duration::from_millis(27 * 12);

fn a_write_returns_when_the_lamp_is_dark() -> Result {
    driver::set("wpm", FAST_WPM)?;
    for flags in [libc::O_SYNC, libc::O_DSYNC] {
        let device = Device::open_with(flags)?;
        let lamp = Lamp::watch()?;
        let start = Instant::now();
        assert_eq!(device.write("SOS"), Ok(3));
        assert!(start.elapsed() >= SOS);
        assert_eq!((lamp.edges()?.len(), lamp.is_on()?), (2 * 9, false));
        // White space alone is sent at once.
        let start = Instant::now();
        assert_eq!(device.write(" \n"), Ok(2));
        assert!(start.elapsed() < PROMPT);
    }
    Ok(())
}

/// pwritev2(2) at no position.
fn pwritev2(device: &Device, text: &[u8], flags: libc::c_int) -> nix::Result<usize> {
    let slices = [IoSlice::new(text)];
    let fd = device.file().as_raw_fd();
    // SAFETY: An `IoSlice` has the layout of a `struct iovec`, and the text is there during the call.
    let count = unsafe { libc::pwritev2(fd, slices.as_ptr().cast(), 1, -1, flags) };
    Errno::result(count).map(|count| count as usize)
}

fn one_write_may_ask_for_it() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open()?;
    let start = Instant::now();
    assert_eq!(pwritev2(&device, b"SOS", libc::RWF_DSYNC), Ok(3));
    assert!(start.elapsed() >= SOS);
    // RWF_DSYNC waits, which RWF_NOWAIT forbids.
    let both = libc::RWF_DSYNC | libc::RWF_NOWAIT;
    assert_eq!(pwritev2(&device, b"E", both), Err(Errno::EAGAIN));
    assert_eq!(pwritev2(&device, b"E", libc::RWF_NOWAIT), Ok(1));
    Ok(())
}

fn a_write_that_does_not_block_does_not_wait() -> Result {
    driver::set("wpm", "1")?;
    let device = Device::open_with(libc::O_SYNC | libc::O_NONBLOCK)?;
    let start = Instant::now();
    assert_eq!(device.write("SOS"), Ok(3));
    assert!(start.elapsed() < PROMPT);
    device.fill()?;
    assert_eq!(device.write("T"), Err(Errno::EAGAIN));
    Ok(())
}

fn a_signal_ends_the_waiting() -> Result {
    for flags in [SaFlags::empty(), SaFlags::SA_RESTART] {
        task::handle(Signal::SIGUSR1, flags)?;
        driver::set("wpm", "1")?;
        let writer = Blocked::in_call(|| Device::open_with(libc::O_SYNC).unwrap().write("SOS"));
        writer.signal(Signal::SIGUSR1)?;
        assert_eq!(writer.within(PROMPT)?, Ok(3), "it was taken, {flags:?}");
        let device = Device::open()?;
        assert_eq!(device.status()?.queued, 3, "it is still sent");
        device.abort()?;
    }
    Ok(())
}

/// Freezes all other tasks for a second, as the kernel's own test of system sleep.
fn freeze() -> Result {
    fs::write("/sys/module/suspend/parameters/pm_test_delay", "1")?;
    fs::write("/sys/power/pm_test", "freezer")?;
    fs::write("/sys/power/state", "freeze")?;
    fs::write("/sys/power/pm_test", "none")?;
    Ok(())
}

fn system_sleep_ends_the_waiting() -> Result {
    if !Path::new("/sys/power/pm_test").exists() {
        println!("skipped: this kernel has no CONFIG_PM_DEBUG");
        return Ok(());
    }
    driver::set("wpm", "1")?;
    let writer = Blocked::in_call(|| Device::open_with(libc::O_SYNC).unwrap().write("SOS"));
    freeze()?;
    assert_eq!(writer.within(PROMPT)?, Ok(3), "it was taken");
    let device = Device::open()?;
    assert_eq!(device.status()?.queued, 3, "it is still sent");
    device.abort()?;
    Ok(())
}

/// The next writer waits for its turn, and preempts the first one as soon as it has it.
fn a_write_does_not_wait_for_the_next_writer() -> Result {
    const PROCESSOR: usize = 0;
    const URGENT: i32 = 80;
    /// As much as the driver copies at a time, so that it has taken the text when the page stalls it.
    const CHUNK_BYTES: usize = 256;
    let Some(page) = super::copying::page()? else {
        return Ok(());
    };
    driver::set("wpm", FAST_WPM)?;
    let theirs = page.clone();
    let first = Blocked::in_call(move || {
        task::run_on(PROCESSOR);
        let device = Device::open_with(libc::O_SYNC).unwrap();
        let text = format!("{:>CHUNK_BYTES$}", "E");
        theirs.write_after(text.as_bytes(), device.file())
    });
    let next = Blocked::in_call(|| {
        task::run_on(PROCESSOR);
        task::set_fifo(URGENT);
        Device::open().unwrap().write("SOS SOS SOS")
    });
    page.release()?;
    // The page holds NUL, which is white space.
    assert_eq!(first.within(PROMPT)?, Ok(CHUNK_BYTES + Page::BYTES));
    assert_eq!(next.within(PROMPT)?, Ok(11));
    Device::open()?.abort()?;
    Ok(())
}

fn it_ends_with_the_device() -> Result {
    driver::set("wpm", "1")?;
    let writer = Blocked::in_call(|| Device::open_with(libc::O_SYNC).unwrap().write("SOS"));
    let (name, _) = driver::unbind()?;
    let result = writer.within(PROMPT);
    driver::rebind(&name)?;
    assert_eq!(result?, Err(Errno::ENODEV));
    Ok(())
}
