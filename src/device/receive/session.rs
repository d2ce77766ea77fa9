// SPDX-License-Identifier: GPL-2.0

//! A session: the edges and the text up to a pause of five seconds, or longer if the hand is slow.

use crate::code::Decimal;
use crate::device::log_text::LogText;
use kernel::{
    fmt,
    prelude::fmt, //
};

/// The least time from the last edge to the end of the session, in nanoseconds.
const QUIET_MIN_NS: u64 = 5_000_000_000;
/// The longest such time, in nanoseconds: twice a word gap is 17 s at 1 WPM.
const QUIET_MAX_NS: u64 = 30_000_000_000;

/// The log message about a session that has ended, by its [`fmt::Display`].
pub(crate) struct Summary {
    text: LogText,
    edges: u64,
    wpm: Option<u32>,
}

impl Summary {
    /// The message about a session with this text and so many `edges`. `wpm` is the speed, if it is known.
    pub(super) fn new(text: LogText, edges: u64, wpm: Option<u32>) -> Self {
        Self { text, edges, wpm }
    }

    /// Returns whether there is any text.
    pub(super) fn has_text(&self) -> bool {
        !self.text.is_empty()
    }
}

/// Returns the time from the last edge to the end of the session, in nanoseconds. The hand rests after
/// `rest_ns`, as far as it is known.
pub(super) fn session_ns(rest_ns: u64) -> u64 {
    rest_ns.clamp(QUIET_MIN_NS, QUIET_MAX_NS)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        let plural = if self.edges == 1 { "" } else { "s" };
        let edges = Decimal(self.edges);
        f.write_fmt(fmt!("\"{text}\", {edges} edge{plural}, "))?;
        match self.wpm {
            Some(wpm) => f.write_fmt(fmt!("{wpm} WPM")),
            None => f.write_str("speed unknown"),
        }
    }
}
