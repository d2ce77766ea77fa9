// SPDX-License-Identifier: GPL-2.0

//! Delivery: reads text from marks and spaces, and wakes the readers.
//!
//! To find out how to read a new hand, the decoder compares dozens of readings, and user space decides how
//! many readers there are to be woken. Neither is short enough for a softirq. So a work item does both in process
//! context, where only tasks of less priority wait for it, once for all edges since its last run.

use super::receiver::Receiver;
use crate::linux::{
    context::Sleepable,
    delayed::DelayedWorkHandle,
    trace::{
        Deferral,
        Mechanism, //
    },
    workqueue::WorkHandler, //
};
use kernel::{
    device::Device,
    prelude::*,
    sync::{
        aref::ARef,
        Arc, //
    },
};

/// The work item that reads text and wakes the readers.
pub(crate) struct Deliver {
    dev: ARef<Device>,
    receiver: Arc<Receiver>,
    gap: DelayedWorkHandle,
}

impl Deliver {
    /// Makes a handler that decodes and delivers the text of `receiver`, and logs the end of sessions for `dev`.
    ///
    /// It arms `gap` for the time at which a letter, a word or the session ends without a further edge.
    pub(crate) fn new(dev: &Device, receiver: Arc<Receiver>, gap: DelayedWorkHandle) -> Self {
        Self {
            dev: dev.into(),
            receiver,
            gap,
        }
    }
}

impl WorkHandler for Deliver {
    type Context = Sleepable;

    fn run(&self, ctx: &Sleepable) {
        let _deferral = Deferral::start(self.receiver.device, Mechanism::Deliver);
        let decoded = self.receiver.decode(ctx, &mut |wait_ns| {
            self.gap.mod_delayed_stepwise_ns(wait_ns);
        });
        self.receiver.buffer.wake(decoded.has_text);
        if let Some(session) = decoded.ended {
            dev_info!(self.dev, "received {session}\n");
        }
    }
}
