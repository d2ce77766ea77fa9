// SPDX-License-Identifier: GPL-2.0

//! Sends and receives at once, for hours, and checks every edge of the lamp and every character read.
//!
//! The texts and their Morse code come on standard input, so that this program knows no Morse:
//!
//! ```text
//! send UNIT_US BOUND_US ELEMENTS    sent; edges may be off by BOUND_US microseconds
//! text TEXT                         the text of these elements
//! key UNIT_US ELEMENTS              keyed again and again, each time until the session ends
//! read TEXT                         the text of these elements, read from each session
//! ```
//!
//! ELEMENTS are dots, dashes, and the gaps ' ' of letters and '/' of words. The text is sent as one long
//! message, so that a drift of a nanosecond an edge exceeds the bound in the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use nix::libc;

use crate::Result;
use morse_guest::counters::{self, Edges};
use morse_guest::{device, driver};

/// The gap after the last word of the text sent, in units.
const WORD_GAP: u64 = 7;
/// A pause that ends a session.
const PAUSE: Duration = Duration::from_millis(6500);
/// How much the kernel's memory may grow. It varies by some pages; the smallest leak for each character,
/// edge or message exceeds this within hours.
const GROWTH_MAX_KIB: u64 = 512;

/// Marks and spaces by turns.
struct Line {
    unit: Duration,
    /// When each begins, in units.
    starts: Vec<u64>,
    /// The start of the next round.
    units: u64,
}

impl Line {
    fn parse(unit_us: &str, elements: &str) -> Result<Self> {
        let mut starts = Vec::new();
        let mut now = 0;
        for element in elements.chars() {
            let mark = match element {
                '.' => 1,
                '-' => 3,
                // These gaps include the unit after the mark before them.
                ' ' => {
                    now += 2;
                    continue;
                }
                '/' => {
                    now += 6;
                    continue;
                }
                other => return Err(format!("{other:?} is no element").into()),
            };
            starts.extend([now, now + mark]);
            now += mark + 1;
        }
        Ok(Line {
            unit: Duration::from_micros(unit_us.parse()?),
            starts,
            units: now - 1 + WORD_GAP,
        })
    }

    /// Returns the ideal time of edge number `edge` after the first edge, in microseconds.
    fn at_us(&self, edge: u64) -> u64 {
        let len = self.starts.len() as u64;
        let units = edge / len * self.units + self.starts[(edge % len) as usize];
        units * self.unit.as_micros() as u64
    }

    fn length(&self) -> Duration {
        Duration::from_micros(self.units * self.unit.as_micros() as u64)
    }
}

/// See the [module documentation](self).
struct Plan {
    send: Line,
    bound_us: u64,
    text: String,
    key: Line,
    read: String,
}

impl Plan {
    fn parse(text: &str) -> Result<Self> {
        let line = |name: &str| -> Result<&str> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            Ok(line.ok_or_else(|| format!("no line {name:?}"))?)
        };
        let (unit_us, rest) = line("send ")?.split_once(' ').ok_or("send UNIT_US")?;
        let (bound_us, elements) = rest.split_once(' ').ok_or("send UNIT_US BOUND_US")?;
        let (key_unit_us, key_elements) = line("key ")?.split_once(' ').ok_or("key UNIT_US")?;
        Ok(Plan {
            send: Line::parse(unit_us, elements)?,
            bound_us: bound_us.parse()?,
            text: line("text ")?.to_owned(),
            key: Line::parse(key_unit_us, key_elements)?,
            read: line("read ")?.to_owned(),
        })
    }
}

/// Sends and receives for `hours`.
pub fn run(hours: f64) -> Result {
    let plan = Plan::parse(&io::read_to_string(io::stdin())?)?;
    let time = Duration::from_secs_f64(hours * 3600.0);
    let rounds = (time.as_secs_f64() / plan.send.length().as_secs_f64()).ceil() as u64;
    driver::set("unit_us", &plan.send.unit.as_micros().to_string())?;
    let mut lamp = Lamp::watch()?;
    let sent_before = driver::number("sent")?;
    let messages_before = driver::number("sent_messages")?;
    let keyed = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let start = Instant::now();

    let (growth, read) = thread::scope(|scope| -> Result<(i64, u64)> {
        let writer = scope.spawn(|| or_end(send(&plan, rounds)));
        let keyer = scope.spawn(|| or_end(key(&plan, &done, &keyed)));
        let reader = scope.spawn(|| or_end(read(&plan, &done)));
        let mut first_kib = None;
        while !writer.is_finished() {
            thread::sleep(Duration::from_secs(10));
            or_end(lamp.check(&plan));
            if first_kib.is_none() && start.elapsed() > time / 24 {
                first_kib = Some(or_end(counters::kernel_memory_kib()));
            }
        }
        done.store(true, Relaxed);
        keyer.join().expect("it does not panic");
        let read = reader.join().expect("it does not panic");
        or_end(lamp.check(&plan));
        let last_kib = counters::kernel_memory_kib()?;
        Ok((last_kib as i64 - first_kib.unwrap_or(last_kib) as i64, read))
    })?;

    let edges = Edges::count()?.check()?;
    let sent = driver::number("sent")? - sent_before;
    let characters = plan.text.chars().filter(|c| *c != ' ').count() as u64 * rounds;
    let keyed = keyed.load(Relaxed);
    println!(
        "{:.2} h: {sent} characters sent, {} edges of the lamp, worst {:+} us, last {:+} us; \
         {keyed} sessions keyed, {read} read, {edges:?}; memory {growth:+} KiB",
        start.elapsed().as_secs_f64() / 3600.0,
        lamp.count,
        lamp.worst_us,
        lamp.last_us,
    );
    let all_lit = rounds * plan.send.starts.len() as u64;
    if (sent, lamp.count) != (characters, all_lit) {
        return Err(format!("{characters} characters are {all_lit} edges").into());
    }
    if driver::number("sent_messages")? - messages_before != 1 {
        return Err("it was not one message".into());
    }
    if read != keyed || edges.received != keyed * plan.key.starts.len() as u64 {
        return Err("not all that was keyed was received".into());
    }
    match growth <= GROWTH_MAX_KIB as i64 {
        true => Ok(()),
        false => Err(format!("memory grew by {growth} KiB").into()),
    }
}

/// Ends the program if one thread failed; the others would go on for hours.
fn or_end<T>(outcome: Result<T>) -> T {
    outcome.unwrap_or_else(|error| {
        eprintln!("soak: {error}");
        std::process::exit(1)
    })
}

fn send(plan: &Plan, rounds: u64) -> Result {
    let mut file = OpenOptions::new().write(true).open(device::NODE)?;
    let text = format!("{} ", plan.text);
    for _ in 0..rounds {
        file.write_all(text.as_bytes())?;
    }
    file.sync_all()?;
    Ok(())
}

fn key(plan: &Plan, done: &AtomicBool, keyed: &AtomicU64) -> Result {
    let mut key = counters::key()?;
    while !done.load(Relaxed) {
        let start = Instant::now();
        for (index, units) in plan.key.starts.iter().enumerate() {
            let at = plan.key.unit * u32::try_from(*units)?;
            thread::sleep(at.saturating_sub(start.elapsed()));
            key.write_all(if index % 2 == 0 { b"1" } else { b"0" })?;
        }
        keyed.fetch_add(1, Relaxed);
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Reads sessions, all with the same text, and returns their number.
fn read(plan: &Plan, done: &AtomicBool) -> Result<u64> {
    const TICK: Duration = Duration::from_secs(1);

    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(device::NODE)?;
    let expected = format!("{} \n", plan.read);
    let (mut count, mut rest) = (0, String::new());
    let mut bytes = [0; 4096];
    loop {
        // Read once more after `done`: the thread that keys completes its round first.
        let last = done.load(Relaxed) && count_of_sessions_is_final(plan, done);
        loop {
            match file.read(&mut bytes) {
                Ok(len) => rest.push_str(std::str::from_utf8(&bytes[..len])?),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        while let Some((session, more)) = rest.split_once('\n') {
            if format!("{session}\n") != expected {
                return Err(
                    format!("session {count}: keyed {expected:?}, read {session:?}").into(),
                );
            }
            count += 1;
            rest = more.to_owned();
        }
        if last {
            return match rest.as_str() {
                "" => Ok(count),
                rest => Err(format!("read {rest:?} in the end").into()),
            };
        }
        thread::sleep(TICK);
    }
}

/// Waits until the thread that keys has completed its round and the session has ended.
fn count_of_sessions_is_final(plan: &Plan, done: &AtomicBool) -> bool {
    thread::sleep(plan.key.length() + 2 * PAUSE);
    done.load(Relaxed)
}

/// The lamp, seen through the GPIO subsystem's tracepoint, independent of the driver.
struct Lamp {
    pipe: File,
    text: String,
    first_us: u64,
    count: u64,
    worst_us: i64,
    last_us: i64,
}

impl Lamp {
    /// Starts to record.
    fn watch() -> Result<Self> {
        const TRACEFS: &str = "/sys/kernel/tracing";
        /// Room for many times the events between two reads.
        const BUFFER_KIB: &str = "2048";

        for (file, text) in [
            ("tracing_on", "0"),
            ("trace_clock", "mono"),
            ("buffer_size_kb", BUFFER_KIB),
            ("events/gpio/gpio_value/filter", "get == 0"),
            ("events/gpio/gpio_value/enable", "1"),
            ("trace", ""),
            ("tracing_on", "1"),
        ] {
            fs::write(format!("{TRACEFS}/{file}"), text)
                .map_err(|error| format!("{file}: {error}"))?;
        }
        let pipe = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(format!("{TRACEFS}/trace_pipe"))?;
        Ok(Lamp {
            pipe,
            text: String::new(),
            first_us: 0,
            count: 0,
            worst_us: 0,
            last_us: 0,
        })
    }

    /// Checks the edges since the last call.
    fn check(&mut self, plan: &Plan) -> Result {
        let mut bytes = [0; 16 << 10];
        loop {
            match self.pipe.read(&mut bytes) {
                Ok(0) => break,
                Ok(len) => self.text.push_str(&String::from_utf8_lossy(&bytes[..len])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        let text = std::mem::take(&mut self.text);
        let (whole, rest) = text.rsplit_once('\n').unwrap_or(("", &text));
        self.text = rest.to_owned();
        whole.lines().try_for_each(|line| self.line(line, plan))
    }

    fn line(&mut self, line: &str, plan: &Plan) -> Result {
        let wrong = || format!("no edge in {line:?}");
        // A line about lost events is an error, too.
        let (head, value) = line.split_once(": gpio_value: ").ok_or_else(wrong)?;
        let time = head.split_whitespace().next_back().ok_or_else(wrong)?;
        let (seconds, micros) = time.split_once('.').ok_or_else(wrong)?;
        let at_us = seconds.parse::<u64>()? * 1_000_000 + micros.parse::<u64>()?;
        if self.count == 0 {
            self.first_us = at_us;
        }
        let is_on = value.ends_with(" set 1");
        self.last_us = (at_us - self.first_us) as i64 - plan.send.at_us(self.count) as i64;
        if self.last_us.abs() > self.worst_us.abs() {
            self.worst_us = self.last_us;
        }
        if is_on != (self.count % 2 == 0) || self.last_us.unsigned_abs() > plan.bound_us {
            return Err(
                format!("edge {} is {:+} us off: {line:?}", self.count, self.last_us).into(),
            );
        }
        self.count += 1;
        Ok(())
    }
}

impl Drop for Lamp {
    fn drop(&mut self) {
        let _ = fs::write("/sys/kernel/tracing/events/gpio/gpio_value/enable", "0");
    }
}
