// SPDX-License-Identifier: GPL-2.0

//! Checks that the device works like a new one after the run.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use morse_use::uapi;
use nix::libc;

use crate::Result;
use morse_guest::counters::{self, Edges};
use morse_guest::{device, driver};

/// Longer than a session lasts after its last edge, and than the longest time to debounce.
const QUIET: Duration = Duration::from_millis(6500);
/// The unit of the final keying: slow enough for a busy host.
const UNIT: Duration = Duration::from_millis(60);
const WPM: &str = "20";

/// Makes all the checks.
pub fn judge() -> Result {
    driver::reset()?;
    counters::key()?.write_all(b"0")?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(device::NODE)?;
    is_idle_after_abort(&file)?;
    thread::sleep(QUIET);
    let edges = Edges::count()?.check()?;
    leaves_the_processor_alone()?;
    sends(&mut file)?;
    receives(&mut file)?;
    drop(file);
    let users = fs::read_to_string("/sys/module/morse/refcnt")?;
    println!("verdict: good; {edges:?}; {} users", users.trim());
    match users.trim() {
        "0" => Ok(()),
        users => Err(format!("the module has {users} users and no file is open").into()),
    }
}

fn is_idle_after_abort(file: &fs::File) -> Result {
    const PROMPT: Duration = Duration::from_millis(500);

    let start = Instant::now();
    morse_use::abort(file)?;
    let took = start.elapsed();
    if counters::lamp_is_lit()? {
        return Err("the lamp is lit after an abort".into());
    }
    let status = morse_use::status(file)?;
    let idle = (status.queued, status.room, status.state)
        == (0, device::CAPACITY as u32, uapi::MORSE_IDLE);
    match idle && took < PROMPT {
        true => Ok(()),
        false => Err(format!("after an abort that took {took:?}: {status:?}").into()),
    }
}

/// Checks that no timer or work item keeps the idle processor busy.
fn leaves_the_processor_alone() -> Result {
    const TIME: Duration = Duration::from_secs(2);
    const BUSY_MAX_PERCENT: u64 = 25;

    let ticks = || -> Result<(u64, u64)> {
        let text = fs::read_to_string("/proc/stat")?;
        let line = text.lines().next().ok_or("an empty /proc/stat")?;
        let times: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .map_while(|word| word.parse().ok())
            .collect();
        // user, nice, system, idle, ...
        Ok((times.iter().sum(), *times.get(3).ok_or("no idle time")?))
    };
    let (all, idle) = ticks()?;
    thread::sleep(TIME);
    let (all, idle) = {
        let (all_then, idle_then) = ticks()?;
        (all_then - all, idle_then - idle)
    };
    let busy = all.saturating_sub(idle);
    match busy * 100 <= all * BUSY_MAX_PERCENT {
        true => Ok(()),
        false => Err(format!("busy {busy} of {all} ticks with nothing to do").into()),
    }
}

fn sends(file: &mut fs::File) -> Result {
    driver::set("wpm", "1000")?;
    let before = driver::number("sent")?;
    file.write_all(b"SOS")?;
    file.sync_all()?;
    match driver::number("sent")? - before {
        3 => Ok(()),
        sent => Err(format!("{sent} of 3 characters were sent").into()),
    }
}

/// Keys a K and checks that it is read. In real time a busy machine may delay the edges; then it keys again.
fn receives(file: &mut fs::File) -> Result {
    const TRIES: u32 = 5;
    /// Less than turns a dot into a dash, or a space into a gap.
    const LATE_MAX: Duration = Duration::from_millis(UNIT.as_millis() as u64 / 2);

    driver::set("receive_wpm", WPM)?;
    for _ in 0..TRIES {
        let (text, late) = key_k(file)?;
        match text.as_slice() {
            b"K \n" => return Ok(()),
            text if late < LATE_MAX => {
                return Err(format!("keyed K, read {:?}", String::from_utf8_lossy(text)).into())
            }
            _ => {}
        }
    }
    Err(format!("K could not be keyed in time in {TRIES} attempts").into())
}

/// Keys a K; returns the text read, and the largest delay of an edge.
fn key_k(file: &mut fs::File) -> Result<(Vec<u8>, Duration)> {
    let mut rest = [0; 8192];
    // Discard older text.
    while file.read(&mut rest).is_ok() {}
    let mut key = counters::key()?;
    let mut late = Duration::ZERO;
    for units in [3, 1, 3] {
        for (level, units) in [(b"1", units), (b"0", 1)] {
            let start = Instant::now();
            key.write_all(level)?;
            thread::sleep(UNIT * units);
            late = late.max(start.elapsed().saturating_sub(UNIT * units));
        }
    }
    thread::sleep(QUIET);
    let mut text = vec![0; 16];
    let count = file.read(&mut text)?;
    text.truncate(count);
    Ok((text, late))
}
