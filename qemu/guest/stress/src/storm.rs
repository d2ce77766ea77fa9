// SPDX-License-Identifier: GPL-2.0

//! Many fast edges of the simulated key; checks that the driver accounts for each.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use morse_use::uapi;
use nix::libc;
use nix::sched::{sched_setaffinity, CpuSet};
use nix::unistd::Pid;

use crate::Result;
use morse_guest::counters::{self, Edges};
use morse_guest::random::Random;
use morse_guest::{device, driver};

/// Longer than the longest debounce time set here, and than readers need to catch up.
const SETTLE: Duration = Duration::from_secs(2);
/// The size of a pulse in bytes.
const PULSE: usize = size_of::<uapi::morse_pulse>();

/// The simulated key, and the number of edges made.
struct Key {
    file: File,
    down: bool,
    count: u64,
}

impl Key {
    fn open() -> Result<Self> {
        Ok(Key {
            file: counters::key()?,
            down: false,
            count: 0,
        })
    }

    fn set(&mut self, down: bool) -> io::Result<()> {
        self.file.write_all(if down { b"1" } else { b"0" })?;
        self.down = down;
        self.count += 1;
        Ok(())
    }

    fn change(&mut self) -> io::Result<()> {
        self.set(!self.down)
    }
}

/// Bursts, bounces, elements and repeated levels in random order, `edges` in all, with a reader of text
/// and one of pulses.
pub fn random(seed: u64, edges: u64) -> Result {
    let mut random = Random::new(seed);
    let mut key = Key::open()?;
    // Open before the first edge.
    let (pulses, text) = (open_pulses()?, open()?);
    let before = Edges::count()?;
    let done = AtomicBool::new(false);
    let start = Instant::now();
    let (pulses, characters) = thread::scope(|scope| -> Result<(u64, usize)> {
        let pulses = scope.spawn(|| count_pulses(pulses, &done).map_err(|error| error.to_string()));
        let text = scope.spawn(|| read_text(text, &done).map_err(|error| error.to_string()));
        let outcome = blow(&mut random, &mut key, edges);
        thread::sleep(SETTLE);
        done.store(true, Relaxed);
        let pulses = pulses.join().expect("it does not panic")?;
        let text = text.join().expect("it does not panic")?;
        outcome.map(|()| (pulses, text))
    })?;
    let after = Edges::count()?.since(before).check()?;
    println!(
        "{} edges in {:.1} s (seed {seed}): {after:?}, {pulses} pulses, {characters} characters",
        key.count,
        start.elapsed().as_secs_f64(),
    );
    if after.all != key.count {
        return Err(format!("{} edges were made", key.count).into());
    }
    // Each edge ends a mark or a space, except the very first. With dropped edges the numbers may differ:
    // the driver may notice the new level later.
    let expected = after.received - u64::from(before.received == 0 && after.received > 0);
    match after.dropped > 0 || pulses == expected {
        true => Ok(()),
        false => Err(format!("{expected} marks and spaces ended, {pulses} were read").into()),
    }
}

fn blow(random: &mut Random, key: &mut Key, edges: u64) -> Result {
    let us = Duration::from_micros;
    while key.count < edges {
        let left = edges - key.count;
        match random.below(20) {
            0..11 => {
                for _ in 0..random.below(500).min(left) {
                    key.change()?;
                }
            }
            11..14 => {
                for _ in 0..random.below(20).min(left) {
                    key.change()?;
                    thread::sleep(us(random.below(4000)));
                }
            }
            14..17 => {
                for _ in 0..random.below(8).min(left) {
                    key.change()?;
                    thread::sleep(us(5500 + random.below(50_000)));
                }
            }
            17..19 => key.set(key.down)?,
            _ => {
                let debounce_us = random.among(&["0", "100", "1000", "5000"]);
                driver::set("debounce_us", debounce_us)?;
            }
        }
    }
    Ok(())
}

/// Opens the device with `O_NONBLOCK`.
fn open() -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(device::NODE)
}

/// Reads until `done` is set and there is no more data.
fn read_all(file: &mut File, done: &AtomicBool, mut take: impl FnMut(&[u8]) -> Result) -> Result {
    const TICK: Duration = Duration::from_millis(5);

    let mut bytes = [0; 4096];
    loop {
        // Load `done` before reading, so that the last read gets all data.
        let last = done.load(Relaxed);
        loop {
            match file.read(&mut bytes) {
                Ok(count) => take(&bytes[..count])?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        if last {
            return Ok(());
        }
        thread::sleep(TICK);
    }
}

/// Opens a file in mode `MORSE_PULSES`.
fn open_pulses() -> Result<File> {
    let file = open()?;
    counters::ioctl(
        &file,
        uapi::MORSE_IOC_SET_MODE,
        &mut { uapi::MORSE_PULSES }.to_ne_bytes(),
    )?;
    Ok(file)
}

/// Counts the pulses read, and those lost.
fn count_pulses(mut file: File, done: &AtomicBool) -> Result<u64> {
    let mut count = 0;
    read_all(&mut file, done, |bytes| {
        if bytes.len() % PULSE != 0 {
            return Err(format!("{} bytes are no pulses", bytes.len()).into());
        }
        count += (bytes.len() / PULSE) as u64;
        Ok(())
    })?;
    let mut lost = [0; size_of::<u64>()];
    counters::ioctl(&file, uapi::MORSE_IOC_GET_LOST, &mut lost)?;
    Ok(count + u64::from_ne_bytes(lost))
}

/// Reads text, which as a whole must be UTF-8, and returns the number of characters.
fn read_text(mut file: File, done: &AtomicBool) -> Result<usize> {
    let mut all = Vec::new();
    read_all(&mut file, done, |bytes| {
        all.extend_from_slice(bytes);
        Ok(())
    })?;
    Ok(String::from_utf8(all)?.chars().count())
}

/// Makes edges back to back from a SCHED_FIFO task of `priority`, or from a fair task if it is 0.
pub fn flood(edges: u64, priority: i32) -> Result {
    if priority > 0 {
        let parameter = libc::sched_param {
            sched_priority: priority,
        };
        // SAFETY: The parameter is there, and 0 is this task.
        if unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &parameter) } != 0 {
            return Err(io::Error::last_os_error().into());
        }
    }
    let before = Edges::count()?;
    let mut key = Key::open()?;
    let start = Instant::now();
    for _ in 0..edges {
        key.change()?;
    }
    let took = start.elapsed();
    thread::sleep(SETTLE);
    let after = Edges::count()?.since(before).check()?;
    println!("{edges} edges in {took:?}: {after:?}");
    match after.all == edges {
        true => Ok(()),
        false => Err(format!("{edges} edges were made").into()),
    }
}

/// Makes edges from random processors. The interrupt comes on the processor of the writer.
pub fn rove(edges: u64) -> Result {
    const AT_A_TIME: u64 = 50;

    let before = Edges::count()?;
    let counted_before = counters::interrupts()?;
    let mut key = Key::open()?;
    let mut random = Random::new(edges);
    while key.count < edges {
        // The processor may have gone offline.
        let _ = pin(random.below(counted_before.len() as u64) as usize);
        for _ in 0..AT_A_TIME {
            key.change()?;
        }
    }
    pin_to_all(counted_before.len())?;
    thread::sleep(SETTLE);
    let after = Edges::count()?.since(before).check()?;
    let counted: Vec<u64> = counters::interrupts()?
        .iter()
        .zip(&counted_before)
        .map(|(after, before)| after - before)
        .collect();
    println!("{} edges, interrupts {counted:?}: {after:?}", key.count);
    if after.all != key.count || counted.iter().sum::<u64>() != key.count {
        return Err("not every edge is an interrupt".into());
    }
    match counted.iter().filter(|count| **count > 0).count() {
        0 | 1 => Err("the interrupt did not move".into()),
        _ => Ok(()),
    }
}

/// Presses the key on all processors at once, so that an interrupt comes while the handler runs elsewhere.
/// The driver must end up at the level written last.
pub fn crowd(rounds: u64) -> Result {
    const WRITES_MAX: u64 = 30;
    const DEBOUNCE_US: &str = "2000";
    /// Much longer than the debounce time.
    const REST: Duration = Duration::from_millis(15);
    /// Time limit for the driver on a busy host.
    const BELIEVED: Duration = Duration::from_secs(2);

    driver::set("debounce_us", DEBOUNCE_US)?;
    let cpus = counters::interrupts()?.len();
    let before = Edges::count()?;
    let (mut made, mut missed) = (0, 0);
    for round in 0..rounds {
        let received = Edges::count()?.received;
        let start = Barrier::new(cpus);
        made += thread::scope(|scope| -> Result<u64> {
            let writers: Vec<_> = (0..cpus)
                .map(|cpu| {
                    let start = &start;
                    scope.spawn(move || -> io::Result<u64> {
                        let mut random = Random::of(round, cpu as u64);
                        let mut file = counters::key()?;
                        let _ = pin(cpu);
                        start.wait();
                        let writes = random.below(WRITES_MAX);
                        for _ in 0..writes {
                            file.write_all(random.among(&[b"0", b"1"]))?;
                        }
                        file.write_all(b"1")?;
                        Ok(writes + 1)
                    })
                })
                .collect();
            let mut made = 0;
            for writer in writers {
                made += writer.join().expect("it does not panic")?;
            }
            Ok(made)
        })?;
        thread::sleep(REST);
        counters::key()?.write_all(b"0")?;
        made += 1;
        // A mark has begun and ended; more edges count if a level lasted because the writers were slow.
        let believed = morse_guest::wait_until(BELIEVED, "a mark", || {
            Ok(Edges::count()?.received - received >= 2)
        });
        missed += u64::from(believed.is_err());
        // The last edge is accounted for after the debounce time.
        morse_guest::wait_until(BELIEVED, "each edge accounted for", || {
            Ok(Edges::count()?.check().is_ok())
        })?;
    }
    let after = Edges::count()?.since(before).check()?;
    println!("{made} edges from {cpus} processors at once: {after:?}; {missed} of {rounds} missed");
    match (missed, after.all == made) {
        (0, true) => Ok(()),
        (0, false) => Err("not every edge is an interrupt".into()),
        _ => Err("the level that was written last is not believed".into()),
    }
}

fn pin(cpu: usize) -> nix::Result<()> {
    let mut cpus = CpuSet::new();
    cpus.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &cpus)
}

fn pin_to_all(count: usize) -> nix::Result<()> {
    let mut cpus = CpuSet::new();
    (0..count).try_for_each(|cpu| cpus.set(cpu))?;
    sched_setaffinity(Pid::from_raw(0), &cpus)
}
