// SPDX-License-Identifier: GPL-2.0

//! The device seen from outside: its counters, its lamp, its interrupts, the memory of the kernel.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;

use morse_use::key::SIMULATED_KEY;
use nix::errno::Errno;
use nix::libc;

use crate::driver::number;
use crate::Result;

/// The simulated key, to be written to.
pub fn key() -> io::Result<File> {
    OpenOptions::new().write(true).open(SIMULATED_KEY)
}

/// The driver's counters of the key's edges.
#[derive(Clone, Copy, Debug)]
pub struct Edges {
    /// Interrupts of the key.
    pub all: u64,
    /// Edges that began a mark or a space.
    pub received: u64,
    /// Edges that debouncing discarded.
    pub debounced: u64,
    /// Edges discarded because the ring buffer was full.
    pub dropped: u64,
}

impl Edges {
    /// Reads the counters. The key must have rested for the debounce time.
    pub fn count() -> Result<Self> {
        Ok(Edges {
            all: number("edges")?,
            received: number("edges_received")?,
            debounced: number("edges_debounced")?,
            dropped: number("edges_dropped")?,
        })
    }

    /// Returns the increase since `before`.
    pub fn since(self, before: Self) -> Self {
        Edges {
            all: self.all - before.all,
            received: self.received - before.received,
            debounced: self.debounced - before.debounced,
            dropped: self.dropped - before.dropped,
        }
    }

    /// Checks that each interrupt was received, debounced or dropped.
    pub fn check(self) -> Result<Self> {
        match self.received + self.debounced + self.dropped == self.all {
            true => Ok(self),
            false => Err(format!("not every edge is accounted for: {self:?}").into()),
        }
    }
}

/// Makes an ioctl of the device. `bytes` is the argument, at least as long as the request's type.
pub fn ioctl(file: &File, request: u32, bytes: &mut [u8]) -> Result {
    // SAFETY: No request of the device reads or writes more than its type, and `bytes` is as long.
    let returned = unsafe { libc::ioctl(file.as_raw_fd(), request as _, bytes.as_mut_ptr()) };
    Errno::result(returned)?;
    Ok(())
}

/// Whether the lamp is lit, as the GPIO controller's own driver reads the line. gpio-sim prints another
/// format than the others.
pub fn lamp_is_lit() -> Result<bool> {
    let lines = fs::read_to_string("/sys/kernel/debug/gpio")?;
    let lamp = lines
        .lines()
        .find(|line| line.contains("|led ") || line.contains("(led)"))
        .ok_or("no GPIO line is in use by an LED")?;
    Ok(lamp.contains(") out hi") || lamp.contains(") output-high"))
}

/// Returns the kernel's unreclaimable memory in KiB; leaks and live objects count alike.
pub fn kernel_memory_kib() -> Result<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let kib = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let all = ["SUnreclaim:", "Percpu:", "KernelStack:", "PageTables:"];
    Ok(all.iter().filter_map(|name| kib(name)).sum())
}

/// Returns how often the kernel called the handler of the key's interrupt on each processor, offline ones
/// included.
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
