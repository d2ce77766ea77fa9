// SPDX-License-Identifier: GPL-2.0

//! The kernel's memory in use, by use.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::Result;

/// Uses of pages that can grow with a driver, in KiB.
const PAGES: [&str; 3] = ["SUnreclaim", "VmallocUsed", "Percpu"];
const CACHES: &str = "/sys/kernel/slab";

/// A snapshot of the memory in use: objects of each slab cache, and pages.
pub struct Memory(BTreeMap<String, i64>);

impl Memory {
    /// Reads the kernel's counts.
    pub fn take() -> Result<Self> {
        // Free objects in per-CPU lists count as used; shrinking releases them.
        if Path::new(CACHES).is_dir() {
            for cache in fs::read_dir(CACHES)? {
                // Some caches cannot be shrunk.
                let _ = fs::write(cache?.path().join("shrink"), "1");
            }
        }
        let mut memory = BTreeMap::new();
        for line in fs::read_to_string("/proc/slabinfo")
            .unwrap_or_default()
            .lines()
        {
            let mut words = line.split_whitespace();
            if let (Some(name), Some(Ok(objects))) = (words.next(), words.next().map(str::parse)) {
                memory.insert(name.to_owned(), objects);
            }
        }
        for line in fs::read_to_string("/proc/meminfo")?.lines() {
            let Some((name, rest)) = line.split_once(':') else {
                continue;
            };
            if PAGES.contains(&name) {
                let kib = rest.trim().trim_end_matches(" kB").parse()?;
                memory.insert(format!("{name} (KiB)"), kib);
            }
        }
        Ok(Memory(memory))
    }

    /// Returns the uses that have grown since `then`.
    pub fn growth_since(&self, then: &Self) -> Growth {
        let mut growth: Vec<(i64, String)> = self
            .0
            .iter()
            .map(|(name, now)| (now - then.0.get(name).unwrap_or(&0), name.clone()))
            .filter(|(more, _)| *more > 0)
            .collect();
        growth.sort();
        growth.reverse();
        Growth(growth)
    }
}

/// The uses that have grown, the largest growth first.
pub struct Growth(Vec<(i64, String)>);

impl Growth {
    /// Allowance for the rest of the kernel.
    const NOISE: i64 = 256;

    /// Checks that nothing has grown with the number of cycles.
    pub fn check(&self, cycles: u32) -> Result {
        // A leak of one object a cycle exceeds this.
        let bound = (i64::from(cycles) / 2).max(Self::NOISE);
        match self.0.first() {
            Some((more, name)) if *more > bound => {
                Err(format!("{name} has grown by {more}, more than {bound}").into())
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 6;
        if self.0.is_empty() {
            return write!(f, "nothing has grown");
        }
        for (i, (more, name)) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{name} +{more}")?;
        }
        Ok(())
    }
}
