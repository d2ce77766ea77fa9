// SPDX-License-Identifier: GPL-2.0

//! Leaked memory, found by the kernel's own detector, kmemleak.

use std::time::Duration;

use crate::board::Board;
use crate::error::{Error, Result};

const KMEMLEAK: &str = "/sys/kernel/debug/kmemleak";
/// Two scans of all memory take some seconds, and a minute on a busy host.
const SCAN_LIMIT: Duration = Duration::from_secs(600);

/// Leaks of gpiolib of 7.3 itself: the label of a line whose chip is removed first, and the name of a line
/// exported through sysfs.
const KERNEL_DEFECTS: &[&str] = &["gpiod_request_commit+", "gpiod_export+"];
/// The beginning of an object's report.
const OBJECT: &str = "unreferenced object ";

/// The objects of a report.
fn objects(report: &str) -> impl Iterator<Item = String> + '_ {
    let mut parts = report.split(OBJECT);
    let before = parts.next().unwrap_or_default();
    let before = (!before.trim().is_empty()).then(|| before.to_owned());
    before
        .into_iter()
        .chain(parts.map(|part| format!("{OBJECT}{part}")))
}

impl Board {
    /// Whether the kernel has kmemleak.
    ///
    /// # Errors
    ///
    /// As [`Board::execute`].
    pub fn has_leak_detector(&mut self) -> Result<bool> {
        Ok(self.run(&format!("test -e {KMEMLEAK} && echo yes || true"))? == "yes\n")
    }

    /// The line that kmemleak logs when it has found leaks, for [`Board::expect_complaints`].
    pub const LEAK_IN_LOG: &str = "new suspected memory leak";

    /// Scans for memory that has leaked since the last scan, and returns kmemleak's report of each
    /// object; `None` without kmemleak. Takes some six seconds of the guest's time.
    ///
    /// # Errors
    ///
    /// As [`Board::execute`].
    pub fn leaks(&mut self) -> Result<Option<Vec<String>>> {
        if !self.has_leak_detector()? {
            return Ok(None);
        }
        // kmemleak skips objects younger than 5 s, and reports an object only if it did not change
        // between two scans: hence the wait, and two scans. "clear" keeps them out of the next report.
        let command = format!(
            "sleep 6; echo scan > {KMEMLEAK} && echo scan > {KMEMLEAK} && \
             cat {KMEMLEAK} && echo clear > {KMEMLEAK}"
        );
        let report = self.execute(&command, SCAN_LIMIT)?.success(&command)?;
        Ok(Some(objects(&report).collect()))
    }

    /// Checks that no memory has leaked since the last scan.
    ///
    /// Only a kernel with kmemleak reports leaks, such as the sanitizer kernel; on others this succeeds.
    ///
    /// # Errors
    ///
    /// [`Error::Leaks`] with where the memory was allocated, and as [`Board::execute`].
    pub fn check_leaks(&mut self) -> Result<()> {
        let Some(leaks) = self.leaks()? else {
            return Ok(());
        };
        let ours: String = leaks
            .iter()
            .filter(|object| !KERNEL_DEFECTS.iter().any(|defect| object.contains(defect)))
            .map(String::as_str)
            .collect();
        if !ours.is_empty() {
            return Err(Error::Leaks(ours));
        }
        if !leaks.is_empty() {
            self.expect_complaints(&[Self::LEAK_IN_LOG])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_apart() {
        let report =
            "unreferenced object 0x1\n  gpiod_export+0x4\nunreferenced object 0x2\n  kmalloc+0x4\n";
        let objects: Vec<String> = objects(report).collect();
        assert_eq!(objects.len(), 2);
        assert!(objects[0].contains("gpiod_export+") && !objects[1].contains("gpiod_export+"));
        assert_eq!(objects.concat(), report);
        // Report text of an unknown form, too.
        assert_eq!(super::objects("garbage").count(), 1);
        assert_eq!(super::objects("").count(), 0);
    }
}
