// SPDX-License-Identifier: GPL-2.0

//! The top half: what happens while the CPU is taken away from whoever had it.
//!
//! Here hard interrupts are the right place for one thing only: to note what would be gone a moment
//! later, the time and the level. No lock is taken, nothing is printed or allocated, and nothing
//! waits. All else is left to the softirq, which runs as soon as interrupts are enabled again.

use super::{
    level::Level,
    receiver::Receiver, //
};
use crate::code::Edge;
use crate::linux::{
    context::Atomic,
    irq::IrqHandler,
    softirq::SoftirqHandle,
    time::Ktime, //
};
use kernel::sync::Arc;

/// The handler of the key's interrupt.
pub(crate) struct TopHalf {
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    softirq: SoftirqHandle,
}

impl TopHalf {
    /// Makes a handler that notes edges for `receiver`, and has `softirq` look at them.
    pub(crate) fn new(level: Arc<Level>, receiver: Arc<Receiver>, softirq: SoftirqHandle) -> Self {
        Self {
            level,
            receiver,
            softirq,
        }
    }
}

impl IrqHandler for TopHalf {
    #[inline]
    fn handle(&self, _ctx: &Atomic) {
        self.receiver.push_edge(Edge {
            time_ns: Ktime::now().as_ns(),
            mark: self.level.is_down(),
        });
        self.softirq.schedule();
    }
}
