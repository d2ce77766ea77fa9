// SPDX-License-Identifier: GPL-2.0

//! The hardware goes, or other files are used, while a copy to or from user space stalls.

use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;

use morse_use::uapi;
use nix::errno::Errno;
use nix::fcntl::{fcntl, FcntlArg, OFlag};
use nix::libc;
use nix::poll::PollFlags;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};

use crate::hand::Hand;
use crate::stall::Page;
use crate::task::{Blocked, PROMPT};
use crate::unbound::while_unbound;
use crate::Result;
use morse_guest::device::Device;
use morse_guest::driver;

super::cases![
    hardware_goes_while_text_is_copied_to_a_reader,
    hardware_goes_while_pulses_are_copied_to_a_reader,
    hardware_goes_while_text_is_copied_from_a_writer,
    nobody_else_waits_for_a_slow_reader,
    no_call_on_its_own_file_waits_for_a_slow_reader,
    what_a_slow_reader_could_not_take_is_read_again,
];

/// A page that stalls copies. Prints that the case is skipped if the kernel has no userfaultfd.
pub(super) fn page() -> Result<Option<Arc<Page>>> {
    let page = Page::new()?;
    if page.is_none() {
        println!("skipped: this kernel has no userfaultfd");
    }
    Ok(page.map(Arc::new))
}

fn reader_that_stalls(
    mode: u32,
    page: &Arc<Page>,
) -> Result<(Arc<Device>, Blocked<nix::Result<usize>>)> {
    let mut hand = Hand::new()?;
    let reader = Arc::new(Device::reader()?);
    reader.set_mode(mode)?;
    hand.key_word("-.-")?;
    let (device, page) = (reader.clone(), page.clone());
    let stalled = Blocked::in_call(move || page.read_from(device.file()));
    Ok((reader, stalled))
}

fn hardware_goes_while_text_is_copied_to_a_reader() -> Result {
    let Some(page) = page()? else {
        return Ok(());
    };
    let (reader, stalled) = reader_that_stalls(uapi::MORSE_TEXT, &page)?;
    while_unbound(|| {
        page.release()?;
        assert_eq!(stalled.within(PROMPT)?, Ok("K ".len()));
        assert_eq!(reader.read_text(1), Err(Errno::ENODEV));
        Ok(())
    })
}

fn hardware_goes_while_pulses_are_copied_to_a_reader() -> Result {
    let Some(page) = page()? else {
        return Ok(());
    };
    let (reader, stalled) = reader_that_stalls(uapi::MORSE_PULSES, &page)?;
    while_unbound(|| {
        page.release()?;
        // Three marks, and the spaces between them.
        assert_eq!(
            stalled.within(PROMPT)?,
            Ok(5 * size_of::<uapi::morse_pulse>())
        );
        assert_eq!(reader.read_pulses(1).map(drop), Err(Errno::ENODEV));
        Ok(())
    })
}

fn hardware_goes_while_text_is_copied_from_a_writer() -> Result {
    let Some(page) = page()? else {
        return Ok(());
    };
    let (writer, theirs) = (Device::open()?, page.clone());
    let stalled = Blocked::in_call(move || theirs.write_to(writer.file()));
    // Another writer waits for its turn; MORSE_IOC_GET_STATUS does not block.
    let other = Blocked::in_call(|| Device::open().unwrap().write("E"));
    assert_eq!(Device::open()?.status()?.queued, 0);
    while_unbound(|| {
        assert_eq!(other.within(PROMPT)?, Err(Errno::ENODEV));
        page.release()?;
        assert_eq!(stalled.within(PROMPT)?, Err(Errno::ENODEV));
        Ok(())
    })
}

fn nobody_else_waits_for_a_slow_reader() -> Result {
    let Some(page) = page()? else {
        return Ok(());
    };
    let (_reader, stalled) = reader_that_stalls(uapi::MORSE_TEXT, &page)?;
    let other = Device::reader_nonblock()?;
    let mut hand = Hand::at_key()?;
    hand.key_word("-")?;
    assert_eq!(other.read_text(16), Ok("T ".into()));
    driver::get("received")?;
    // The read also returns the letter that came during the stall.
    page.release()?;
    assert_eq!(stalled.within(PROMPT)?, Ok("K T ".len()));
    Ok(())
}

/// poll, epoll, a read without waiting, GET_LOST and SET_MODE.
fn no_call_on_its_own_file_waits_for_a_slow_reader() -> Result {
    let Some(page) = page()? else {
        return Ok(());
    };
    let (reader, stalled) = reader_that_stalls(uapi::MORSE_TEXT, &page)?;
    fcntl(&*reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    let others = Blocked::start(move || -> nix::Result<()> {
        let at_once = Duration::ZERO;
        assert_eq!(
            reader.poll_for(PollFlags::POLLIN, at_once)?,
            PollFlags::empty()
        );
        let epoll = Epoll::new(EpollCreateFlags::empty())?;
        epoll.add(&*reader, EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        assert_eq!(epoll.wait(&mut [EpollEvent::empty()], 0_u8), Ok(0));
        assert_eq!(reader.read_text(16), Err(Errno::EAGAIN));
        assert_eq!(reader.lost(), Ok(0));
        reader.set_mode(uapi::MORSE_PULSES)
    });
    assert_eq!(others.within(PROMPT)?, Ok(()));
    page.release()?;
    assert_eq!(stalled.within(PROMPT)?, Ok("K ".len()));
    Ok(())
}

fn what_a_slow_reader_could_not_take_is_read_again() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader_nonblock()?;
    hand.key_word("-.-")?;
    let fd = reader.file().as_raw_fd();
    // SAFETY: Nothing is mapped at this address, so that the call fails without writing.
    let count = unsafe { libc::read(fd, std::ptr::without_provenance_mut(8), 16) };
    assert_eq!(Errno::result(count), Err(Errno::EFAULT));
    assert_eq!(reader.read_text(16), Ok("K ".into()));
    assert_eq!(reader.lost(), Ok(0));
    Ok(())
}
