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

/// The bottom half that the handler starts.
enum Start {
    Softirq {
        level: Arc<Level>,
        softirq: SoftirqHandle,
    },
    /// The thread of the interrupt, for a key whose level only a thread may read.
    Thread {
        bottom_half: BottomHalf,
        /// The hard handler has run. For a chip on a bus it never does: another thread
        /// demultiplexes interrupts.
        has_top_half: AtomicFlag,
    },
}

/// The handler of the interrupt of the key.
pub(crate) struct KeyHandler {
    receiver: Arc<Receiver>,
    start: Start,
}

impl KeyHandler {
    /// Makes a handler that pushes edges to `receiver`, and schedules `softirq` to drain them.
    pub(crate) fn new(level: Arc<Level>, receiver: Arc<Receiver>, softirq: SoftirqHandle) -> Self {
        Self {
            receiver,
            start: Start::Softirq { level, softirq },
        }
    }

    /// Makes a handler that pushes the times of edges to `receiver`. Its thread reads the level and runs
    /// `bottom_half`.
    pub(crate) fn threaded(receiver: Arc<Receiver>, bottom_half: BottomHalf) -> Self {
        let start = Start::Thread {
            bottom_half,
            has_top_half: AtomicFlag::new(false),
        };
        Self { receiver, start }
    }

    #[inline]
    fn push(&self, time: Ktime, mark: bool) {
        let time_ns = time.as_ns();
        self.receiver.push_edge(Edge { time_ns, mark });
    }
}

impl IrqHandler for KeyHandler {
    #[inline]
    fn is_threaded(&self) -> bool {
        matches!(self.start, Start::Thread { .. })
    }

    #[inline]
    fn handle(&self, _ctx: &Atomic) {
        let now = Ktime::now();
        match &self.start {
            Start::Softirq { level, softirq } => {
                self.push(now, level.is_down());
                softirq.schedule();
            }
            Start::Thread { has_top_half, .. } => {
                has_top_half.store(true, Relaxed);
                // The thread replaces the level by the one that it reads.
                self.push(now, false);
            }
        }
    }

    fn handle_threaded(&self, ctx: &Sleepable) {
        if let Start::Thread {
            bottom_half,
            has_top_half,
        } = &self.start
        {
            if !has_top_half.load(Relaxed) {
                self.push(Ktime::now(), false);
            }
            bottom_half.run_threaded(ctx);
        }
    }
}
