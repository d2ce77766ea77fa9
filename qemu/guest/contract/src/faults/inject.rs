// SPDX-License-Identifier: GPL-2.0

//! The kernel's fault injection (`Documentation/fault-injection/fault-injection.rst`).

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::uio::pread;
use nix::unistd::write;

use crate::Result;

/// Allocations of small objects and of pages, and copies from and to user space.
const KINDS: [&str; 3] = ["failslab", "fail_page_alloc", "fail_usercopy"];
/// How many callers the kernel looks at.
const DEPTH: &str = "32";

/// Addresses of code. Only operations with a caller in this range fail, direct or indirect.
#[derive(Clone, Copy)]
pub struct Range {
    start: u64,
    end: u64,
}

impl Range {
    /// Any code.
    pub const ALL: Range = Range {
        start: 0,
        end: u64::MAX,
    };

    /// do_init_module(), which calls the initialisation of a module; the rest of the loader is left out.
    pub fn initialisation() -> Result<Self> {
        let symbols = fs::read_to_string("/proc/kallsyms")?;
        let mut addresses = symbols
            .lines()
            .skip_while(|line| !line.ends_with(" do_init_module"))
            .filter_map(|line| u64::from_str_radix(line.split(' ').next()?, 16).ok());
        let start = addresses.next().ok_or("the kernel tells no addresses")?;
        // Symbols are sorted; some have the same address.
        let end = addresses.find(|address| *address > start);
        Ok(Range {
            start,
            end: end.ok_or("no end of do_init_module")?,
        })
    }

    /// The loaded driver.
    pub fn driver() -> Result<Self> {
        let text = fs::read_to_string("/sys/module/morse/sections/.text")?;
        let start = u64::from_str_radix(text.trim().trim_start_matches("0x"), 16)?;
        // The size is that of code and data together, which are adjacent in memory.
        let size: u64 = fs::read_to_string("/sys/module/morse/coresize")?
            .trim()
            .parse()?;
        Ok(Range {
            start,
            end: start + size,
        })
    }
}

fn knob(kind: &str, name: &str) -> PathBuf {
    Path::new("/sys/kernel/debug").join(kind).join(name)
}

fn set(kind: &str, name: &str, value: &str) -> Result {
    let path = knob(kind, name);
    fs::write(&path, value).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Sets up all kinds, for failures within `range`.
fn configure(range: Range) -> Result {
    for kind in KINDS {
        // Let allocations that may sleep fail as well; keep the failures out of the log.
        if kind != "fail_usercopy" {
            set(kind, "ignore-gfp-wait", "N")?;
        }
        if kind == "fail_page_alloc" {
            // Fail single pages, too; not those of user space, whose faults would only be retried.
            set(kind, "min-order", "0")?;
        }
        set(kind, "verbose", "0")?;
        set(kind, "stacktrace-depth", DEPTH)?;
        set(kind, "require-start", &range.start.to_string())?;
        set(kind, "require-end", &range.end.to_string())?;
    }
    Ok(())
}

/// Makes the n-th operation that can fail in a system call of this thread fail.
pub struct Injector {
    nth: File,
}

impl Injector {
    /// Configures failures within `range`.
    pub fn within(range: Range) -> Result<Self> {
        configure(range)?;
        Ok(Injector {
            nth: OpenOptions::new()
                .read(true)
                .write(true)
                .open("/proc/thread-self/fail-nth")?,
        })
    }

    /// Runs `call` with its `nth` operation failing, counted from 1. The flag is true if there was one.
    pub fn run<T>(&self, nth: u32, call: impl FnOnce() -> T) -> Result<(T, bool)> {
        write(&self.nth, nth.to_string().as_bytes())?;
        let result = call();
        Ok((result, self.stop()?))
    }

    fn stop(&self) -> Result<bool> {
        let mut text = [0; 16];
        // If nothing has failed yet, this pread() may fail, or a write() below.
        let count = match pread(&self.nth, &mut text, 0) {
            Ok(count) => count,
            Err(Errno::EFAULT) => return Ok(false),
            Err(errno) => return Err(errno.into()),
        };
        if text[..count].trim_ascii() == b"0" {
            return Ok(true);
        }
        while write(&self.nth, b"0") == Err(Errno::EFAULT) {}
        Ok(false)
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        // configure() reported any error the first time.
        let _ = configure(Range::ALL);
    }
}

/// Makes every allocation of the driver fail, in any task or interrupt, until dropped.
pub struct NoMemory;

impl NoMemory {
    /// The kinds of failures used.
    const KINDS: [&str; 2] = ["failslab", "fail_page_alloc"];

    /// Makes allocations fail from now on.
    pub fn begin() -> Result<Self> {
        configure(Range::driver()?)?;
        let this = NoMemory;
        for kind in Self::KINDS {
            set(kind, "task-filter", "N")?;
            set(kind, "interval", "1")?;
            set(kind, "times", "-1")?;
            set(kind, "probability", "100")?;
        }
        Ok(this)
    }
}

impl Drop for NoMemory {
    fn drop(&mut self) {
        for kind in Self::KINDS {
            // begin() reported any error.
            let _ = set(kind, "probability", "0");
        }
        let _ = configure(Range::ALL);
    }
}
