// SPDX-License-Identifier: GPL-2.0

//! Where the device is, and what is known of it from outside.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::libc;

use crate::system::answer;
use crate::Result;

/// The node.
pub const NODE: &str = "/dev/morse";
/// The simulated key.
pub const KEY: &str = "/sys/kernel/debug/morse/key";
/// How many characters the fifo holds.
pub const CAPACITY: u32 = 4096;

const SETTINGS: &str = "/sys/class/misc/morse";
const PLATFORM_DRIVER: &str = "/sys/bus/platform/drivers/morse";
/// The platform device of the board's device tree.
const PLATFORM_DEVICE: &str = "morse";

/// What each setting has when the driver is bound.
pub const DEFAULTS: &[(&str, &str)] = &[
    ("beacon_interval_s", "0"),
    ("beacon", ""),
    ("farnsworth_wpm", "0"),
    ("weight", "50"),
    ("unit_us", "200000"),
    ("receive_wpm", "0"),
    ("debounce_us", "5000"),
    ("ticker_ms", "1000"),
    ("ticker_log", "0"),
];

/// The path of a setting or a counter.
pub fn setting(name: &str) -> PathBuf {
    Path::new(SETTINGS).join(name)
}

/// Writes a setting.
pub fn set(name: &str, value: &str) -> io::Result<()> {
    fs::write(setting(name), value)
}

/// Puts all settings back.
pub fn reset() -> Result {
    for (name, value) in DEFAULTS {
        set(name, &format!("{value}\n")).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// Reads a counter, or a setting that is a number.
pub fn number(name: &str) -> Result<u64> {
    let text = fs::read_to_string(setting(name)).map_err(|error| format!("{name}: {error}"))?;
    Ok(text.trim_end().parse()?)
}

/// The simulated key, to be written to.
pub fn key() -> io::Result<File> {
    OpenOptions::new().write(true).open(KEY)
}

/// Unbinds the driver.
pub fn unbind() -> io::Result<()> {
    fs::write(Path::new(PLATFORM_DRIVER).join("unbind"), PLATFORM_DEVICE)
}

/// Binds the driver.
pub fn bind() -> io::Result<()> {
    fs::write(Path::new(PLATFORM_DRIVER).join("bind"), PLATFORM_DEVICE)
}

/// What became of the edges of the key.
#[derive(Clone, Copy, Debug)]
pub struct Edges {
    /// Interrupts.
    pub all: u64,
    /// Those that began a mark or a space.
    pub received: u64,
    /// Those that did not.
    pub debounced: u64,
    /// Those that there was no room for.
    pub dropped: u64,
}

impl Edges {
    /// What the counters say. The key must have rested for the debounce time.
    pub fn count() -> Result<Self> {
        Ok(Edges {
            all: number("edges")?,
            received: number("edges_received")?,
            debounced: number("edges_debounced")?,
            dropped: number("edges_dropped")?,
        })
    }

    /// Those since `before`.
    pub fn since(self, before: Self) -> Self {
        Edges {
            all: self.all - before.all,
            received: self.received - before.received,
            debounced: self.debounced - before.debounced,
            dropped: self.dropped - before.dropped,
        }
    }

    /// Each edge is one of the three.
    pub fn check(self) -> Result<Self> {
        match self.received + self.debounced + self.dropped == self.all {
            true => Ok(self),
            false => Err(format!("not every edge is accounted for: {self:?}").into()),
        }
    }
}

/// An ioctl of the device, whose argument is `bytes`: those of the request's type, or more.
pub fn ioctl(file: &File, request: u32, bytes: &mut [u8]) -> Result {
    // SAFETY: No request of the device reads or writes more than there is.
    let returned = unsafe { libc::ioctl(file.as_raw_fd(), request as _, bytes.as_mut_ptr()) };
    answer(returned).map_err(io::Error::from_raw_os_error)?;
    Ok(())
}

/// Whether the lamp is lit, as the GPIO controller's own driver reads the line. The simulated controller
/// has its own way to say so.
pub fn lamp_is_lit() -> Result<bool> {
    let lines = fs::read_to_string("/sys/kernel/debug/gpio")?;
    let lamp = lines
        .lines()
        .find(|line| line.contains("|led ") || line.contains("(led)"))
        .ok_or("nobody has a line as a LED")?;
    Ok(lamp.contains(") out hi") || lamp.contains(") output-high"))
}

/// How much memory of the kernel that nobody can reclaim, in KiB: what leaks and what is held.
pub fn kernel_memory_kib() -> Result<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let kib = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let all = ["SUnreclaim:", "Percpu:", "KernelStack:", "PageTables:"];
    Ok(all.iter().filter_map(|name| kib(name)).sum())
}

/// How often the kernel called the handler of the key's interrupt, on each processor, also on those that
/// are away.
pub fn interrupts() -> Result<Vec<u64>> {
    for entry in fs::read_dir("/sys/kernel/irq")? {
        let path = entry?.path();
        if fs::read_to_string(path.join("actions"))?.trim_end() == "morse-key" {
            let counts = fs::read_to_string(path.join("per_cpu_count"))?;
            return Ok(counts
                .trim_end()
                .split(',')
                .map(str::parse)
                .collect::<std::result::Result<_, _>>()?);
        }
    }
    Err("the key has no interrupt".into())
}

/// Waits until `condition` holds.
pub fn wait_for(limit: Duration, what: &str, condition: impl Fn() -> Result<bool>) -> Result {
    const TICK: Duration = Duration::from_millis(10);

    let start = Instant::now();
    while !condition()? {
        if start.elapsed() > limit {
            return Err(format!("not within {limit:?}: {what}").into());
        }
        std::thread::sleep(TICK);
    }
    Ok(())
}
