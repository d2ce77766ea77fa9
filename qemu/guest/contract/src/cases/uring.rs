// SPDX-License-Identifier: GPL-2.0

//! io_uring(7): no request blocks its caller; one that cannot complete at once completes when poll reports
//! the device ready.

use std::os::fd::AsRawFd;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use io_uring::{cqueue, opcode, squeue, types::Fd, IoUring};
use nix::errno::Errno;
use nix::libc;

use crate::hand::{Hand, REST};
use crate::task::{Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver;

super::cases![
    a_write_without_room_does_not_block,
    a_write_takes_what_there_is_room_for,
    a_write_waits_by_poll,
    a_read_waits_by_poll,
    multishot_poll_tells_of_changes_that_it_waits_for,
    an_fsync_waits_in_a_thread,
    a_write_with_dsync_waits_in_a_thread,
    multishot_poll_tells_of_each_letter,
    multishot_poll_does_not_tell_of_each_free_place,
    a_request_ends_when_the_device_goes,
];

/// Nothing is sent while a case at this speed runs.
const SLOW_WPM: &str = "1";
const FAST_WPM: &str = "1000";
/// A dash and the gap after it at that speed, of 6 units of 1.2 ms.
const FAST_LETTER: Duration = Duration::from_micros(6 * 1200);
/// How many free places make the device ready for writing.
const POLL_ROOM: u32 = 256;
const IN: u32 = libc::POLLIN as u32;
const OUT: u32 = libc::POLLOUT as u32;

/// The completion of a request: its result, and whether more completions follow.
#[derive(Debug, PartialEq)]
struct Completion {
    result: std::result::Result<u32, Errno>,
    more: bool,
}

struct Ring(IoUring);

impl Ring {
    fn new() -> Result<Self> {
        Ok(Ring(IoUring::new(8)?))
    }

    /// Submits a request. No request may block here.
    fn submit(&mut self, request: &squeue::Entry) -> Result {
        // SAFETY: Each case keeps the buffer and the file of its request until that is complete, or
        // until the process of the case ends.
        unsafe { self.0.submission().push(request) }?;
        let start = Instant::now();
        self.0.submit()?;
        let took = start.elapsed();
        assert!(took < PROMPT, "io_uring_enter took {took:?}");
        Ok(())
    }

    /// The next completion within that time.
    fn next(&mut self, limit: Duration) -> Result<Option<Completion>> {
        let start = Instant::now();
        loop {
            // Completions may need this task to run in the kernel.
            self.0.submit()?;
            if let Some(entry) = self.0.completion().next() {
                let result =
                    u32::try_from(entry.result()).map_err(|_| Errno::from_raw(-entry.result()));
                let more = cqueue::more(entry.flags());
                return Ok(Some(Completion { result, more }));
            }
            if start.elapsed() >= limit {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The result of the only request.
    fn result(&mut self, limit: Duration) -> Result<std::result::Result<u32, Errno>> {
        let completion = self.next(limit)?.ok_or("the request is not complete")?;
        assert!(!completion.more);
        Ok(completion.result)
    }
}

fn fd(device: &Device) -> Fd {
    Fd(device.file().as_raw_fd())
}

fn write(device: &Device, text: &[u8]) -> squeue::Entry {
    let len = u32::try_from(text.len()).expect("a short text");
    opcode::Write::new(fd(device), text.as_ptr(), len)
        .offset(u64::MAX)
        .build()
}

fn a_write_without_room_does_not_block() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()?;
    let device = Device::open()?;
    let mut ring = Ring::new()?;
    let text = [b'T'; 100];
    ring.submit(&write(&device, &text))?;
    assert_eq!(ring.next(SETTLE)?, None);
    device.abort()?;
    assert_eq!(ring.result(PROMPT)?, Ok(100));
    Ok(())
}

fn a_write_takes_what_there_is_room_for() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let filler = Device::open_nonblock()?;
    filler.write("T")?;
    thread::sleep(SETTLE);
    assert_eq!(filler.write("T".repeat(CAPACITY - 2)), Ok(CAPACITY - 2));
    let device = Device::open()?;
    let mut ring = Ring::new()?;
    let text = [b'T'; 100];
    ring.submit(&write(&device, &text))?;
    assert_eq!(ring.result(PROMPT)?, Ok(2));
    Ok(())
}

fn a_write_waits_by_poll() -> Result {
    driver::set("wpm", FAST_WPM)?;
    Device::open_nonblock()?.fill()?;
    let device = Device::open()?;
    let mut ring = Ring::new()?;
    let text = [b'T'; 1000];
    ring.submit(&write(&device, &text))?;
    assert_eq!(ring.next(100 * FAST_LETTER)?, None);
    let taken = ring.result(POLL_ROOM * FAST_LETTER)??;
    assert!((POLL_ROOM..POLL_ROOM + 20).contains(&taken), "{taken}");
    Ok(())
}

fn a_read_waits_by_poll() -> Result {
    let mut hand = Hand::new()?;
    let device = Device::reader()?;
    let mut ring = Ring::new()?;
    let mut buffer = [0; 16];
    let len = buffer.len() as u32;
    let read = opcode::Read::new(fd(&device), buffer.as_mut_ptr(), len).offset(u64::MAX);
    ring.submit(&read.build())?;
    assert_eq!(ring.next(SETTLE)?, None);
    hand.key("-.-")?;
    assert_eq!(ring.result(10 * PROMPT)?, Ok(1));
    assert_eq!(buffer[0], b'K');
    Ok(())
}

fn an_fsync_waits_in_a_thread() -> Result {
    driver::set("wpm", "100")?;
    let device = Device::open()?;
    device.write("SOS")?;
    let mut ring = Ring::new()?;
    ring.submit(&opcode::Fsync::new(fd(&device)).build())?;
    assert_eq!(ring.next(SETTLE)?, None);
    // SOS has 27 units of 12 ms, and a gap may have to pass first.
    assert_eq!(ring.result(Duration::from_millis(34 * 12))?, Ok(0));
    assert_eq!(device.status()?.queued, 0);
    Ok(())
}

fn a_write_with_dsync_waits_in_a_thread() -> Result {
    driver::set("wpm", "100")?;
    let device = Device::open_with(libc::O_DSYNC)?;
    let mut ring = Ring::new()?;
    let text = *b"SOS";
    ring.submit(&write(&device, &text))?;
    assert_eq!(ring.next(SETTLE)?, None);
    assert_eq!(ring.result(Duration::from_secs(1))?, Ok(3));
    assert_eq!(device.status()?.queued, 0);
    Ok(())
}

fn multishot_poll(device: &Device, events: u32) -> squeue::Entry {
    opcode::PollAdd::new(fd(device), events).multi(true).build()
}

fn multishot_poll_tells_of_each_letter() -> Result {
    let mut hand = Hand::new()?;
    let device = Device::reader_nonblock()?;
    let mut ring = Ring::new()?;
    ring.submit(&multishot_poll(&device, IN))?;
    assert_eq!(ring.next(SETTLE)?, None);
    for (elements, text) in [("-.-", "K "), (".", "E "), ("-", "T ")] {
        hand.key_word(elements)?;
        let event = ring.next(PROMPT)?.ok_or("no event")?;
        assert!(event.more && event.result.is_ok_and(|events| events & IN != 0));
        while ring.next(SETTLE)?.is_some() {}
        assert_eq!(device.read_text(16), Ok(text.into()));
    }
    Ok(())
}

fn multishot_poll_does_not_tell_of_each_free_place() -> Result {
    driver::set("wpm", FAST_WPM)?;
    let device = Device::open_nonblock()?;
    device.fill()?;
    let mut ring = Ring::new()?;
    ring.submit(&multishot_poll(&device, OUT))?;
    assert_eq!(ring.next(100 * FAST_LETTER)?, None);
    let event = ring.next(POLL_ROOM * FAST_LETTER)?.ok_or("no event")?;
    assert!(event.more && event.result.is_ok_and(|events| events & OUT != 0));
    // The device stays ready, so that there is no new event.
    assert_eq!(ring.next(100 * FAST_LETTER)?, None);
    Ok(())
}

fn multishot_poll_tells_of_changes_that_it_waits_for() -> Result {
    let mut hand = Hand::new()?;
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::reader_nonblock()?;
    let mut ring = Ring::new()?;
    // There is text all the time, and no more of it until the mark ends.
    hand.key_word(".")?;
    ring.submit(&multishot_poll(&device, IN))?;
    assert!(ring.next(PROMPT)?.is_some());
    let writer = Device::open_nonblock()?;
    writer.fill()?;
    writer.abort()?;
    assert_eq!(ring.next(SETTLE)?, None, "there is room to write");
    hand.set(true)?;
    assert_eq!(ring.next(SETTLE)?, None, "a space has ended");
    hand.set(false)?;
    thread::sleep(REST);
    assert!(ring.next(PROMPT)?.is_some(), "the letter");
    Ok(())
}

fn a_request_ends_when_the_device_goes() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()?;
    let (submitted, wait) = mpsc::channel();
    let waiter = Blocked::start(move || -> std::result::Result<Completion, String> {
        let device = Device::open().map_err(|error| error.to_string())?;
        let mut ring = Ring::new().map_err(|error| error.to_string())?;
        let text = [b'T'; 100];
        ring.submit(&write(&device, &text))
            .map_err(|error| error.to_string())?;
        submitted.send(()).map_err(|error| error.to_string())?;
        ring.next(Duration::from_secs(5))
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "the request is not complete".into())
    });
    wait.recv()?;
    thread::sleep(SETTLE);
    let (name, _) = driver::unbind()?;
    let completion = waiter.within(Duration::from_secs(6))??;
    driver::rebind(&name)?;
    assert_eq!(completion.result, Err(Errno::ENODEV));
    Ok(())
}
