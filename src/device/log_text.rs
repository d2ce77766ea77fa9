// SPDX-License-Identifier: GPL-2.0

//! The text of a log message: the characters sent or received, up to a length.

use kernel::fmt;

/// The length at which the log truncates a text, in bytes.
const TEXT_BYTES: usize = 64;

/// The beginning of a text, which its [`fmt::Display`] shows without white space at its end.
pub(super) struct LogText {
    text: [u8; TEXT_BYTES],
    len: usize,
    truncated: bool,
}

impl LogText {
    /// No text yet.
    pub(super) const fn new() -> Self {
        Self {
            text: [0; TEXT_BYTES],
            len: 0,
            truncated: false,
        }
    }

    /// Appends to the text, unless it has been truncated or would get too long.
    pub(super) fn add(&mut self, utf8: &[u8]) {
        let end = self.len.saturating_add(utf8.len());
        match self.text.get_mut(self.len..end) {
            Some(room) if !self.truncated => {
                room.copy_from_slice(utf8);
                self.len = end;
            }
            _ => self.truncated = true,
        }
    }

    /// Returns the text; the next one begins.
    pub(super) fn take(&mut self) -> Self {
        core::mem::replace(self, Self::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Display for LogText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.get(..self.len).unwrap_or_default();
        f.write_str(core::str::from_utf8(text).unwrap_or_default().trim_end())?;
        f.write_str(if self.truncated { "..." } else { "" })
    }
}
