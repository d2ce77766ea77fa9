// SPDX-License-Identifier: GPL-2.0

//! The bounded fifo: writers that block, writers that get EAGAIN, and writers that resume.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{fcntl, FcntlArg, OFlag};

use crate::task::{Blocked, PROMPT};
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver;

super::cases![
    a_full_fifo_shortens_a_write_and_then_is_eagain,
    o_nonblock_can_be_set_later,
    a_blocked_writer_resumes_as_the_fifo_drains,
    a_writer_waits_for_its_turn,
    an_abort_lets_a_blocked_writer_in,
    white_space_is_taken_when_the_fifo_is_full,
];

/// Nothing is sent while a case at this speed runs: a dash takes 3.6 s.
const SLOW_WPM: &str = "1";

fn a_full_fifo_shortens_a_write_and_then_is_eagain() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    let taken = device.write("T".repeat(2 * CAPACITY))?;
    // The keyer may have taken the first character out during the write.
    assert!(
        (CAPACITY..=CAPACITY + 1).contains(&taken),
        "{taken} were taken"
    );
    device.fill()?;
    assert_eq!(device.write("T"), Err(Errno::EAGAIN));
    assert_eq!(device.write("TTTT"), Err(Errno::EAGAIN));
    // An unencodable character is EINVAL even when the fifo is full.
    assert_eq!(device.write("~"), Err(Errno::EINVAL));
    assert_eq!(device.status()?.queued as usize, CAPACITY + 1);

    device.abort()?;
    assert_eq!(device.write("T"), Ok(1));
    Ok(())
}

fn o_nonblock_can_be_set_later() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open()?;
    device.fill()?;
    fcntl(&device, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    assert_eq!(device.write("T"), Err(Errno::EAGAIN));
    fcntl(&device, FcntlArg::F_SETFL(OFlag::empty()))?;
    let writer = Blocked::in_call(move || device.write("T"));
    Device::open()?.abort()?;
    assert_eq!(writer.within(PROMPT)?, Ok(1));
    Ok(())
}

fn a_blocked_writer_resumes_as_the_fifo_drains() -> Result {
    const EXTRA: usize = 500;
    driver::set("wpm", "1000")?;
    let device = Device::open()?;
    let count = CAPACITY + EXTRA;
    let start = Instant::now();
    assert_eq!(device.write("E".repeat(count)), Ok(count), "all of it");
    let took = start.elapsed();
    // An E and the gap after it are 4 units of 1.2 ms. The first is out of the fifo at once.
    const LETTER: Duration = Duration::from_micros(4 * 1200);
    let ideal = LETTER * (EXTRA as u32 - 1);
    assert!(
        took.abs_diff(ideal) < LETTER,
        "took {took:?}, not {ideal:?}"
    );
    assert_eq!(device.status()?.queued as usize, CAPACITY + 1);
    Ok(())
}

fn a_writer_waits_for_its_turn() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()?;
    let first = Blocked::in_call(|| Device::open().unwrap().write("T"));
    let second = Blocked::in_call(|| Device::open().unwrap().write("T"));
    let impatient = Device::open_nonblock()?;
    assert_eq!(impatient.write("T"), Err(Errno::EAGAIN));
    impatient.abort()?;
    assert_eq!(first.within(PROMPT)?, Ok(1));
    assert_eq!(second.within(PROMPT)?, Ok(1));
    Ok(())
}

fn an_abort_lets_a_blocked_writer_in() -> Result {
    const COUNT: usize = CAPACITY + 100;
    driver::set("wpm", SLOW_WPM)?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("T".repeat(COUNT)));
    Device::open()?.abort()?;
    // The abort drops the characters queued so far; the rest is sent, and the write returns its full count.
    assert_eq!(writer.within(PROMPT)?, Ok(COUNT));
    let queued = Device::open()?.status()?.queued as usize;
    assert!((90..=100).contains(&queued), "{queued} are left");
    Ok(())
}

fn white_space_is_taken_when_the_fifo_is_full() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    device.fill()?;
    assert_eq!(device.write(" \n"), Ok(2), "it needs no room");
    Ok(())
}
