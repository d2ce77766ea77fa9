// SPDX-License-Identifier: GPL-2.0

//! Loads and unloads the driver again and again with all its files in use.
//!
//! Each cycle loads the driver; unbinds its devices while writers block, readers poll, keys are pressed and
//! attributes are read; binds them again; and unloads the driver while it sends and receives.

mod memory;
mod traffic;

use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use nix::unistd;

use crate::Result;
use memory::Memory;
use morse_guest::driver::{self, Driver};
use morse_guest::random::Random;
use traffic::{Traffic, NODES};

const PLATFORM_DRIVER: &str = "/sys/bus/platform/drivers/morse";
const REFERENCES: &str = "/sys/module/morse/refcnt";
/// The bound, also on a busy host, for all threads to close their files after the hardware is gone.
const HOME_LIMIT: Duration = Duration::from_secs(20);
/// The longest random pause before the driver is unbound or unloaded.
const INSTANTS: Duration = Duration::from_millis(30);
/// Cycles after which all allocations that are made once only have been made.
const WARM_UP: u32 = 10;
/// The text queued when the driver is unloaded.
const MESSAGE: &str = "PARIS PARIS PARIS";

/// Runs `cycles` cycles at instants that `seed` determines, and checks that they cost no memory.
pub fn run(cycles: &str, seed: &str) -> Result {
    let (cycles, seed): (u32, u64) = (cycles.parse()?, seed.parse()?);
    let mut random = Random::new(seed);
    Driver::unload()?;
    let traffic = Traffic::start();
    let mut worst = Duration::ZERO;
    let mut before = None;
    for round in 0..WARM_UP + cycles {
        if round == WARM_UP {
            before = Some(Memory::take()?);
        }
        let took = cycle(&traffic, &mut random)
            .map_err(|error| format!("cycle {round} (seed {seed}): {error}"))?;
        worst = worst.max(took);
    }
    let counts = traffic.stop();
    let growth = Memory::take()?.growth_since(&before.ok_or("no cycles")?);
    println!("{cycles} cycles (seed {seed}), unloading took {worst:?} at most; {counts}");
    println!("memory: {growth}");
    growth.check(cycles)
}

/// Runs one cycle; returns how long unloading took.
fn cycle(traffic: &Traffic, random: &mut Random) -> Result<Duration> {
    let mut pause = || {
        thread::sleep(Duration::from_nanos(
            random.below(INSTANTS.as_nanos() as u64),
        ))
    };
    driver::load("morse")?;
    let devices = devices()?;
    for node in &NODES[..devices.len()] {
        driver::wait_for(Path::new(node), true)?;
    }
    let held = OpenOptions::new().read(true).write(true).open(NODES[0])?;
    traffic.let_in();
    pause();
    in_use()?;

    // Allow no new opens; unbinding makes the threads close their files.
    traffic.keep_out();
    for device in &devices {
        tell("unbind", device)?;
    }
    is_gone(&held)?;
    traffic.wait_home(HOME_LIMIT)?;
    references(1)?;

    // The old file stays dead when its hardware returns.
    for device in &devices {
        tell("bind", device)?;
    }
    is_gone(&held)?;
    in_use()?;
    for node in &NODES[..devices.len()] {
        driver::wait_for(Path::new(node), true)?;
        fs::write(node, MESSAGE)?;
    }
    references(1)?;
    drop(held);
    references(0)?;
    pause();
    let took = driver::unload("morse")?;
    for path in NODES.iter().chain(&["/sys/class/misc/morse"]) {
        driver::wait_for(Path::new(path), false)?;
    }
    Ok(took)
}

/// Returns the devices that the driver is bound to.
fn devices() -> Result<Vec<String>> {
    let mut devices = Vec::new();
    for entry in fs::read_dir(PLATFORM_DRIVER)? {
        let entry = entry?;
        // Each symlink is a device, except the one to the module.
        if entry.file_type()?.is_symlink() && entry.file_name() != "module" {
            devices.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    devices.sort();
    Ok(devices)
}

fn tell(verb: &str, device: &str) -> io::Result<()> {
    fs::write(Path::new(PLATFORM_DRIVER).join(verb), device)
}

/// Checks that the driver cannot be unloaded.
fn in_use() -> Result {
    match driver::unload("morse") {
        Err(Errno::EWOULDBLOCK) => Ok(()),
        other => Err(format!("unloading with a file open: {other:?}").into()),
    }
}

/// Waits until the module has `expected` references; files being closed still hold theirs.
fn references(expected: u32) -> Result {
    let start = Instant::now();
    loop {
        let count: u32 = fs::read_to_string(REFERENCES)?.trim().parse()?;
        if count == expected {
            return Ok(());
        }
        if start.elapsed() > HOME_LIMIT {
            return Err(format!("{count} references instead of {expected}").into());
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Checks that calls on a file report that its hardware has gone.
fn is_gone(file: &fs::File) -> Result {
    assert_eq!(unistd::write(file, b"E"), Err(Errno::ENODEV));
    assert_eq!(unistd::fsync(file), Err(Errno::ENODEV));
    let mut files = [PollFd::new(file.as_fd(), PollFlags::empty())];
    poll(&mut files, PollTimeout::ZERO)?;
    let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
    assert_eq!(files[0].revents(), Some(gone));
    // Reads return the text received before, and then ENODEV.
    nix::fcntl::fcntl(file, nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    let end = loop {
        match unistd::read(file, &mut [0; 256]) {
            Ok(0) => return Err("the end of a file that has none".into()),
            Ok(_) => {}
            Err(errno) => break errno,
        }
    };
    assert_eq!(end, Errno::ENODEV);
    Ok(())
}
