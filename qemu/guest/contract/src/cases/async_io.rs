// SPDX-License-Identifier: GPL-2.0

//! Notification of changes: edge-triggered epoll(7), and `SIGIO`.

use std::thread;
use std::time::Duration;

use nix::fcntl::{fcntl, FcntlArg, OFlag};
use nix::libc;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::hand::Hand;
use crate::task::{PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;
use morse_use::uapi::{MORSE_PULSES, MORSE_TEXT};

super::cases![
    a_file_that_stays_writable_is_told_once,
    a_write_of_ones_own_is_no_change,
    pulses_are_no_change_for_a_reader_of_text,
    sigio_for_text,
    sigio_for_room,
    sigio_when_the_device_goes,
    sigio_can_be_turned_off,
    a_closed_file_gets_none,
];

const FAST_WPM: &str = "1000";
/// A dash and the gap after it at that speed, of 6 units of 1.2 ms.
const FAST_LETTER: Duration = Duration::from_micros(6 * 1200);
const POLL_ROOM: u32 = 256;

/// Counts the events of an edge-triggered set with only the device in it, for `limit`.
fn events(epoll: &Epoll, limit: Duration) -> Result<usize> {
    let mut events = [EpollEvent::empty()];
    let mut count = 0;
    while epoll.wait(&mut events, EpollTimeout::try_from(limit)?)? > 0 {
        count += 1;
    }
    Ok(count)
}

fn edge_triggered(device: &Device) -> Result<Epoll> {
    let epoll = Epoll::new(EpollCreateFlags::empty())?;
    let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT | EpollFlags::EPOLLET;
    epoll.add(device, EpollEvent::new(flags, 0))?;
    Ok(epoll)
}

fn a_file_that_stays_writable_is_told_once() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open_nonblock()?;
    let epoll = edge_triggered(&device)?;
    assert_eq!(events(&epoll, Duration::ZERO)?, 1);
    device.write("E".repeat(20))?;
    assert_eq!(events(&epoll, 20 * FAST_LETTER)?, 0);
    // Full, and writable again: once more.
    device.fill()?;
    assert_eq!(events(&epoll, (POLL_ROOM + 20) * FAST_LETTER)?, 1);
    device.abort()?;
    assert_eq!(events(&epoll, SETTLE)?, 0, "it was writable");
    Ok(())
}

fn a_write_of_ones_own_is_no_change() -> Result {
    driver::set("wpm", "1")?;
    let device = Device::open_nonblock()?;
    let epoll = edge_triggered(&device)?;
    assert_eq!(events(&epoll, Duration::ZERO)?, 1);
    for _ in 0..10 {
        device.write("E")?;
        Device::open()?.write("E")?;
        assert_eq!(events(&epoll, Duration::ZERO)?, 0);
    }
    Ok(())
}

/// Keys a K whose end takes longer than the test.
fn key_unfinished(hand: &mut Hand) -> Result {
    driver::set("receive_wpm", "1")?;
    hand.key("-.-").map(drop)
}

fn pulses_are_no_change_for_a_reader_of_text() -> Result {
    let mut hand = Hand::new()?;
    let (text, pulses) = (Device::open_nonblock()?, Device::open_nonblock()?);
    let signals = Signals::of(&text)?;
    let epoll = edge_triggered(&text)?;
    hand.key_word("-")?;
    assert!(signals.came()?);
    assert_eq!(events(&epoll, SETTLE)?, 1);
    key_unfinished(&mut hand)?;
    assert_eq!(events(&epoll, SETTLE)?, 0, "there is no new text");
    assert!(!signals.came()?);
    // Those who read pulses are told of each.
    pulses.set_mode(MORSE_PULSES)?;
    let epoll = edge_triggered(&pulses)?;
    assert_eq!(events(&epoll, SETTLE)?, 1, "it is writable");
    key_unfinished(&mut hand)?;
    assert!(events(&epoll, SETTLE)? >= 1);
    pulses.set_mode(MORSE_TEXT)?;
    drop(pulses);
    signals.came()?;
    key_unfinished(&mut hand)?;
    assert!(!signals.came()?, "nobody reads pulses any more");
    Ok(())
}

/// Receives the signals of a file.
struct Signals(SignalFd);

impl Signals {
    fn of(device: &Device) -> Result<Self> {
        let mut set = SigSet::empty();
        set.add(Signal::SIGIO);
        set.thread_block()?;
        // SAFETY: It takes a number.
        nix::errno::Errno::result(unsafe {
            libc::fcntl(
                std::os::fd::AsRawFd::as_raw_fd(device.file()),
                libc::F_SETOWN,
                nix::unistd::getpid().as_raw(),
            )
        })?;
        set_async(device, true)?;
        Ok(Signals(SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK)?))
    }

    /// Whether a signal came since the last call. Several pending ones count as one.
    fn came(&self) -> Result<bool> {
        thread::sleep(PROMPT);
        Ok(self.0.read_signal()?.is_some())
    }
}

fn set_async(device: &Device, on: bool) -> Result {
    let mut flags = OFlag::O_NONBLOCK;
    flags.set(OFlag::O_ASYNC, on);
    fcntl(device, FcntlArg::F_SETFL(flags))?;
    let flags = OFlag::from_bits_retain(fcntl(device, FcntlArg::F_GETFL)?);
    assert_eq!(flags.contains(OFlag::O_ASYNC), on);
    Ok(())
}

fn sigio_for_text() -> Result {
    let mut hand = Hand::new()?;
    let device = Device::reader()?;
    let signals = Signals::of(&device)?;
    assert!(!signals.came()?);
    hand.key_word("-.-")?;
    assert!(signals.came()?);
    assert_eq!(device.read_text(16), Ok("K ".into()));
    assert!(!signals.came()?);
    Ok(())
}

fn sigio_for_room() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open()?;
    let signals = Signals::of(&device)?;
    device.fill()?;
    assert!(!signals.came()?);
    thread::sleep(POLL_ROOM * FAST_LETTER);
    assert!(signals.came()?);
    assert!(!signals.came()?);
    Ok(())
}

fn sigio_when_the_device_goes() -> Result {
    let device = Device::open()?;
    let signals = Signals::of(&device)?;
    let (name, _) = driver::unbind()?;
    let came = signals.came();
    drop(device);
    driver::rebind(&name)?;
    assert!(came?);
    Ok(())
}

fn sigio_can_be_turned_off() -> Result {
    let mut hand = Hand::new()?;
    let device = Device::reader()?;
    let signals = Signals::of(&device)?;
    set_async(&device, false)?;
    hand.key_word("-.-")?;
    assert!(!signals.came()?);
    Ok(())
}

fn a_closed_file_gets_none() -> Result {
    let mut hand = Hand::new()?;
    let device = Device::reader()?;
    let signals = Signals::of(&device)?;
    drop(device);
    hand.key_word("-.-")?;
    assert!(!signals.came()?);
    Ok(())
}
