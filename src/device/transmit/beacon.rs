// SPDX-License-Identifier: GPL-2.0

//! The beacon: a text that is sent again and again.
//!
//! It is off until it has both a text and an interval. The first sending is then at once, the next
//! ones a whole number of intervals later. A sending is left out if the transmitter is busy at its
//! time: a beacon gives way to everybody.

use super::transmitter::Transmitter;
use crate::code::{
    util::math::{div_rem_u64, ns_to_ms},
    Fed, Parser, Spacing,
};
use crate::linux::{
    context::Sleepable,
    delayed::{DelayedWorkHandle, DelayedWorkHandler},
    time::Ktime,
    workqueue::WorkHandle,
};
use core::num::NonZeroU32;
use kernel::{
    prelude::*,
    sync::Arc,
    time::Msecs, //
};

/// The longest interval, in seconds: a day.
const INTERVAL_MAX_S: u32 = 86_400;

/// The longest text, in bytes.
const TEXT_MAX_BYTES: usize = 1024;

/// Up to this a kernel timer is late by a jiffy at most, whatever the configuration: 63 jiffies, the
/// finest level of the timer wheel, at 1000 a second.
const EXACT_MS: u64 = 63;

const MS_PER_S: u32 = 1000;
const NS_PER_MS: u64 = 1_000_000;

/// What the user has set.
pub(crate) struct Settings {
    text: KVec<u8>,
    /// 0 for none.
    interval_s: u32,
    /// When the next sending is due.
    due: Option<Ktime>,
}

impl Settings {
    /// A beacon that is off.
    pub(crate) fn new() -> Self {
        Self {
            text: KVec::new(),
            interval_s: 0,
            due: None,
        }
    }

    /// Returns the text.
    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Returns the interval in seconds, 0 for none.
    pub(crate) fn interval_s(&self) -> u32 {
        self.interval_s
    }

    /// Sets the text. `EINVAL` if it cannot be sent as a whole, or is too long.
    pub(crate) fn set_text(&mut self, text: &str) -> Result {
        if text.len() > TEXT_MAX_BYTES || !can_be_sent(text.as_bytes()) {
            return Err(EINVAL);
        }
        let mut copy = KVec::with_capacity(text.len(), GFP_KERNEL)?;
        copy.extend_from_slice(text.as_bytes(), GFP_KERNEL)?;
        self.text = copy;
        self.restart();
        Ok(())
    }

    /// Sets the interval in seconds, 0 for none. `EINVAL` if it is out of range.
    pub(crate) fn set_interval_s(&mut self, interval_s: u32) -> Result {
        if interval_s > INTERVAL_MAX_S {
            return Err(EINVAL);
        }
        self.interval_s = interval_s;
        self.restart();
        Ok(())
    }

    fn restart(&mut self) {
        let is_on = !self.text.is_empty() && self.interval_s > 0;
        self.due = is_on.then(Ktime::now);
    }
}

/// Whether `text` is complete: no character without a code, no open prosign.
fn can_be_sent(text: &[u8]) -> bool {
    let mut parser = Parser::new();
    let mut spacing = Spacing::new();
    let mut writing = parser.write();
    // White space may stand anywhere but in a prosign.
    writing.feed(text, &mut spacing, |_| true) == Fed::All
        && writing.feed(b" ", &mut spacing, |_| true) == Fed::All
}

/// The delayed work item that sends the text.
pub(crate) struct Beacon {
    transmitter: Arc<Transmitter>,
    keyer: WorkHandle<Sleepable>,
}

impl Beacon {
    /// Makes a beacon that sends through `transmitter`, whose keyer `keyer` starts.
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
            self.transmitter.queue.post(&settings.text, &self.keyer);
            let interval_ms = NonZeroU32::new(settings.interval_s.saturating_mul(MS_PER_S))
                .unwrap_or(NonZeroU32::MIN);
            let late_ms = ns_to_ms(now.as_ns() - due.as_ns());
            let (missed, _) = div_rem_u64(late_ms, interval_ms);
            let step_ns = (missed + 1) * u64::from(interval_ms.get()) * NS_PER_MS;
            settings.due = Some(Ktime::from_ns(due.as_ns() + step_ns));
        }
        let wait_ns = settings
            .due
            .map_or(0, |due| due.as_ns().saturating_sub(now.as_ns()));
        // Rounded up, since an alarm a little early would be for nothing.
        let wait_ms = ns_to_ms(wait_ns) + 1;
        // A longer timer may be late by an eighth of its time (kernel/time/timer.c), so most of the
        // wait comes first and the rest is set then.
        let part_ms = if wait_ms > EXACT_MS {
            wait_ms - wait_ms / 8
        } else {
            wait_ms
        };
        // At most a day, so it fits.
        work.mod_delayed_ms(part_ms as Msecs);
    }
}
