// SPDX-License-Identifier: GPL-2.0

//! Waiting for the instant of an edge.
//!
//! # Accuracy
//!
//! A task woken by a timer runs some microseconds after its deadline: interrupt entry, the timer
//! code, the scheduler's switch. So the keyer wakes [`EARLY_NS`] before the edge and spins for the
//! rest, preemptible, at most that long. What remains is the way from the clock to the pin. The other
//! way, to flip the line in the timer interrupt, would save the spinning but pays interrupt latency at
//! every edge, works only for chips that do not sleep, and would put the LED core into hard interrupt
//! context.

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

/// How long before an edge the keyer wakes, in nanoseconds. More than it takes to wake up on an idle
/// machine; little enough that spinning costs 1.7 % of a CPU at 1000 WPM and nothing to speak of at
/// the speeds of people.
const EARLY_NS: i64 = 20_000;

/// Waits for the instant `deadline`. Returns `false` at once if `is_given_up` when `wait` is woken.
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
