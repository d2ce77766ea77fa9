// SPDX-License-Identifier: GPL-2.0

//! The top half: the hard interrupt handler of the key.
//!
//! A hard interrupt handler delays everything else on its CPU. So it only records the state that would be lost a
//! moment later, the time and the level of the edge. It takes no lock, and does not wait, print or allocate.
//! The softirq does the rest; it runs as soon as interrupts are enabled again.

use super::{
    level::Level,
    receiver::Receiver,
    softirq::BottomHalf, //
};
use crate::code::Edge;
use crate::linux::{
    context::{
        Atomic,
        Sleepable, //
    },
    irq::IrqHandler,
    softirq::SoftirqHandle,
    time::Ktime, //
};
use kernel::sync::{
    atomic::{
        AtomicFlag,
        Relaxed, //
    },
    Arc, //
};

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

/// The handler of the interrupt of a key whose level only a thread may read.
pub(crate) struct ThreadedHalves {
    receiver: Arc<Receiver>,
    bottom_half: BottomHalf,
    /// The hard handler runs. It does not for a chip on a bus, whose interrupts another thread
    /// demultiplexes.
    has_top_half: AtomicFlag,
}

impl ThreadedHalves {
    /// Makes a handler that pushes the times of edges to `receiver`. Its thread reads the level and runs
    /// `bottom_half`.
    pub(crate) fn new(receiver: Arc<Receiver>, bottom_half: BottomHalf) -> Self {
        Self {
            receiver,
            bottom_half,
            has_top_half: AtomicFlag::new(false),
        }
    }

    fn push_time(&self) {
        self.receiver.push_edge(Edge {
            time_ns: Ktime::now().as_ns(),
            // Replaced by the level that the thread reads.
            mark: false,
        });
    }
}

impl IrqHandler for ThreadedHalves {
    const IS_THREADED: bool = true;

    #[inline]
    fn handle(&self, _ctx: &Atomic) {
        self.has_top_half.store(true, Relaxed);
        self.push_time();
    }

    fn handle_threaded(&self, ctx: &Sleepable) {
        if !self.has_top_half.load(Relaxed) {
            self.push_time();
        }
        self.bottom_half.run_threaded(ctx);
    }
}
