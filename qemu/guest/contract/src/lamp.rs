// SPDX-License-Identifier: GPL-2.0

//! The lamp, seen through the GPIO subsystem's tracepoint `gpio:gpio_value`, independent of the driver.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::time::{clock_gettime, ClockId};

use crate::Result;

const TRACEFS: &str = "/sys/kernel/tracing";
/// Room for the events of some 40000 edges, in KiB for each processor.
const BUFFER_KIB: &str = "8192";
/// The controller that the lamp is on, and the lamp's line there.
const CHIP: &str = "pl061";
const LINE: u32 = 0;
/// Interval of polling while waiting for the lamp.
const TICK: Duration = Duration::from_millis(10);
/// More than the longest gap before a first mark, 8.4 s between words at the slowest speed.
const FIRST_LIMIT: Duration = Duration::from_secs(10);

/// The number of the first line of the first controller without a fixed number
/// (`GPIO_DYNAMIC_BASE` of the kernel).
const DYNAMIC_BASE: u32 = 512;

/// An edge of the lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// When, on the guest's monotonic clock, to the microsecond.
    pub at: Duration,
    /// Whether it went on.
    pub on: bool,
}

/// The guest's monotonic clock.
pub fn now() -> Duration {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map(Duration::from)
        .expect("a clock that always is")
}

/// A recording of the lamp's edges.
pub struct Lamp {
    gpio: u32,
}

impl Lamp {
    /// Starts a new recording.
    pub fn watch() -> Result<Self> {
        let gpio = chip_base()? + LINE;
        let write = |file: &str, text: &str| fs::write(Path::new(TRACEFS).join(file), text);
        write("tracing_on", "0")?;
        write("trace_clock", "mono")?;
        write("buffer_size_kb", BUFFER_KIB)?;
        write(
            "events/gpio/gpio_value/filter",
            &format!("gpio == {gpio} && get == 0"),
        )?;
        write("events/gpio/gpio_value/enable", "1")?;
        write("trace", "")?;
        write("tracing_on", "1")?;
        Ok(Lamp { gpio })
    }

    /// Returns the edges so far: on and off by turns, on first.
    pub fn edges(&self) -> Result<Vec<Edge>> {
        let trace = fs::read_to_string(Path::new(TRACEFS).join("trace"))?;
        let mark = format!(": gpio_value: {} set ", self.gpio);
        let mut edges: Vec<Edge> = Vec::new();
        for line in trace.lines() {
            let Some((head, value)) = line.split_once(&mark) else {
                continue;
            };
            let seconds = head.split_whitespace().next_back().unwrap_or_default();
            let edge = Edge {
                at: parse_seconds(seconds).ok_or_else(|| format!("no time in {line:?}"))?,
                on: value.trim() == "1",
            };
            if edge.on != edges.last().is_some_and(|last| last.on) {
                edges.push(edge);
            }
        }
        Ok(edges)
    }

    /// Whether the lamp is on.
    pub fn is_on(&self) -> Result<bool> {
        Ok(self.edges()?.last().is_some_and(|edge| edge.on))
    }

    /// Waits for the first mark, and returns its start.
    ///
    /// The keyer may first complete the gap after the message before.
    pub fn wait_on(&self) -> Result<Duration> {
        let start = now();
        loop {
            if let Some(first) = self.edges()?.first() {
                return Ok(first.at);
            }
            if now() - start > FIRST_LIMIT {
                return Err("the lamp does not go on".into());
            }
            thread::sleep(TICK);
        }
    }

    /// Returns the recording as dots and dashes, with a space between letters and ` / ` between words.
    ///
    /// The limits are halfway between the standard lengths.
    pub fn text(&self, unit: Duration) -> Result<String> {
        let edges = self.edges()?;
        let mut text = String::new();
        for (index, pair) in edges.windows(2).enumerate() {
            let units = (pair[1].at - pair[0].at).as_secs_f64() / unit.as_secs_f64();
            text.push_str(match (index % 2 == 0, units) {
                (true, units) if units < 2.0 => ".",
                (true, _) => "-",
                (false, units) if units < 2.0 => "",
                (false, units) if units < 5.0 => " ",
                (false, _) => " / ",
            });
        }
        Ok(text)
    }
}

/// The number of the first line of the lamp's controller.
fn chip_base() -> Result<u32> {
    let Ok(chips) = fs::read_dir("/sys/class/gpio") else {
        // This kernel has no list of the chips. The lamp's controller is the first one.
        return Ok(DYNAMIC_BASE);
    };
    for entry in chips {
        let path = entry?.path();
        let label = fs::read_to_string(path.join("label")).unwrap_or_default();
        if label.contains(CHIP) {
            return Ok(fs::read_to_string(path.join("base"))?.trim().parse()?);
        }
    }
    Err(format!("there is no {CHIP}").into())
}

/// `SECONDS.MICROSECONDS`
fn parse_seconds(text: &str) -> Option<Duration> {
    let (seconds, micros) = text.split_once('.')?;
    (micros.len() == 6).then_some(())?;
    Some(Duration::from_secs(seconds.parse().ok()?) + Duration::from_micros(micros.parse().ok()?))
}
