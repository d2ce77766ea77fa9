// SPDX-License-Identifier: GPL-2.0

//! The receive side as its users see it: what interrupt, softirq, delayed work, timer, open files and
//! sysfs share.

use super::{
    buffer::ReadBuffer,
    level::Level,
    line::LineState,
    rates::Rates,
    session::Summary, //
};
use crate::code::{
    Edge,
    Ring, //
};
use crate::linux::{
    bhlock::SpinLockBh,
    time::Ktime,
    trace, //
};
use crate::new_spinlock_bh;
use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        AtomicFlag,
        Relaxed, //
    },
};

/// How many edges may wait for the softirq: 50 ms of them at 20000 edges per second.
const RING_EDGES: usize = 1024;

/// Shared by all the parts of the receive side; outlives the hardware while a file is open.
#[pin_data]
pub(crate) struct Receiver {
    /// The number of the device.
    pub(crate) device: u32,
    /// From the interrupt to whoever holds the lock of `line`.
    ring: Ring<RING_EDGES>,
    /// An edge is being put into it. The ring has one producer: not that the interrupt stays on one CPU,
    /// but that its handler runs on one at a time, see [`crate::linux::irq::IrqHandler`].
    is_pushing: AtomicFlag,
    softirqs: Atomic<u64>,
    /// What is known of the key.
    #[pin]
    pub(crate) line: SpinLockBh<LineState>,
    /// What readers get.
    #[pin]
    pub(crate) buffer: ReadBuffer,
    /// Settings and findings of the ticker.
    pub(crate) rates: Rates,
}

/// What listening came to.
pub(crate) struct Drained {
    /// There is something new for readers.
    pub(crate) news: bool,
    /// The session is over.
    pub(crate) ended: Option<Summary>,
    /// When to listen again if no edge comes before, in nanoseconds from now.
    pub(crate) wait_ns: Option<u64>,
}

impl Receiver {
    /// Makes the receiver of the device with this number, for a key that is `down`.
    pub(crate) fn new(device: u32, down: bool) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            ring: Ring::new(),
            is_pushing: AtomicFlag::new(false),
            softirqs: Atomic::new(0),
            line <- new_spinlock_bh!(LineState::new(device, down), "Receiver::line"),
            buffer <- ReadBuffer::new(),
            rates: Rates::new(),
            device,
        })
    }

    /// Keeps an edge for [`Self::drain`]. For the interrupt handler alone.
    #[inline]
    pub(crate) fn push_edge(&self, edge: Edge) {
        if cfg!(debug_assertions) {
            // A kernel full of sanitizers verifies it.
            assert!(!self.is_pushing.xchg(true, Relaxed), "two producers");
        }
        self.ring.push(edge);
        if cfg!(debug_assertions) {
            self.is_pushing.store(false, Relaxed);
        }
    }

    /// Takes all edges that were noted, and looks at the time.
    pub(crate) fn drain(&self, level: &Level) -> Drained {
        // The ring has one consumer: whoever has the lock.
        let mut line = self.line.lock();
        let mut news = false;
        // All edges before this time are taken below.
        let mut now_ns = Ktime::now().as_ns();
        // An edge that comes meanwhile may be taken as well, but not more than fill the ring once: each
        // has kicked the softirq, so none is forgotten.
        for _ in 0..RING_EDGES {
            let Some(edge) = self.ring.pop() else {
                break;
            };
            trace::edge_received(self.device, edge.mark, edge.time_ns);
            news |= line.edge(edge, &self.buffer);
        }
        if self.ring.is_empty() && line.count_dropped(self.ring.dropped()) {
            let mark = level.is_down();
            now_ns = Ktime::now().as_ns();
            news |= line.resync(
                Edge {
                    time_ns: now_ns,
                    mark,
                },
                &self.buffer,
            );
        }
        let (more, ended) = if self.ring.is_empty() {
            line.time(now_ns, &self.buffer)
        } else {
            // The next run will know what happened until now.
            (false, None)
        };
        Drained {
            news: news | more,
            ended,
            wait_ns: line.next_ns().map(|at| at.saturating_sub(now_ns)),
        }
    }

    /// Takes all edges that were noted, and begins anew with what `level` reads then. Returns the session
    /// that ends with this, if one had begun.
    pub(crate) fn restart(&self, level: &Level) -> Option<Summary> {
        let ended = self.drain(level).ended;
        let session = self.line.lock().restart(level.is_down(), &self.buffer);
        session.or(ended)
    }

    /// Counts a run of the softirq.
    pub(crate) fn count_softirq(&self) {
        self.softirqs.fetch_add(1_u64, Relaxed);
    }

    /// Returns how many interrupts there were, each an edge.
    pub(crate) fn edges(&self) -> u64 {
        let mut line = self.line.lock();
        line.count_edges(self.ring.pushed().wrapping_add(self.ring.dropped()))
    }

    /// Returns how often the softirq ran.
    pub(crate) fn softirqs(&self) -> u64 {
        self.softirqs.load(Relaxed)
    }
}
