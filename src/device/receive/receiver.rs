// SPDX-License-Identifier: GPL-2.0

//! The data of the receive side, shared by interrupt, softirq, delayed work, timer, open files and sysfs.

use super::{
    buffer::ReadBuffer,
    level::{
        Level,
        Reading, //
    },
    line::LineState,
    rates::Rates,
    session::Summary, //
};
use crate::code::{
    Edge,
    Ring, //
};
use crate::device::transmit::monitor::Monitor;
use crate::linux::{
    bhlock::SpinLockBh,
    context::Sleepable,
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

/// The capacity of the ring: 50 ms at 20000 edges per second.
const RING_EDGES: usize = 1024;

/// Shared by all parts of the receive side. It outlives the hardware while a file is open.
#[pin_data]
pub(crate) struct Receiver {
    /// The number of the device.
    pub(crate) device: u32,
    /// Edges from the interrupt to the holder of the lock of `line`.
    ring: Ring<RING_EDGES>,
    /// Set while an edge is pushed. The ring has one producer, as the handler does not run concurrently with
    /// itself, see [`crate::linux::irq::IrqHandler`].
    is_pushing: AtomicFlag,
    softirqs: Atomic<u64>,
    /// The state of the key line.
    #[pin]
    pub(crate) line: SpinLockBh<LineState>,
    /// Text and pulses for readers.
    #[pin]
    pub(crate) buffer: ReadBuffer,
    /// The settings of the ticker, and its rates.
    pub(crate) rates: Rates,
}

/// The result of [`Receiver::drain`].
pub(crate) struct Drained {
    /// Readers have new items.
    pub(crate) news: bool,
    /// The session, if it has ended.
    pub(crate) ended: Option<Summary>,
    /// The time until the next call if no edge comes, in nanoseconds.
    pub(crate) wait_ns: Option<u64>,
}

impl Receiver {
    /// Makes the receiver of the device with this number, whose key is `down`.
    pub(crate) fn new(device: u32, down: bool) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            ring: Ring::new(),
            is_pushing: AtomicFlag::new(false),
            softirqs: Atomic::new(0),
            line <- new_spinlock_bh!(
                LineState::new(device, down, Ktime::now().as_ns()),
                "Receiver::line"
            ),
            buffer <- ReadBuffer::new(),
            rates: Rates::new(),
            device,
        })
    }

    /// Pushes an edge for [`Self::drain`]. For the interrupt handler only.
    #[inline]
    pub(crate) fn push_edge(&self, edge: Edge) {
        if cfg!(debug_assertions) {
            // Verified on kernels with debug assertions.
            assert!(!self.is_pushing.xchg(true, Relaxed), "two producers");
        }
        self.ring.push(edge);
        if cfg!(debug_assertions) {
            self.is_pushing.store(false, Relaxed);
        }
    }

    /// Reads the level, and how many edges there were before.
    pub(crate) fn read(&self, level: &Level, ctx: &Sleepable) -> Reading {
        /// How often it is read again because edges came meanwhile. A key that bounces so fast is not
        /// believed yet.
        const TRIES: u32 = 4;

        let mut edges = self.ring.pushed();
        let mut tries = 0;
        loop {
            let down = level.read(ctx);
            let time_ns = Ktime::now().as_ns();
            let pushed = self.ring.pushed();
            tries += 1;
            if pushed == edges || tries == TRIES {
                return Reading {
                    edges: pushed,
                    time_ns,
                    down,
                };
            }
            edges = pushed;
        }
    }

    /// Takes the oldest edge. If only its time is known, its level follows from `reading`: levels
    /// alternate.
    fn pop(&self, level: &Level, reading: Option<&Reading>) -> Option<Edge> {
        if !level.needs_thread() {
            return self.ring.pop();
        }
        let reading = reading?;
        let younger = reading
            .edges
            .wrapping_sub(self.ring.popped())
            .wrapping_sub(1);
        // Those after the reading are for the next one.
        if younger >= RING_EDGES as u32 {
            return None;
        }
        let Edge { time_ns, .. } = self.ring.pop()?;
        Some(Edge {
            time_ns,
            mark: reading.down != (younger & 1 == 1),
        })
    }

    /// Takes all edges from the ring, then the level if there is a reading, then the time.
    ///
    /// The monitor follows the level that the edges led to.
    pub(crate) fn drain(
        &self,
        level: &Level,
        monitor: &Monitor,
        reading: Option<Reading>,
    ) -> Drained {
        // The holder of the lock is the consumer of the ring.
        let mut line = self.line.lock();
        let mut news = false;
        // Edges before this time are taken below.
        let mut now_ns = Ktime::now().as_ns();
        // Edges that arrive meanwhile may be taken, too, but at most a full ring. Each has scheduled the
        // softirq, so the rest is not lost.
        for _ in 0..RING_EDGES {
            let Some(edge) = self.pop(level, reading.as_ref()) else {
                break;
            };
            trace::edge_received(self.device, edge.mark, edge.time_ns);
            news |= line.edge(edge, &self.buffer);
        }
        if self.ring.is_empty() {
            let edges = self.ring.pushed();
            let reading = reading.filter(|reading| reading.edges == edges);
            if line.count_dropped(self.ring.dropped()) {
                let mark = reading.map_or_else(|| level.is_down(), |reading| reading.down);
                now_ns = Ktime::now().as_ns();
                let edge = Edge {
                    time_ns: now_ns,
                    mark,
                };
                news |= line.resync(edge, &self.buffer);
            } else if let Some(Reading { time_ns, down, .. }) = reading {
                let edge = Edge {
                    time_ns,
                    mark: down,
                };
                news |= line.check(edge, &self.buffer);
            }
        }
        monitor.follow(line.level());
        let (more, ended) = if self.ring.is_empty() {
            line.time(now_ns, &self.buffer)
        } else {
            // Edges remain, so the time is not known to have passed without one. The next run takes it.
            (false, None)
        };
        Drained {
            news: news | more,
            ended,
            wait_ns: line.next_ns().map(|at| at.saturating_sub(now_ns)),
        }
    }

    /// Takes all edges from the ring, then resets the line to the current `level`. Returns the session that
    /// this ends, if one has begun.
    pub(crate) fn restart(
        &self,
        level: &Level,
        monitor: &Monitor,
        ctx: &Sleepable,
    ) -> Option<Summary> {
        let reading = self.read(level, ctx);
        let down = reading.down;
        let ended = self.drain(level, monitor, Some(reading)).ended;
        let now_ns = Ktime::now().as_ns();
        let session = self.line.lock().restart(down, now_ns, &self.buffer);
        session.or(ended)
    }

    /// Counts a run of the softirq.
    pub(crate) fn count_softirq(&self) {
        self.softirqs.fetch_add(1_u64, Relaxed);
    }

    /// Returns the number of interrupts, each of which is an edge.
    pub(crate) fn edges(&self) -> u64 {
        let mut line = self.line.lock();
        line.count_edges(self.ring.pushed().wrapping_add(self.ring.dropped()))
    }

    /// Returns the number of runs of the softirq.
    pub(crate) fn softirqs(&self) -> u64 {
        self.softirqs.load(Relaxed)
    }
}
