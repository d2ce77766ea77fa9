// SPDX-License-Identifier: GPL-2.0

//! Delivery: readers are told that there is something for them.
//!
//! How many readers there are is up to user space, and waking one takes as long as an edge takes
//! altogether. So this is an item of the work queue, in process context, once for however much has
//! come.

use super::receiver::Receiver;
use crate::linux::{
    context::Sleepable,
    trace::{
        Deferral,
        Mechanism, //
    },
    workqueue::WorkHandler, //
};
use kernel::sync::Arc;

/// The work item that wakes the readers.
pub(crate) struct WakeReaders(pub(crate) Arc<Receiver>);

impl WorkHandler for WakeReaders {
    type Context = Sleepable;

    fn run(&self, _ctx: &Sleepable) {
        let _deferral = Deferral::start(self.0.device, Mechanism::Deliver);
        self.0.buffer.wake();
    }
}
