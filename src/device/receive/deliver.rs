// SPDX-License-Identifier: GPL-2.0

//! Delivery: wakes the readers.
//!
//! User space decides how many readers there are, and waking one takes as long as processing an edge. So a
//! work item does it in process context, once for all edges since its last run.

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
