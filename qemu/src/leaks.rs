// SPDX-License-Identifier: GPL-2.0

//! Memory that nobody knows of any more: the kernel's own leak detector, kmemleak.

use std::time::Duration;

use crate::board::Board;
use crate::error::{Error, Result};

const KMEMLEAK: &str = "/sys/kernel/debug/kmemleak";
/// Looking at all memory twice takes some seconds, and a busy host makes that a minute.
const SCAN_LIMIT: Duration = Duration::from_secs(600);

impl Board {
    /// Whether the kernel can be asked for leaks.
    ///
    /// # Errors
    ///
    /// As [`Board::execute`].
    pub fn has_leak_detector(&mut self) -> Result<bool> {
        Ok(self.run(&format!("test -e {KMEMLEAK} && echo yes || true"))? == "yes\n")
    }

    /// Checks that no memory has leaked since the last such check. Takes some six seconds of the
    /// guest's time.
    ///
    /// Only a kernel with kmemleak can tell, such as the sanitizer kernel. On another one this says so
    /// on standard output, and finds nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Leaks`] with where the memory was allocated, and as [`Board::execute`].
    pub fn check_leaks(&mut self) -> Result<()> {
        if !self.has_leak_detector()? {
            println!("this kernel has no kmemleak: leaks are not looked for");
            return Ok(());
        }
        // Objects younger than 5 s are not looked at, and those that changed since the last look are
        // given another chance: hence the wait, and two scans. What was told is then forgotten.
        let command = format!(
            "sleep 6; echo scan > {KMEMLEAK} && echo scan > {KMEMLEAK} && \
             cat {KMEMLEAK} && echo clear > {KMEMLEAK}"
        );
        let report = self.execute(&command, SCAN_LIMIT)?.success(&command)?;
        match report.is_empty() {
            true => Ok(()),
            false => Err(Error::Leaks(report)),
        }
    }
}
