// SPDX-License-Identifier: GPL-2.0

//! The log of the guest's kernel, and its complaints.

use super::{Board, COMMAND_LIMIT};
use crate::complaints;
use crate::error::{Error, Result};

impl Board {
    /// The kernel's log as it came out of the serial port, whole up to this moment.
    ///
    /// # Errors
    ///
    /// As [`Board::execute`].
    pub fn kernel_log(&mut self) -> Result<String> {
        // A kernel thread may print the log later: wait for a line of our own.
        self.log_marks += 1;
        let mark = format!("morse-board: end of log {}", self.log_marks);
        self.run(&format!("echo '{mark}' > /dev/kmsg"))?;
        if !self.log.wait_for(&mark, COMMAND_LIMIT) {
            return Err(Error::Timeout {
                command: "kernel log".into(),
                limit: COMMAND_LIMIT,
                console: self.log.tail(),
            });
        }
        Ok(self
            .log
            .text()
            .lines()
            .filter(|line| !line.contains("morse-board: end of log"))
            .fold(String::new(), |text, line| text + line + "\n"))
    }

    /// Checks that the kernel had nothing to complain of since the last such check, see
    /// [`crate::complaints`].
    ///
    /// # Errors
    ///
    /// [`Error::Complaints`] with the lines, and as [`Board::execute`].
    pub fn check_log(&mut self) -> Result<()> {
        self.check_log_but_for(&[])
    }

    /// As [`Board::check_log`], but ignores reports whose line has one of `parts`, for defects of the
    /// kernel itself.
    ///
    /// # Errors
    ///
    /// As [`Board::check_log`].
    pub fn check_log_but_for(&mut self, parts: &[&str]) -> Result<()> {
        let complaints = complaints::without(self.complaints()?, parts);
        match complaints.is_empty() {
            true => Ok(()),
            false => Err(Error::Complaints(complaints)),
        }
    }

    /// Checks that the kernel has made exactly these complaints since the last check, in this order; each
    /// is given by a part of its line.
    ///
    /// # Errors
    ///
    /// [`Error::OtherComplaints`] when it complained of something else, or not at all, and as
    /// [`Board::execute`].
    pub fn expect_complaints(&mut self, expected: &[&str]) -> Result<()> {
        let found = self.complaints()?;
        match complaints::are(&found, expected) {
            true => Ok(()),
            false => Err(Error::OtherComplaints {
                expected: expected.iter().map(|part| (*part).to_owned()).collect(),
                found,
            }),
        }
    }

    /// The kernel's complaints since the last call.
    fn complaints(&mut self) -> Result<Vec<String>> {
        let log = self.kernel_log()?;
        let complaints = complaints::find(log.get(self.log_checked..).unwrap_or_default());
        self.log_checked = log.len();
        Ok(complaints)
    }
}
