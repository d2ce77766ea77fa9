// SPDX-License-Identifier: GPL-2.0

//! Waiting for the deadline of an edge.
//!
//! # Accuracy
//!
//! A task that a timer wakes runs some microseconds after its deadline: interrupt entry, the timer code
//! and the context switch take that time. So the keyer wakes [`EARLY_NS`] before the edge and spins for the
//! rest, with preemption enabled, at most that long. The remaining lateness is the time from reading the
//! clock to the pin.
//!
//! The alternative is to set the line in the interrupt of the timer. It needs no spinning, but adds the
//! interrupt latency to every edge, works only for chips that do not sleep, and runs the LED core in hard
//! interrupt context.

use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    time::{
        spin_until,
        Ktime, //
    },
    wait::{
        WaitQueue,
        WakeReason, //
    },
};

/// The time before an edge at which the keyer wakes, in nanoseconds.
///
/// It exceeds the wake-up latency of an idle machine. Spinning costs 1.7 % of a CPU at 1000 WPM, and less in
/// proportion at lower speeds.
const EARLY_NS: i64 = 20_000;

/// Waits until `deadline`. Returns `false` as soon as `is_given_up` is true after a wake-up of `wait`.
pub(crate) fn wait_until(
    ctx: &Sleepable,
    wait: &WaitQueue,
    deadline: Ktime,
    is_given_up: impl FnMut(&Atomic) -> bool + Send,
) -> bool {
    match wait.wait_event_idle_until(ctx, deadline.after_ns(-EARLY_NS), is_given_up) {
        WakeReason::Deadline => {
            spin_until(deadline);
            true
        }
        WakeReason::Condition => false,
    }
}
