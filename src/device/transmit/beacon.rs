// SPDX-License-Identifier: GPL-2.0

//! The beacon: a text that is sent periodically.
//!
//! It is off until both a text and an interval are set. It is then sent at once, and again after each
//! interval. If the transmitter is busy when the text is due, it is skipped: other text has priority. A new
//! text follows an old one that is being sent, without waiting for an interval.

use super::transmitter::Transmitter;
use crate::code::util::math::{
    div_rem_u64,
    ns_to_ms, //
};
use crate::linux::{
    context::Sleepable,
    delayed::{
        DelayedWorkHandle,
        DelayedWorkHandler, //
    },
    time::Ktime,
    workqueue::WorkHandle, //
};
use core::num::NonZeroU32;
use kernel::{
    sync::Arc,
    time::Msecs, //
};

/// The longest delay for which a kernel timer is late by at most a jiffy in any configuration: 62 jiffies,
/// the limit of the finest level of the timer wheel, at HZ = 1000.
const EXACT_MS: u64 = 62;

const MS_PER_S: u32 = 1000;
const NS_PER_MS: u64 = 1_000_000;

/// The delayed work item that sends the text.
pub(crate) struct Beacon {
    transmitter: Arc<Transmitter>,
    keyer: WorkHandle<Sleepable>,
}

impl Beacon {
    /// Makes a beacon that sends through `transmitter`, and queues its `keyer`.
    pub(crate) fn new(transmitter: Arc<Transmitter>, keyer: WorkHandle<Sleepable>) -> Self {
        Self { transmitter, keyer }
    }
}

impl DelayedWorkHandler for Beacon {
    fn run(&self, work: &DelayedWorkHandle, _ctx: &Sleepable) {
        let mut settings = self.transmitter.beacon.lock();
        let Some(due) = settings.due else {
            return;
        };
        let now = Ktime::now();
        if due <= now {
            let is_new = core::mem::take(&mut settings.is_new);
            self.transmitter
                .queue
                .post(settings.text().as_bytes(), is_new, &self.keyer);
            let interval_ms = NonZeroU32::new(settings.interval_s().saturating_mul(MS_PER_S))
                .unwrap_or(NonZeroU32::MIN);
            let late_ms = ns_to_ms(now.as_ns() - due.as_ns());
            let (missed, _) = div_rem_u64(late_ms, interval_ms);
            let step_ns = (missed + 1) * u64::from(interval_ms.get()) * NS_PER_MS;
            settings.due = Some(Ktime::from_ns(due.as_ns() + step_ns));
        }
        let wait_ns = settings
            .due
            .map_or(0, |due| due.as_ns().saturating_sub(now.as_ns()));
        // Rounded up, as a run before the time would send nothing.
        let wait_ms = ns_to_ms(wait_ns) + 1;
        // A longer timer may be late by an eighth (kernel/time/timer.c), so wait for most of the time first,
        // and for the rest in another run.
        let part_ms = if wait_ms > EXACT_MS {
            wait_ms - wait_ms / 8
        } else {
            wait_ms
        };
        // At most a day, so it fits.
        work.mod_delayed_ms(part_ms as Msecs);
    }
}
