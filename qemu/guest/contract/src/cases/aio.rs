// SPDX-License-Identifier: GPL-2.0

//! `IOCB_CMD_POLL` of io_submit(2), which takes a file with one wait queue only.

use std::io;
use std::os::fd::AsRawFd;
use std::ptr;
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;

use crate::hand::{Hand, REST};
use crate::task::{PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    a_poll_for_room_ends_with_an_abort,
    a_poll_for_text_ends_with_a_letter,
    a_poll_for_text_does_not_end_with_room,
    a_poll_ends_when_the_device_goes,
];

/// Nothing is sent while a case at this speed runs.
const SLOW_WPM: &str = "1";
const IOCB_CMD_POLL: u16 = 5;
const EVENTS: i16 = libc::POLLIN | libc::POLLOUT | libc::POLLHUP;

/// `struct iocb` of `linux/aio_abi.h`.
#[repr(C)]
#[derive(Default)]
struct Iocb {
    data: u64,
    key_and_flags: u64,
    opcode: u16,
    priority: i16,
    fd: u32,
    buffer: u64,
    bytes: u64,
    offset: i64,
    reserved: u64,
    flags: u32,
    eventfd: u32,
}

/// `struct io_event` of `linux/aio_abi.h`.
#[repr(C)]
#[derive(Default)]
struct IoEvent {
    data: u64,
    object: u64,
    result: i64,
    result2: i64,
}

/// An AIO context.
struct Context(libc::c_ulong);

impl Context {
    /// Makes one. Prints that the case is skipped if the kernel has no AIO.
    fn new() -> io::Result<Option<Self>> {
        let mut context: libc::c_ulong = 0;
        // SAFETY: The context is written.
        let made = checked(unsafe { libc::syscall(libc::SYS_io_setup, 4, &mut context) });
        match made {
            Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => {
                println!("skipped: this kernel has no CONFIG_AIO");
                Ok(None)
            }
            made => made.map(|_| Some(Self(context))),
        }
    }

    /// Submits a poll for these events.
    fn poll(&self, device: &Device, events: i16) -> io::Result<()> {
        let mut request = Iocb {
            opcode: IOCB_CMD_POLL,
            fd: device.file().as_raw_fd() as u32,
            buffer: events as u64,
            ..Iocb::default()
        };
        let mut requests = [ptr::from_mut(&mut request)];
        // SAFETY: The kernel copies the request.
        let submitted =
            unsafe { libc::syscall(libc::SYS_io_submit, self.0, 1_usize, requests.as_mut_ptr()) };
        checked(submitted).map(drop)
    }

    /// The events of a poll that ends within that time, each without the bits that mean the same.
    fn next(&self, limit: Duration) -> io::Result<Option<i16>> {
        let start = Instant::now();
        let mut event = IoEvent::default();
        loop {
            // SAFETY: There is room for one event. No event need be there, so there is no time limit, whose type
            // depends on the machine.
            let count = unsafe {
                libc::syscall(
                    libc::SYS_io_getevents,
                    self.0,
                    0_usize,
                    1_usize,
                    &mut event,
                    ptr::null_mut::<libc::c_void>(),
                )
            };
            if checked(count)? == 1 {
                return Ok(Some(event.result as i16 & EVENTS));
            }
            if start.elapsed() >= limit {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: The context is not used after this.
        unsafe { libc::syscall(libc::SYS_io_destroy, self.0) };
    }
}

fn checked(result: libc::c_long) -> io::Result<libc::c_long> {
    match result {
        -1 => Err(io::Error::last_os_error()),
        result => Ok(result),
    }
}

fn a_poll_for_room_ends_with_an_abort() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    let Some(context) = Context::new()? else {
        return Ok(());
    };
    context.poll(&device, libc::POLLOUT)?;
    assert_eq!(context.next(PROMPT)?, Some(libc::POLLOUT), "there is room");
    device.fill()?;
    context.poll(&device, libc::POLLOUT)?;
    assert_eq!(context.next(SETTLE)?, None);
    device.abort()?;
    assert_eq!(context.next(PROMPT)?, Some(libc::POLLOUT));
    Ok(())
}

fn a_poll_for_text_ends_with_a_letter() -> Result {
    let Some(context) = Context::new()? else {
        return Ok(());
    };
    let mut hand = Hand::new()?;
    let device = Device::open()?;
    context.poll(&device, libc::POLLIN)?;
    assert_eq!(context.next(SETTLE)?, None);
    hand.key(".")?;
    assert_eq!(context.next(REST + PROMPT)?, Some(libc::POLLIN));
    Ok(())
}

fn a_poll_for_text_does_not_end_with_room() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open_nonblock()?;
    device.fill()?;
    let Some(context) = Context::new()? else {
        return Ok(());
    };
    context.poll(&device, libc::POLLIN)?;
    device.abort()?;
    assert_eq!(context.next(SETTLE)?, None);
    Ok(())
}

fn a_poll_ends_when_the_device_goes() -> Result {
    let device = Device::open()?;
    let Some(context) = Context::new()? else {
        return Ok(());
    };
    context.poll(&device, libc::POLLIN)?;
    let (name, _) = driver::unbind()?;
    let events = context.next(PROMPT);
    driver::rebind(&name)?;
    assert!(events?.is_some_and(|events| events & libc::POLLHUP != 0));
    Ok(())
}
