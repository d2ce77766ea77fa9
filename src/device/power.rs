// SPDX-License-Identifier: GPL-2.0

//! System sleep: a dark lamp meanwhile, and a key that is read anew.
//!
//! A message may take hours and a mark minutes, so neither is waited for: the keyer cuts the symbol that
//! it sends, and sends it from its beginning after resume. It must not be frozen instead, as it could
//! be caught with the lamp lit; a lit line would stay so, or be lit again when its controller resumes.
//!
//! The clock stands still in sleep, so no time that began before has a known length. A session ends
//! when sleep begins, and what is keyed until it ends is one of its own.

use super::receive::{
    level::Level,
    receiver::Receiver, //
};
use super::transmit::transmitter::Transmitter;
use crate::linux::{
    context::Sleepable,
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

/// The device as system sleep sees it.
pub(super) struct Power {
    dev: ARef<Device>,
    transmitter: Arc<Transmitter>,
    keyer: WorkHandle<Sleepable>,
    level: Arc<Level>,
    receiver: Arc<Receiver>,
}

impl Power {
    /// Makes a handler that has the keyer rest, and the receiver begin anew.
    pub(super) fn new(
        dev: &Device,
        transmitter: Arc<Transmitter>,
        keyer: WorkHandle<Sleepable>,
        level: Arc<Level>,
        receiver: Arc<Receiver>,
    ) -> Self {
        Self {
            dev: dev.into(),
            transmitter,
            keyer,
            level,
            receiver,
        }
    }

    fn restart_receiver(&self) {
        if let Some(session) = self.receiver.restart(&self.level) {
            dev_info!(self.dev, "received {session}\n");
        }
        self.receiver.buffer.wake();
    }
}

impl SleepHandler for Power {
    fn suspend(&self, ctx: &Sleepable) {
        self.transmitter.set_resting(true);
        self.keyer.flush(ctx);
        self.restart_receiver();
    }

    fn resume(&self, _ctx: &Sleepable) {
        self.restart_receiver();
        self.transmitter.set_resting(false);
        self.keyer.queue();
    }
}
