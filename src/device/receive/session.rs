// SPDX-License-Identifier: GPL-2.0

//! A session: the edges and the text up to a pause of five seconds, or longer if the hand is slow.

use crate::code::Decimal;
use kernel::{
    fmt,
    prelude::fmt, //
};

/// The least time from the last edge to the end of the session, in nanoseconds.
const QUIET_MIN_NS: u64 = 5_000_000_000;
/// The longest such time, in nanoseconds: twice a word gap is 17 s at 1 WPM.
const QUIET_MAX_NS: u64 = 30_000_000_000;

/// The length at which the log truncates the text of a session, in bytes.
const TEXT_BYTES: usize = 64;

/// The record of one session.
pub(crate) struct Session {
    text: [u8; TEXT_BYTES],
    text_len: usize,
    truncated: bool,
}

/// The log message about a session that has ended, by its [`fmt::Display`].
pub(crate) struct Summary {
    session: Session,
    edges: u64,
    wpm: Option<u32>,
}

impl Session {
    /// A session that has not begun.
    pub(crate) const fn new() -> Self {
        Self {
            text: [0; TEXT_BYTES],
            text_len: 0,
            truncated: false,
        }
    }

    /// Appends to the text.
    pub(crate) fn add(&mut self, utf8: &[u8]) {
        let end = self.text_len.saturating_add(utf8.len());
        match self.text.get_mut(self.text_len..end) {
            Some(room) if !self.truncated => {
                room.copy_from_slice(utf8);
                self.text_len = end;
            }
            _ => self.truncated = true,
        }
    }

    /// Ends the session, which had so many `edges`; the next edge begins a new one. `wpm` is the speed, if it is
    /// known.
    pub(super) fn end(&mut self, edges: u64, wpm: Option<u32>) -> Summary {
        Summary {
            session: core::mem::replace(self, Self::new()),
            edges,
            wpm,
        }
    }
}

impl Summary {
    /// Returns whether there is any text.
    pub(super) fn has_text(&self) -> bool {
        self.session.text_len > 0
    }
}

/// Returns the time from the last edge to the end of the session, in nanoseconds. The hand rests after
/// `rest_ns`, as far as it is known.
pub(super) fn session_ns(rest_ns: u64) -> u64 {
    rest_ns.clamp(QUIET_MIN_NS, QUIET_MAX_NS)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Session {
            text,
            text_len,
            truncated,
        } = &self.session;
        let text = text.get(..*text_len).unwrap_or_default();
        let text = core::str::from_utf8(text).unwrap_or_default().trim_end();
        let more = if *truncated { "..." } else { "" };
        let plural = if self.edges == 1 { "" } else { "s" };
        let edges = Decimal(self.edges);
        f.write_fmt(fmt!("\"{text}{more}\", {edges} edge{plural}, "))?;
        match self.wpm {
            Some(wpm) => f.write_fmt(fmt!("{wpm} WPM")),
            None => f.write_str("speed unknown"),
        }
    }
}
