// SPDX-License-Identifier: GPL-2.0

//! The interrupts of the key, by the kernel's own tracepoints.

use std::time::Duration;

use crate::error::Error;
use crate::trace::{parse_seconds, TRACEFS};
use crate::{Board, Result};

/// An interrupt of the key.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt {
    /// When the handler was called, on the guest's monotonic clock, to the microsecond.
    pub at: Duration,
    /// Whether the handler was called in hard interrupt context.
    pub is_hard: bool,
}

/// A recording of the interrupts.
pub struct Recording;

impl Recording {
    /// Starts a new recording.
    ///
    /// # Errors
    ///
    /// As [`Board::run`].
    pub fn start(board: &mut Board) -> Result<Self> {
        board.run(&format!(
            "cd {TRACEFS} && echo 0 > tracing_on && echo mono > trace_clock && echo > trace && \
             echo 1 > events/irq/irq_handler_entry/enable && echo 1 > tracing_on"
        ))?;
        Ok(Recording)
    }

    /// Ends the recording, and returns the interrupts.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the trace looks different, and as [`Board::run`].
    pub fn stop(self, board: &mut Board) -> Result<Vec<Interrupt>> {
        let trace = board.run(&format!(
            "cd {TRACEFS} && echo 0 > events/irq/irq_handler_entry/enable && grep 'name=morse-key' trace || true"
        ))?;
        let read = |line: &str| {
            parse(line).ok_or_else(|| Error::Protocol {
                peer: "trace",
                answer: line.to_owned(),
            })
        };
        trace.lines().map(read).collect()
    }
}

/// Reads `TASK-PID [CPU] FLAGS SECONDS: irq_handler_entry: irq=NUMBER name=NAME`. The third flag tells
/// the context: h for a hard interrupt, s for a softirq, H for one in the other (see the head of the
/// kernel's file `trace`).
fn parse(line: &str) -> Option<Interrupt> {
    let (head, _) = line.split_once(": irq_handler_entry: ")?;
    let (_, rest) = head.split_once("] ")?;
    let (flags, time) = rest.split_once(' ')?;
    Some(Interrupt {
        at: Duration::from_nanos(parse_seconds(time.trim())?),
        is_hard: matches!(flags.chars().nth(2)?, 'h' | 'H'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_trace() {
        let line =
            "  morse-key-71 [000] d.h1.   12.345678: irq_handler_entry: irq=45 name=morse-key";
        let interrupt = parse(line).unwrap();
        assert_eq!(interrupt.at, Duration::from_micros(12_345_678));
        assert!(interrupt.is_hard);
        assert!(!parse(&line.replace(".h", "..")).unwrap().is_hard);
        assert!(parse("irq_handler_entry").is_none());
    }
}
