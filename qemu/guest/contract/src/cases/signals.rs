// SPDX-License-Identifier: GPL-2.0

//! Signals to blocked tasks: as signal(7) has it for calls that may block without a limit.

use std::thread;

use nix::errno::Errno;
use nix::sys::signal::{SaFlags, Signal};

use crate::task::{self, Blocked, PROMPT, SETTLE};
use crate::Result;
use morse_guest::device::{Device, CAPACITY};
use morse_guest::driver;

super::cases![
    a_write_that_took_nothing_is_eintr,
    a_write_that_took_nothing_is_restarted_if_wanted,
    a_write_that_took_something_returns_how_much,
    a_write_that_waits_for_its_turn_is_eintr,
    an_fsync_is_eintr,
    an_fsync_is_restarted_if_wanted,
    a_blocked_writer_can_be_killed,
    writers_that_wait_for_a_turn_can_be_killed,
    a_stopped_writer_goes_on,
];

const SLOW_WPM: &str = "1";
const SIGNAL: Signal = Signal::SIGUSR1;

fn full_fifo() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    Device::open_nonblock()?.fill()
}

fn a_write_that_took_nothing_is_eintr() -> Result {
    task::handle(SIGNAL, SaFlags::empty())?;
    full_fifo()?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("T"));
    writer.signal(SIGNAL)?;
    assert_eq!(writer.within(PROMPT)?, Err(Errno::EINTR));
    Ok(())
}

fn a_write_that_took_nothing_is_restarted_if_wanted() -> Result {
    task::handle(SIGNAL, SaFlags::SA_RESTART)?;
    full_fifo()?;
    let writer = Blocked::in_call(|| Device::open().unwrap().write("T"));
    writer.signal(SIGNAL)?;
    assert!(writer.is_blocked_for(SETTLE), "it did not go on");
    Device::open()?.abort()?;
    assert_eq!(writer.within(PROMPT)?, Ok(1));
    Ok(())
}

fn a_write_that_took_something_returns_how_much() -> Result {
    for flags in [SaFlags::empty(), SaFlags::SA_RESTART] {
        task::handle(SIGNAL, flags)?;
        driver::set("wpm", SLOW_WPM)?;
        let writer = Blocked::in_call(|| Device::open().unwrap().write("T".repeat(2 * CAPACITY)));
        writer.signal(SIGNAL)?;
        let taken = writer.within(PROMPT)??;
        let device = Device::open()?;
        assert_eq!(taken, device.status()?.queued as usize, "{flags:?}");
        assert!(taken >= CAPACITY);
        device.abort()?;
    }
    Ok(())
}

fn a_write_that_waits_for_its_turn_is_eintr() -> Result {
    task::handle(SIGNAL, SaFlags::empty())?;
    full_fifo()?;
    let first = Blocked::in_call(|| Device::open().unwrap().write("T"));
    let second = Blocked::in_call(|| Device::open().unwrap().write("T"));
    second.signal(SIGNAL)?;
    assert_eq!(second.within(PROMPT)?, Err(Errno::EINTR));
    assert!(
        first.is_blocked_for(SETTLE),
        "the other writer stays blocked"
    );
    Ok(())
}

fn an_fsync_is_eintr() -> Result {
    task::handle(SIGNAL, SaFlags::empty())?;
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open()?;
    device.write("T")?;
    let waiter = Blocked::in_call(move || device.fsync());
    waiter.signal(SIGNAL)?;
    assert_eq!(waiter.within(PROMPT)?, Err(Errno::EINTR));
    assert_eq!(Device::open()?.status()?.queued, 1, "it is still sent");
    Ok(())
}

fn an_fsync_is_restarted_if_wanted() -> Result {
    task::handle(SIGNAL, SaFlags::SA_RESTART)?;
    driver::set("wpm", SLOW_WPM)?;
    let device = Device::open()?;
    device.write("T")?;
    let waiter = Blocked::in_call(move || device.fsync());
    waiter.signal(SIGNAL)?;
    assert!(waiter.is_blocked_for(SETTLE), "it did not go on");
    Device::open()?.abort()?;
    assert_eq!(waiter.within(PROMPT)?, Ok(()));
    Ok(())
}

fn a_blocked_writer_can_be_killed() -> Result {
    driver::set("wpm", SLOW_WPM)?;
    let mut flood = task::start_flood()?;
    while Device::open()?.status()?.room > 0 {
        thread::sleep(SETTLE);
    }
    thread::sleep(SETTLE);
    flood.kill()?;
    let end = Blocked::start(move || flood.wait().is_ok());
    assert!(end.within(PROMPT)?);
    // The killed writer has released its turn; its text stays queued.
    let device = Device::open_nonblock()?;
    assert_eq!(device.status()?.queued as usize, CAPACITY + 1);
    device.abort()?;
    assert_eq!(device.write("T"), Ok(1));
    Ok(())
}

fn writers_that_wait_for_a_turn_can_be_killed() -> Result {
    full_fifo()?;
    let mut floods = Vec::new();
    for _ in 0..8 {
        floods.push(task::start_flood()?);
    }
    thread::sleep(10 * SETTLE);
    for flood in &mut floods {
        flood.kill()?;
    }
    for mut flood in floods {
        let end = Blocked::start(move || flood.wait().is_ok());
        assert!(end.within(PROMPT)?);
    }
    let device = Device::open_nonblock()?;
    device.abort()?;
    assert_eq!(device.write("T"), Ok(1));
    Ok(())
}

fn a_stopped_writer_goes_on() -> Result {
    driver::set("wpm", "1000")?;
    let mut flood = task::start_flood()?;
    thread::sleep(10 * SETTLE);
    let pid = nix::unistd::Pid::from_raw(flood.id() as i32);
    nix::sys::signal::kill(pid, Signal::SIGSTOP)?;
    thread::sleep(10 * SETTLE);
    let device = Device::open()?;
    let before = device.status()?;
    assert!(before.room > 0, "it goes on though it is stopped");
    nix::sys::signal::kill(pid, Signal::SIGCONT)?;
    thread::sleep(SETTLE);
    let room = device.status()?.room;
    flood.kill()?;
    flood.wait()?;
    assert!(room < before.room, "it does not go on");
    Ok(())
}
