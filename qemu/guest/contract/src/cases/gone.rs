// SPDX-License-Identifier: GPL-2.0

//! The hardware goes while files are read: reads return the text received before, then `ENODEV`.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use morse_use::key::SIMULATED_KEY;
use morse_use::uapi;
use nix::errno::Errno;
use nix::libc;
use nix::poll::PollFlags;

use crate::hand::Hand;
use crate::task::{Blocked, PROMPT};
use crate::unbound::{wakes_pollers, while_unbound, GONE};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    blocked_readers_are_sent_home,
    pollers_are_told,
    what_came_before_is_read_to_its_end,
    pulses_are_read_to_their_end_too,
    every_ioctl_is_enodev,
    the_key_goes_with_it,
    it_goes_in_the_middle_of_everything,
    it_can_be_bound_again_and_heard_again,
];

const LIMIT: usize = 256;

fn blocked_readers_are_sent_home() -> Result {
    let _hand = Hand::new()?;
    let mut readers = Vec::new();
    for mode in [uapi::MORSE_TEXT, uapi::MORSE_PULSES] {
        for _ in 0..8 {
            let reader = Device::reader()?;
            reader.set_mode(mode)?;
            readers.push(Blocked::in_call(move || reader.read(&mut [0; LIMIT])));
        }
    }
    while_unbound(|| {
        for reader in readers {
            assert_eq!(reader.within(PROMPT)?, Err(Errno::ENODEV));
        }
        Ok(())
    })
}

fn pollers_are_told() -> Result {
    let _hand = Hand::new()?;
    wakes_pollers(Device::reader, PollFlags::POLLIN)
}

fn what_came_before_is_read_to_its_end() -> Result {
    let mut hand = Hand::new()?;
    let (reader, nonblock) = (Device::reader()?, Device::reader_nonblock()?);
    hand.key_word("-.-. --.-")?;
    drop(hand);
    while_unbound(|| {
        for reader in [reader, nonblock] {
            let both = GONE | PollFlags::POLLIN;
            assert_eq!(reader.poll_for(PollFlags::POLLIN, Duration::ZERO)?, both);
            assert_eq!(reader.read_text(2), Ok("CQ".into()));
            assert_eq!(reader.poll_for(PollFlags::POLLIN, Duration::ZERO)?, both);
            assert_eq!(reader.read_text(LIMIT), Ok(" ".into()));
            for _ in 0..2 {
                assert_eq!(reader.poll_for(PollFlags::POLLIN, Duration::ZERO)?, GONE);
                assert_eq!(reader.read_text(LIMIT), Err(Errno::ENODEV));
                assert_eq!(reader.read(&mut []), Ok(0), "as read(2) has it");
            }
        }
        Ok(())
    })
}

fn pulses_are_read_to_their_end_too() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    reader.set_mode(uapi::MORSE_PULSES)?;
    hand.key_word("-.-")?;
    drop(hand);
    while_unbound(|| {
        assert_eq!(reader.read_pulses(2)?.len(), 2);
        assert_eq!(reader.read_pulses(100)?.len(), 3);
        assert_eq!(reader.read_pulses(1).map(drop), Err(Errno::ENODEV));
        Ok(())
    })
}

fn every_ioctl_is_enodev() -> Result {
    let _hand = Hand::new()?;
    let device = Device::open_both()?;
    while_unbound(|| {
        assert_eq!(device.set_mode(uapi::MORSE_PULSES), Err(Errno::ENODEV));
        assert_eq!(device.set_mode(uapi::MORSE_TEXT), Err(Errno::ENODEV));
        assert_eq!(device.lost(), Err(Errno::ENODEV));
        assert_eq!(device.abort(), Err(Errno::ENODEV));
        assert_eq!(device.status().map(drop), Err(Errno::ENODEV));
        Ok(())
    })
}

/// A write to an open file of a removed key fails with EIO.
fn the_key_goes_with_it() -> Result {
    let mut hand = Hand::new()?;
    hand.key("-")?;
    while_unbound(|| {
        assert!(!Path::new(SIMULATED_KEY).exists());
        let error = hand.set(true).err().ok_or("it presses on")?;
        let errno = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::raw_os_error);
        assert_eq!(errno, Some(libc::EIO));
        Ok(())
    })
}

/// Unbinds with the key down, within a letter, while an edge is being debounced, and within a session.
fn it_goes_in_the_middle_of_everything() -> Result {
    for ms in [0, 1, 3, 6, 19, 21, 40, 59, 61, 70] {
        let mut hand = Hand::new()?;
        let reader = Arc::new(Device::reader()?);
        let device = reader.clone();
        let blocked = Blocked::start(move || device.read_text(LIMIT));
        let press =
            thread::spawn(move || hand.key("-.").map(drop).map_err(|error| error.to_string()));
        thread::sleep(Duration::from_millis(ms));
        while_unbound(|| {
            assert_eq!(blocked.within(PROMPT)?, Err(Errno::ENODEV), "after {ms} ms");
            Ok(())
        })?;
        // The hand's remaining writes fail.
        let _ = press.join();
        assert_eq!(reader.read_text(LIMIT), Err(Errno::ENODEV));
    }
    Ok(())
}

fn it_can_be_bound_again_and_heard_again() -> Result {
    let mut hand = Hand::new()?;
    let old = Device::reader_nonblock()?;
    hand.key_word("-")?;
    while_unbound(|| Ok(()))?;
    driver::set("receive_wpm", crate::hand::WPM)?;
    let new = Device::reader_nonblock()?;
    let mut hand = Hand::at_key()?;
    hand.key_word("-.-")?;
    assert_eq!(new.read_text(LIMIT), Ok("K ".into()));
    assert_eq!(driver::get("edges")?, "6", "new hardware, new counters");
    // The old file returns the text of the old hardware only.
    assert_eq!(old.read_text(LIMIT), Ok("T ".into()));
    assert_eq!(old.read_text(LIMIT), Err(Errno::ENODEV));
    Ok(())
}
