// SPDX-License-Identifier: GPL-2.0

//! A session: all that is keyed until the key rests for five seconds.

use crate::code::Decimal;
use kernel::{
    fmt,
    prelude::fmt, //
};

/// How long after the last edge a session ends.
pub(crate) const QUIET_NS: u64 = 5_000_000_000;

/// How much of a session's text the log shows, in bytes.
const TEXT_BYTES: usize = 64;

/// The books of one session.
pub(crate) struct Session {
    text: [u8; TEXT_BYTES],
    text_len: usize,
    truncated: bool,
    edges: u64,
    last_edge_ns: Option<u64>,
}

/// What is to be said of a session that is over. Made for [`fmt::Display`].
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

    /// Counts an edge, with which the session begins if it has not.
    pub(crate) fn edge(&mut self, time_ns: u64) {
        self.edges = self.edges.saturating_add(1);
        self.last_edge_ns = Some(time_ns);
    }

    /// Adds to the text.
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

    /// Returns when it is over if no edge comes; `None` if it has not begun.
    pub(crate) fn ends_ns(&self) -> Option<u64> {
        Some(self.last_edge_ns?.saturating_add(QUIET_NS))
    }

    /// Ends it, and begins a new one with the next edge. `wpm` is the speed, if it is known.
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
