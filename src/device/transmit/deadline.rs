// SPDX-License-Identifier: GPL-2.0

//! Waiting for the deadline of an edge.
//!
//! # Accuracy
//!
//! A task that a timer wakes runs some microseconds after its deadline: interrupt entry, the timer code
//! and the context switch take that time, and it varies. So the keyer wakes before the edge and spins for the
//! rest, with preemption enabled. A [`Lead`] follows how late it wakes, and says how early is early enough.
//!
//! The tick, or any other interrupt, would still delay an edge that falls into it. So the last
//! microseconds pass with interrupts disabled, see [`gpio::Output::set_at`]. The floor is the time from
//! reading the clock to the pin, below a microsecond; on a bus, and on `PREEMPT_RT`, where a lock of the
//! chip may sleep, the interrupts stay enabled and their length adds to it.
//!
//! The alternative is to set the line in the interrupt of the timer. It needs no spinning, but adds the
//! interrupt latency to every edge, works only for chips that do not sleep, and runs the LED core in hard
//! interrupt context.

use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    gpio,
    time::Ktime,
    wait::{
        WaitQueue,
        WakeReason, //
    },
};

/// The latest wake-up that a [`Lead`] expects, in nanoseconds, before it has seen one: more than on an idle
/// machine.
const EXPECTED_NS: i64 = 20_000;

/// The longest lead, in nanoseconds. Spinning so long costs 8 % of a CPU at 1000 WPM, and less in
/// proportion at lower speeds. A later wake-up comes from a busy machine and predicts nothing.
const LEAD_MAX_NS: i64 = 100_000;

/// Decay of the expected latency per wake-up that is less late, as a shift.
const DECAY_SHIFT: u32 = 6;

/// The time by which the keyer wakes before an edge.
///
/// It is twice the latency of the slowest wake-up of late, as a slow one is rare: it comes once in some
/// hundred edges, when the timer interrupt has other work as well.
pub(crate) struct Lead {
    latency_ns: i64,
}

impl Lead {
    /// A lead for a machine on which no wake-up was seen yet.
    pub(crate) const fn new() -> Self {
        Self {
            latency_ns: EXPECTED_NS,
        }
    }

    fn ns(&self) -> i64 {
        (2 * self.latency_ns + gpio::CLOSED_NS).min(LEAD_MAX_NS)
    }

    /// Takes the latency of a wake-up into account.
    fn add(&mut self, latency_ns: i64) {
        let decayed_ns = self.latency_ns - (self.latency_ns >> DECAY_SHIFT);
        self.latency_ns = latency_ns.clamp(decayed_ns, LEAD_MAX_NS);
    }
}

/// Waits until shortly before `deadline`. Returns `false` as soon as `is_given_up` is true after a wake-up of
/// `wait`.
pub(crate) fn wait_until(
    ctx: &Sleepable,
    wait: &WaitQueue,
    deadline: Ktime,
    lead: &mut Lead,
    is_given_up: impl FnMut(&Atomic) -> bool + Send,
) -> bool {
    let began = Ktime::now();
    let wake = deadline.after_ns(-lead.ns());
    match wait.wait_event_idle_until(ctx, wake, is_given_up) {
        WakeReason::Deadline => {
            // Without a sleep there is no wake-up.
            if began < wake {
                lead.add(Ktime::now().ns_after(wake));
            }
            true
        }
        WakeReason::Condition => false,
    }
}
