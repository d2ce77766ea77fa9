// SPDX-License-Identifier: GPL-2.0

//! The key's interrupts, by the kernel's own tracepoints.

use morse_board::{Board, Result};

const TRACEFS: &str = "/sys/kernel/tracing";

/// An interrupt of the key.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt {
    /// Whether the handler was called in hard interrupt context.
    pub is_hard: bool,
}

/// A recording of the interrupts.
pub struct Recording;

impl Recording {
    /// Starts to record, forgetting what was recorded before.
    pub fn start(board: &mut Board) -> Result<Self> {
        board.run(&format!(
            "cd {TRACEFS} && echo 0 > tracing_on && echo > trace && \
             echo 1 > events/irq/irq_handler_entry/enable && echo 1 > tracing_on"
        ))?;
        Ok(Recording)
    }

    /// Ends the recording, and tells the interrupts.
    pub fn stop(self, board: &mut Board) -> Result<Vec<Interrupt>> {
        let trace = board.run(&format!(
            "cd {TRACEFS} && echo 0 > events/irq/irq_handler_entry/enable && grep 'name=morse-key' trace || true"
        ))?;
        Ok(trace
            .lines()
            .map(|line| parse(line).expect("a line of the trace"))
            .collect())
    }
}

/// Reads `TASK-PID [CPU] FLAGS SECONDS: irq_handler_entry: irq=NUMBER name=NAME`. The third flag tells
/// the context: h for a hard interrupt, s for a softirq, H for one in the other (see the head of the
/// kernel's file `trace`).
fn parse(line: &str) -> Option<Interrupt> {
    let (head, _) = line.split_once(": irq_handler_entry: ")?;
    let (_, flags) = head.split_once("] ")?;
    Some(Interrupt {
        is_hard: matches!(flags.chars().nth(2)?, 'h' | 'H'),
    })
}

#[test]
fn lines_of_a_trace() {
    let line = "  morse-key-71 [000] d.h1.   12.345678: irq_handler_entry: irq=45 name=morse-key";
    assert!(parse(line).unwrap().is_hard);
    assert!(!parse(&line.replace(".h", "..")).unwrap().is_hard);
}
