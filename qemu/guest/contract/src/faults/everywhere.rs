// SPDX-License-Identifier: GPL-2.0

//! Every allocation of the driver fails, in any task or interrupt.
//!
//! The driver allocates beforehand all that sending and receiving need, so that an open device works on
//! without memory.

use std::fs;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use nix::unistd;

use super::inject::NoMemory;
use super::operations::{attributes, errno, key_letter, open, wait_readable};
use crate::Result;
use morse_guest::driver::{self, Driver};

/// Sent while there is no memory.
const TEXT: &str = "PARIS PARIS";

/// Sends, receives and unloads without memory.
pub fn run() -> Result {
    Driver::load()?;
    driver::set("wpm", "60")?;
    let file = open(OFlag::O_NONBLOCK)?;
    let epoll = Epoll::new(EpollCreateFlags::empty())?;
    let event = || EpollEvent::new(EpollFlags::EPOLLIN, 0);
    let sent = || -> Result<u64> { Ok(driver::get("sent")?.parse()?) };
    let before = sent()?;

    let no_memory = NoMemory::begin()?;
    for _ in 0..3 {
        assert_eq!(open(OFlag::O_NONBLOCK).map(drop), Err(Errno::ENOMEM));
        assert_eq!(epoll.add(&file, event()), Err(Errno::ENOMEM));
    }
    assert_eq!(unistd::write(&file, TEXT.as_bytes()), Ok(TEXT.len()));
    key_letter()?;
    wait_readable(&file)?;
    assert!(unistd::read(&file, &mut [0; 64])? > 0);
    unistd::fsync(&file)?;
    let letters = TEXT.bytes().filter(|byte| *byte != b' ').count();
    assert_eq!(sent()? - before, letters as u64);
    morse_use::status(&file)?;
    morse_use::abort(&file)?;
    for attribute in attributes()? {
        fs::read(attribute)?;
    }
    driver::set("weight", "60")?;
    let told = driver::set("beacon", "NO ROOM").map_err(errno);
    assert_eq!(
        told,
        Err(Errno::ENOMEM),
        "the beacon needs room for its text"
    );
    assert_eq!(driver::get("beacon")?, "", "and is as before");
    drop(no_memory);

    // The next attempts work.
    epoll.add(&file, event())?;
    driver::set("beacon", "ROOM")?;
    open(OFlag::O_NONBLOCK)?;
    drop((file, epoll));

    // Unloading needs no memory.
    let no_memory = NoMemory::begin()?;
    Driver::unload()?;
    drop(no_memory);
    println!("everywhere: sent {letters} letters and received one without any memory");
    Ok(())
}
