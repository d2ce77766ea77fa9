// SPDX-License-Identifier: GPL-2.0

//! A session: the edges and the text up to a pause of five seconds.

use crate::code::Decimal;
use kernel::{
    fmt,
    prelude::fmt, //
};

/// The time from the last edge to the end of the session, in nanoseconds.
pub(crate) const QUIET_NS: u64 = 5_000_000_000;

/// The length at which the log truncates the text of a session, in bytes.
const TEXT_BYTES: usize = 64;

/// The record of one session.
pub(crate) struct Session {
    text: [u8; TEXT_BYTES],
    text_len: usize,
    truncated: bool,
    edges: u64,
    last_edge_ns: Option<u64>,
}

/// The log message about a session that has ended, by its [`fmt::Display`].
pub(crate) struct Summary {
    session: Session,
    wpm: Option<u32>,
}

impl Session {
    /// A session that has not begun.
    pub(crate) const fn new() -> Self {
        Self {
            text: [0; TEXT_BYTES],
            text_len: 0,
            truncated: false,
            edges: 0,
            last_edge_ns: None,
        }
    }

    /// Counts an edge. The first edge begins the session.
    pub(crate) fn edge(&mut self, time_ns: u64) {
        self.edges = self.edges.saturating_add(1);
        self.last_edge_ns = Some(time_ns);
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

    /// Returns whether there is any text.
    pub(crate) fn has_text(&self) -> bool {
        self.text_len > 0
    }

    /// Returns the time at which the session ends if no edge comes, in nanoseconds; `None` if it has not
    /// begun.
    pub(crate) fn ends_ns(&self) -> Option<u64> {
        Some(self.last_edge_ns?.saturating_add(QUIET_NS))
    }

    /// Ends the session; the next edge begins a new one. `wpm` is the speed, if it is known.
    pub(crate) fn end(&mut self, wpm: Option<u32>) -> Summary {
        Summary {
            session: core::mem::replace(self, Self::new()),
            wpm,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Session {
            text,
            text_len,
            truncated,
            edges,
            ..
        } = &self.session;
        let text = text.get(..*text_len).unwrap_or_default();
        let text = core::str::from_utf8(text).unwrap_or_default().trim_end();
        let more = if *truncated { "..." } else { "" };
        let plural = if *edges == 1 { "" } else { "s" };
        let edges = Decimal(*edges);
        f.write_fmt(fmt!("\"{text}{more}\", {edges} edge{plural}, "))?;
        match self.wpm {
            Some(wpm) => f.write_fmt(fmt!("{wpm} WPM")),
            None => f.write_str("speed unknown"),
        }
    }
}
