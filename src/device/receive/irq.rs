// SPDX-License-Identifier: GPL-2.0

//! The top half: the hard interrupt handler of the key.
//!
//! A hard interrupt handler delays everything else on its CPU. So it only records what would be lost a
//! moment later, the time and the level of the edge. It takes no lock, and does not wait, print or allocate.
//! The softirq does the rest; it runs as soon as interrupts are enabled again.

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

/// The handler of the interrupt of the key.
pub(crate) struct TopHalf {
    level: Arc<Level>,
    receiver: Arc<Receiver>,
    softirq: SoftirqHandle,
}

impl TopHalf {
    /// Makes a handler that pushes edges to `receiver`, and schedules `softirq` to drain them.
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
