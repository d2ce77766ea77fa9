// SPDX-License-Identifier: GPL-2.0

//! `poll` and `epoll`: ready when a write would not block, and no sooner.

use std::thread;
use std::time::Duration;

use nix::poll::PollFlags;
use nix::sys::epoll::EpollFlags;

use crate::epoll::Watch;
use crate::hand::{Hand, REST};
use crate::task::{Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    an_idle_device_is_ready,
    a_full_one_is_not_until_it_has_drained,
    it_is_not_while_another_writes,
    an_abort_wakes_a_poller,
    epoll_by_level,
    epoll_by_edge,
    epoll_by_edge_tells_of_changes_that_it_waits_for,
];

/// For a poll that does not wait.
const AT_ONCE: Duration = Duration::ZERO;
/// Nothing is sent while a case at this speed runs.
const SLOW_WPM: &str = "1";
/// A dash and the gap after it, of 6 units of 1.2 ms.
const FAST_WPM: &str = "1000";
const FAST_LETTER: Duration = Duration::from_micros(6 * 1200);
/// The device is ready for writing with this much room, which is worth a wake-up.
const POLL_ROOM: usize = 256;
/// The time until a full fifo has so much room.
const DRAINED: Duration = FAST_LETTER.saturating_mul(POLL_ROOM as u32);

fn an_idle_device_is_ready() -> Result {
    assert_eq!(Device::open()?.poll(AT_ONCE)?, PollFlags::POLLOUT);
    Ok(())
}

fn a_full_one_is_not_until_it_has_drained() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open_nonblock()?;
    device.fill()?;
    assert_eq!(device.poll(AT_ONCE)?, PollFlags::empty());
    assert_eq!(device.poll(DRAINED - PROMPT)?, PollFlags::empty());
    let poller = Blocked::start(move || (device.poll(Duration::from_secs(10)), device));
    let (ready, device) = poller.within(2 * PROMPT)?;
    assert_eq!(ready, Ok(PollFlags::POLLOUT));
    let text = "T".repeat(POLL_ROOM);
    assert_eq!(device.write(text), Ok(POLL_ROOM), "as it was told");
    Ok(())
}

fn it_is_not_while_another_writes() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    device.fill()?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("T".repeat(5000)));
    assert_eq!(device.poll(PROMPT)?, PollFlags::empty());
    device.abort()?;
    // The writer fills the fifo again at once.
    assert!(writer.is_blocked_for(PROMPT) && device.poll(AT_ONCE)? == PollFlags::empty());
    device.abort()?;
    assert_eq!(writer.within(PROMPT)?, Ok(5000));
    assert_eq!(device.poll(PROMPT)?, PollFlags::POLLOUT);
    Ok(())
}

fn an_abort_wakes_a_poller() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    device.fill()?;
    let poller = Blocked::in_call(|| Device::open().unwrap().poll(Duration::from_secs(10)));
    device.abort()?;
    assert_eq!(poller.within(PROMPT)?, Ok(PollFlags::POLLOUT));
    Ok(())
}

fn epoll_by_level() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open_nonblock()?;
    let epoll = Watch::new(&device, EpollFlags::EPOLLOUT)?;
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::EPOLLOUT);
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::EPOLLOUT, "still");
    device.fill()?;
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::empty());
    assert_eq!(epoll.wait(DRAINED + PROMPT)?, EpollFlags::EPOLLOUT);
    Ok(())
}

fn epoll_by_edge() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open_nonblock()?;
    let flags = EpollFlags::EPOLLOUT | EpollFlags::EPOLLET;
    let epoll = Watch::new(&device, flags)?;
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::EPOLLOUT);
    device.fill()?;
    while epoll.wait(AT_ONCE)? != EpollFlags::empty() {}
    for _ in 0..3 {
        // A program that fills the fifo gets another event when there is room again.
        assert_eq!(epoll.wait(DRAINED + PROMPT)?, EpollFlags::EPOLLOUT);
        while device.write("T").is_ok() {}
    }
    Ok(())
}

fn epoll_by_edge_tells_of_changes_that_it_waits_for() -> Result {
    let mut hand = Hand::new()?;
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    let flags = |events| events | EpollFlags::EPOLLET;
    // There is text all the time, and no more of it until the mark ends.
    hand.key_word(".")?;
    let readable = Watch::new(&device, flags(EpollFlags::EPOLLIN))?;
    assert_eq!(readable.wait(AT_ONCE)?, EpollFlags::EPOLLIN);
    let writable = Watch::new(&device, flags(EpollFlags::EPOLLOUT))?;
    assert_eq!(writable.wait(AT_ONCE)?, EpollFlags::EPOLLOUT);

    device.fill()?;
    device.abort()?;
    assert_eq!(writable.wait(PROMPT)?, EpollFlags::EPOLLOUT);
    assert_eq!(readable.wait(SETTLE)?, EpollFlags::empty(), "room to write");
    hand.set(true)?;
    assert_eq!(readable.wait(SETTLE)?, EpollFlags::empty(), "a space ended");
    hand.set(false)?;
    thread::sleep(REST);
    assert_eq!(readable.wait(PROMPT)?, EpollFlags::EPOLLIN, "the letter");
    assert_eq!(writable.wait(SETTLE)?, EpollFlags::empty(), "text to read");
    Ok(())
}
