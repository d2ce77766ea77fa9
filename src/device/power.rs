// SPDX-License-Identifier: GPL-2.0

//! System sleep: the lamp is dark during sleep, and the level of the key is read again after it.
//!
//! A message may take hours, and a mark minutes, so suspending does not wait for their end: the keyer aborts
//! the current symbol, and sends it from its beginning after resume. Gap detection pauses, so that it does not read the
//! key through a bus that is suspended.
//!
//! The clock stands still during sleep, so a duration that spans it is unknown. The session ends when sleep
//! begins; edges until the end of sleep belong to a session of their own.

use super::receive::{
    level::Level,
    receiver::Receiver, //
};
use super::transmit::{
    monitor::Monitor,
    transmitter::Transmitter, //
};
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWorkHandle,
    pm::SleepHandler,
    workqueue::WorkHandle, //
};
use kernel::{
    device::Device,
    prelude::*,
    sync::{
        aref::ARef,
        Arc, //
    },
};

/// The handler of system sleep.
pub(super) struct Power {
    dev: ARef<Device>,
    transmitter: Arc<Transmitter>,
    keyer: WorkHandle<Sleepable>,
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    monitor: Arc<Monitor>,
    gap: DelayedWorkHandle,
}

impl Power {
    /// Makes a handler that stops the keyer and `gap` during sleep, and resets the receiver before and after it.
    pub(super) fn new(
        dev: &Device,
        transmitter: Arc<Transmitter>,
        keyer: WorkHandle<Sleepable>,
        level: Arc<Level>,
        receiver: Arc<Receiver>,
        monitor: Arc<Monitor>,
        gap: DelayedWorkHandle,
    ) -> Self {
        Self {
            dev: dev.into(),
            transmitter,
            keyer,
            level,
            receiver,
            monitor,
            gap,
        }
    }

    fn restart_receiver(&self, ctx: &Sleepable) {
        let session = self.receiver.restart(&self.level, &self.monitor, ctx);
        if let Some(session) = session {
            dev_info!(self.dev, "received {session}\n");
        }
    }
}

impl SleepHandler for Power {
    fn suspend(&self, ctx: &Sleepable) {
        self.transmitter.set_resting(true);
        // An idle keyer does not run, but the monitor may have lit the lamp.
        self.keyer.queue();
        self.keyer.flush(ctx);
        self.gap.flush(ctx);
        self.restart_receiver(ctx);
    }

    fn resume(&self, ctx: &Sleepable) {
        self.restart_receiver(ctx);
        self.transmitter.set_resting(false);
        self.gap.mod_delayed_ms(0);
        self.keyer.queue();
    }
}
