// SPDX-License-Identifier: GPL-2.0

//! The settings of the beacon.

use crate::code::{
    Fed,
    Parser,
    Spacing, //
};
use crate::linux::time::Ktime;
use kernel::prelude::*;

/// The longest interval, in seconds: a day.
const INTERVAL_MAX_S: u32 = 86_400;

/// The longest text, in bytes.
const TEXT_MAX_BYTES: usize = 1024;

/// The settings of the beacon, and the time at which it is due.
pub(crate) struct BeaconSettings {
    text: KVec<u8>,
    /// In seconds; 0 if not set.
    interval_s: u32,
    /// The time at which the text is due; `None` if the beacon is off.
    pub(crate) due: Option<Ktime>,
    /// Set until the text is due for the first time.
    pub(crate) is_new: bool,
}

impl BeaconSettings {
    /// A beacon that is off.
    pub(crate) fn new() -> Self {
        Self {
            text: KVec::new(),
            interval_s: 0,
            due: None,
            is_new: false,
        }
    }

    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Returns the interval in seconds, or 0 if not set.
    pub(crate) fn interval_s(&self) -> u32 {
        self.interval_s
    }

    /// Sets the text. `EINVAL` if it is too long, or has a part that cannot be sent.
    pub(crate) fn set_text(&mut self, text: &str) -> Result {
        if text.len() > TEXT_MAX_BYTES || !can_be_sent(text.as_bytes()) {
            return Err(EINVAL);
        }
        let mut copy = KVec::with_capacity(text.len(), GFP_KERNEL)?;
        copy.extend_from_slice(text.as_bytes(), GFP_KERNEL)?;
        self.text = copy;
        self.is_new = true;
        self.restart();
        Ok(())
    }

    /// Sets the interval in seconds; 0 turns the beacon off. `EINVAL` if it is out of range.
    pub(crate) fn set_interval_s(&mut self, interval_s: u32) -> Result {
        if interval_s > INTERVAL_MAX_S {
            return Err(EINVAL);
        }
        self.interval_s = interval_s;
        self.restart();
        Ok(())
    }

    fn restart(&mut self) {
        let is_on = !self.text.is_empty() && self.interval_s > 0;
        self.due = is_on.then(Ktime::now);
    }
}

/// Whether `text` can be sent: all characters have codes, and no prosign is open at the end.
fn can_be_sent(text: &[u8]) -> bool {
    let mut parser = Parser::new();
    let mut spacing = Spacing::new();
    let mut writing = parser.write();
    // White space is rejected within a prosign, so this finds one that is open.
    writing.feed(text, &mut spacing, |_| true) == Fed::All
        && writing.feed(b" ", &mut spacing, |_| true) == Fed::All
}
