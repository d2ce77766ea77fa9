// SPDX-License-Identifier: GPL-2.0

//! Waiting for text: in `read`, in `poll` and in `epoll`, with signals on the way.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use morse_use::uapi;
use nix::errno::Errno;
use nix::fcntl::{fcntl, FcntlArg, OFlag};
use nix::poll::PollFlags;
use nix::sys::epoll::EpollFlags;
use nix::sys::signal::{SaFlags, Signal};

use crate::epoll::Watch;
use crate::hand::{Hand, FIRST_WORD_GAP};
use crate::task::{self, Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::Device;

super::cases![
    nothing_yet_is_eagain,
    o_nonblock_can_be_set_later,
    a_blocked_reader_gets_each_letter,
    all_blocked_readers_get_it,
    a_blocked_reader_holds_up_nobody,
    a_change_of_mode_reaches_a_blocked_reader,
    poll_waits_for_text,
    poll_waits_for_pulses,
    epoll_by_level,
    epoll_by_edge,
    a_blocked_read_is_eintr,
    a_blocked_read_is_restarted_if_wanted,
    a_stopped_reader_goes_on,
    blocked_readers_can_be_killed,
];

const SIGNAL: Signal = Signal::SIGUSR1;
const AT_ONCE: Duration = Duration::ZERO;
/// Longer than any text keyed here.
const LONG: Duration = Duration::from_secs(10);
const LIMIT: usize = 256;

fn nothing_yet_is_eagain() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader_nonblock()?;
    assert_eq!(reader.read_text(LIMIT), Err(Errno::EAGAIN));
    // A letter that has not ended is not readable.
    hand.key("-")?;
    assert_eq!(reader.read_text(LIMIT), Err(Errno::EAGAIN));
    hand.key_word("")?;
    assert_eq!(reader.read_text(LIMIT), Ok("T ".into()));
    reader.set_mode(uapi::MORSE_PULSES)?;
    assert_eq!(reader.read_pulses(1).map(drop), Err(Errno::EAGAIN));
    Ok(())
}

fn o_nonblock_can_be_set_later() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    assert_eq!(reader.read_text(LIMIT), Err(Errno::EAGAIN));
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::empty()))?;
    let reader = Blocked::in_call(move || reader.read_text(LIMIT));
    hand.key_word(".")?;
    assert_eq!(reader.within(PROMPT)?, Ok("E".into()));
    Ok(())
}

fn a_blocked_reader_gets_each_letter() -> Result {
    let mut hand = Hand::new()?;
    let reader = Arc::new(Device::reader()?);
    for (elements, text) in [("-", "T"), ("", " "), (".-", "A")] {
        let device = reader.clone();
        let blocked = Blocked::start(move || device.read_text(LIMIT));
        hand.key(elements)?;
        assert_eq!(blocked.within(FIRST_WORD_GAP + PROMPT)?, Ok(text.into()));
    }
    Ok(())
}

fn all_blocked_readers_get_it() -> Result {
    let mut hand = Hand::new()?;
    let readers: Vec<_> = (0..50)
        .map(|_| {
            let reader = Device::reader().expect("it opens");
            Blocked::start(move || reader.read_text(LIMIT))
        })
        .collect();
    thread::sleep(SETTLE);
    hand.key_word("-.-")?;
    for reader in readers {
        assert_eq!(reader.within(PROMPT)?, Ok("K".into()));
    }
    Ok(())
}

/// A reader waits without a lock: other readers, other calls on its own file, and writers go on.
fn a_blocked_reader_holds_up_nobody() -> Result {
    let _hand = Hand::new()?;
    let device = Arc::new(Device::open_both()?);
    let same = device.clone();
    let blocked = Blocked::in_call(move || same.read_text(LIMIT));
    let others = Blocked::start(move || -> nix::Result<PollFlags> {
        assert_eq!(device.lost(), Ok(0));
        assert_eq!(device.write("E"), Ok(1));
        device.fsync()?;
        device.set_mode(uapi::MORSE_TEXT)?;
        let other = Device::reader_nonblock().expect("it opens");
        assert_eq!(other.read_text(LIMIT), Err(Errno::EAGAIN));
        device.poll_for(PollFlags::POLLIN | PollFlags::POLLOUT, AT_ONCE)
    });
    // An E takes 200 ms.
    assert_eq!(others.within(5 * PROMPT)?, Ok(PollFlags::POLLOUT));
    assert!(blocked.is_blocked_for(AT_ONCE));
    Ok(())
}

fn a_change_of_mode_reaches_a_blocked_reader() -> Result {
    let mut hand = Hand::new()?;
    let reader = Arc::new(Device::reader()?);
    let same = reader.clone();
    let blocked = Blocked::in_call(move || same.read_pulses(1));
    reader.set_mode(uapi::MORSE_PULSES)?;
    assert!(blocked.is_blocked_for(SETTLE), "there is no pulse yet");
    // The mark has ended and the letter has not.
    hand.key(".")?;
    let pulses = blocked.within(PROMPT)??;
    assert_eq!((pulses.len(), pulses[0].mark), (1, 1));
    Ok(())
}

fn poll_waits_for_text() -> Result {
    let mut hand = Hand::new()?;
    let reader = Arc::new(Device::reader()?);
    assert_eq!(
        reader.poll_for(PollFlags::POLLIN, AT_ONCE)?,
        PollFlags::empty()
    );
    let poller = reader.clone();
    let blocked = Blocked::in_call(move || poller.poll_for(PollFlags::POLLIN, LONG));
    hand.key(".")?;
    assert_eq!(blocked.within(PROMPT)?, Ok(PollFlags::POLLIN));
    assert_eq!(
        reader.poll_for(PollFlags::POLLIN, AT_ONCE)?,
        PollFlags::POLLIN,
        "still"
    );
    hand.key_word("")?;
    assert_eq!(reader.read_text(LIMIT), Ok("E ".into()));
    assert_eq!(
        reader.poll_for(PollFlags::POLLIN, AT_ONCE)?,
        PollFlags::empty()
    );
    Ok(())
}

fn poll_waits_for_pulses() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    reader.set_mode(uapi::MORSE_PULSES)?;
    let blocked = Blocked::in_call(move || (reader.poll_for(PollFlags::POLLIN, LONG), reader));
    hand.key(".")?;
    let (ready, reader) = blocked.within(PROMPT)?;
    assert_eq!(ready, Ok(PollFlags::POLLIN));
    assert_eq!(reader.read_pulses(10)?.len(), 1);
    assert_eq!(
        reader.poll_for(PollFlags::POLLIN, AT_ONCE)?,
        PollFlags::empty()
    );
    Ok(())
}

fn epoll_by_level() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader()?;
    let epoll = Watch::new(&reader, EpollFlags::EPOLLIN)?;
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::empty());
    hand.key_word("-")?;
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::EPOLLIN);
    assert_eq!(reader.read_text(1), Ok("T".into()));
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::EPOLLIN, "a space is left");
    assert_eq!(reader.read_text(1), Ok(" ".into()));
    assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::empty());
    Ok(())
}

fn epoll_by_edge() -> Result {
    let mut hand = Hand::new()?;
    let reader = Device::reader_nonblock()?;
    let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
    let epoll = Watch::new(&reader, flags)?;
    for (elements, text) in [("-", "T "), ("-.-", "K "), (".", "E ")] {
        assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::empty());
        hand.key_word(elements)?;
        assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::EPOLLIN);
        assert_eq!(epoll.wait(AT_ONCE)?, EpollFlags::empty(), "told once");
        assert_eq!(reader.read_text(LIMIT), Ok(text.into()));
    }
    Ok(())
}

fn a_blocked_read_is_eintr() -> Result {
    task::handle(SIGNAL, SaFlags::empty())?;
    let mut hand = Hand::new()?;
    let reader = Arc::new(Device::reader()?);
    let device = reader.clone();
    let blocked = Blocked::in_call(move || device.read_text(LIMIT));
    blocked.signal(SIGNAL)?;
    assert_eq!(blocked.within(PROMPT)?, Err(Errno::EINTR));
    hand.key_word("-")?;
    // A read that finds text returns it, signal or not.
    assert_eq!(reader.read_text(LIMIT), Ok("T ".into()));
    Ok(())
}

fn a_blocked_read_is_restarted_if_wanted() -> Result {
    task::handle(SIGNAL, SaFlags::SA_RESTART)?;
    let mut hand = Hand::new()?;
    let blocked = Blocked::in_call(|| Device::reader().unwrap().read_text(LIMIT));
    for _ in 0..3 {
        blocked.signal(SIGNAL)?;
        assert!(blocked.is_blocked_for(SETTLE), "it did not go on");
    }
    hand.key_word("-")?;
    assert_eq!(blocked.within(PROMPT)?, Ok("T".into()));
    Ok(())
}

fn a_stopped_reader_goes_on() -> Result {
    let mut hand = Hand::new()?;
    let mut reader = std::process::Command::new("/bin/busybox")
        .args(["head", "-c", "3", morse_guest::device::NODE])
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    thread::sleep(10 * SETTLE);
    let pid = nix::unistd::Pid::from_raw(reader.id() as i32);
    nix::sys::signal::kill(pid, Signal::SIGSTOP)?;
    hand.key_word("-.-. --.-")?;
    assert_eq!(reader.try_wait()?, None, "it goes on though it is stopped");
    nix::sys::signal::kill(pid, Signal::SIGCONT)?;
    let output = Blocked::start(move || reader.wait_with_output());
    assert_eq!(output.within(PROMPT)??.stdout, b"CQ ");
    Ok(())
}

fn blocked_readers_can_be_killed() -> Result {
    let mut hand = Hand::new()?;
    let mut listeners = Vec::new();
    for _ in 0..8 {
        listeners.push(task::start_listener()?);
    }
    thread::sleep(10 * SETTLE);
    for listener in &mut listeners {
        assert_eq!(listener.try_wait()?, None, "it listens");
        listener.kill()?;
    }
    for mut listener in listeners {
        let end = Blocked::start(move || listener.wait().is_ok());
        assert!(end.within(PROMPT)?);
    }
    let reader = Device::reader_nonblock()?;
    hand.key_word("-")?;
    assert_eq!(reader.read_text(LIMIT), Ok("T ".into()));
    Ok(())
}
