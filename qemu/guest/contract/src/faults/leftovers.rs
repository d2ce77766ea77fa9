// SPDX-License-Identifier: GPL-2.0

//! Objects that a driver could leave behind and that no leak detector reports, as the kernel still has
//! references to them.

use std::fs;
use std::path::Path;

use crate::Result;

/// Directories that list objects of the kernel.
const DIRECTORIES: &[&str] = &[
    "/sys/kernel/irq",
    "/sys/class/misc",
    "/sys/devices/faux",
    "/sys/devices/platform",
    "/sys/bus/platform/drivers",
    "/sys/module",
    "/sys/kernel/debug",
];
const FILES: &[&str] = &["/proc/misc", "/proc/interrupts"];

/// A snapshot of the lists.
pub struct Leftovers(Vec<(String, Vec<String>)>);

impl Leftovers {
    /// Reads the lists.
    pub fn take() -> Result<Self> {
        let mut lists = Vec::new();
        for directory in DIRECTORIES.iter().filter(|path| Path::new(path).is_dir()) {
            let mut names = Vec::new();
            for entry in fs::read_dir(directory)? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            lists.push(((*directory).to_owned(), names));
        }
        for file in FILES {
            let mut names: Vec<String> = fs::read_to_string(file)?
                .lines()
                // The last word of each line is the name; the words before it are counts, which change.
                .filter_map(|line| line.split_whitespace().next_back())
                .map(str::to_owned)
                .collect();
            names.sort();
            lists.push(((*file).to_owned(), names));
        }
        Ok(Leftovers(lists))
    }

    /// Describes the entries that `later` has more or less; `None` if there are none.
    pub fn difference(&self, later: &Self) -> Option<String> {
        let pairs = self.0.iter().zip(&later.0);
        let differences: Vec<String> = pairs
            .filter(|(before, after)| before != after)
            .map(|((list, before), (_, after))| {
                let more: Vec<_> = after.iter().filter(|name| !before.contains(name)).collect();
                let less: Vec<_> = before.iter().filter(|name| !after.contains(name)).collect();
                format!(
                    "{list}: more {more:?}, less {less:?}, {} before, {} after",
                    before.len(),
                    after.len()
                )
            })
            .collect();
        (!differences.is_empty()).then(|| differences.join("; "))
    }
}
