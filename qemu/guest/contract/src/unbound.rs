// SPDX-License-Identifier: GPL-2.0

//! The time in which the driver is unbound from its hardware.

use std::io;
use std::time::Duration;

use nix::poll::PollFlags;
use nix::sys::epoll::EpollFlags;

use crate::epoll::Watch;
use crate::task::{Blocked, PROMPT};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

/// The events of a file whose hardware has gone.
pub const GONE: PollFlags = PollFlags::POLLERR.union(PollFlags::POLLHUP);
/// Longer than any case.
const LIMIT: Duration = Duration::from_secs(100);

/// Runs `check` with the driver unbound. Unbinding must be prompt.
pub fn while_unbound(check: impl FnOnce() -> Result) -> Result {
    let (device, took) = driver::unbind()?;
    assert!(took < PROMPT, "unbinding took {took:?}");
    let result = check();
    driver::rebind(&device)?;
    result
}

/// Unbinds the driver while tasks wait for `events` by poll(2) and by epoll(7), which must return at once.
pub fn wakes_pollers(open: fn() -> io::Result<Device>, events: PollFlags) -> Result {
    let poller = Blocked::in_call(move || open().unwrap().poll_for(events, LIMIT));
    let epoller = Blocked::in_call(move || {
        let device = open().unwrap();
        let events = EpollFlags::from_bits_truncate(events.bits().into());
        Watch::new(&device, events)
            .unwrap()
            .wait(LIMIT)
            .map_err(|error| error.to_string())
    });
    while_unbound(|| {
        assert_eq!(poller.within(PROMPT)?, Ok(GONE));
        let gone = EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP;
        assert_eq!(epoller.within(PROMPT)?, Ok(gone));
        Ok(())
    })
}
