// SPDX-License-Identifier: GPL-2.0

//! epoll(7) with one file.

use std::os::fd::AsFd;
use std::time::Duration;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::Result;

/// An epoll set with one file.
pub struct Watch(Epoll);

impl Watch {
    /// Watches a file for these events.
    pub fn new(file: impl AsFd, events: EpollFlags) -> nix::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::empty())?;
        epoll.add(file, EpollEvent::new(events, 0))?;
        Ok(Watch(epoll))
    }

    /// Waits for at most `limit`, and returns the events.
    pub fn wait(&self, limit: Duration) -> Result<EpollFlags> {
        let mut events = [EpollEvent::empty()];
        let count = self.0.wait(&mut events, EpollTimeout::try_from(limit)?)?;
        Ok(match count {
            0 => EpollFlags::empty(),
            _ => events[0].events(),
        })
    }
}
