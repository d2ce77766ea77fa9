// SPDX-License-Identifier: GPL-2.0

//! The receive side as its users see it: what interrupt, softirq, delayed work, timer, open files and
//! sysfs share.

use super::{buffer::Inbox, key::Level, line::Listener, session::Summary, softirq, ticker};
use crate::code::{Edge, Ring};
use crate::device::latency::Latency;
use crate::linux::{bhlock::SpinLockBh, time::Ktime, trace};
use crate::new_spinlock_bh;
use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, AtomicFlag, Relaxed},
        Arc,
    },
};

/// How many edges may wait for the softirq: 50 ms of them at 20000 edges per second.
const RING_EDGES: usize = 1024;

/// Shared by all the parts of the receive side; outlives the hardware while a file is open.
#[pin_data]
pub(crate) struct Receiver {
    /// The number of the device.
    pub(crate) device: u32,
    /// From the interrupt to whoever holds the lock of `listener`.
    ring: Ring<RING_EDGES>,
    /// An edge is being put into it. The ring has one producer: not that the interrupt stays on one CPU,
    /// but that its handler runs on one at a time, see [`crate::linux::irq::Handler`].
    noting: AtomicFlag,
    softirqs: Atomic<u64>,
    /// When the interrupt came of which `deliver` has not run yet, in ns; 0 if there is none.
    undelivered_ns: Atomic<u64>,
    /// How late all this is.
    pub(crate) latency: Arc<Latency>,
    /// What is known of the key.
    #[pin]
    pub(crate) listener: SpinLockBh<Listener>,
    /// What readers get.
    #[pin]
    pub(crate) inbox: Inbox,
    /// Settings and findings of the ticker.
    pub(crate) ticker: ticker::Shared,
}

/// What listening came to.
pub(crate) struct Heard {
    /// There is something new for readers.
    pub(crate) news: bool,
    /// The session is over.
    pub(crate) ended: Option<Summary>,
    /// When that was.
    pub(crate) now: Ktime,
    /// When to listen again if no edge comes before, in nanoseconds from then.
    pub(crate) wait_ns: Option<u64>,
    /// When the interrupt of the first edge taken came.
    pub(crate) irq: Option<Ktime>,
}

impl Receiver {
    /// Makes the receiver of the device with this number, for a key that is `down`.
    pub(crate) fn new(device: u32, down: bool, latency: Arc<Latency>) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            ring: Ring::new(),
            noting: AtomicFlag::new(false),
            softirqs: Atomic::new(0),
            undelivered_ns: Atomic::new(0),
            latency,
            listener <- new_spinlock_bh!(Listener::new(device, down), "Receiver::listener"),
            inbox <- Inbox::new(),
            ticker: ticker::Shared::new(),
            device,
        })
    }

    /// Keeps an edge for [`Self::listen`]. For the interrupt handler alone.
    #[inline]
    pub(crate) fn note(&self, edge: Edge) {
        if cfg!(debug_assertions) {
            // A kernel full of sanitizers verifies it.
            assert!(!self.noting.xchg(true, Relaxed), "two producers");
        }
        self.ring.push(edge);
        if cfg!(debug_assertions) {
            self.noting.store(false, Relaxed);
        }
    }

    /// Takes all edges that were noted, and looks at the time.
    pub(crate) fn listen(&self, level: &Level) -> Heard {
        // The ring has one consumer: whoever has the lock.
        let mut listener = self.listener.lock();
        let mut news = false;
        let mut irq = None;
        let mut taken = Ktime::from_ns(0);
        // An edge that comes meanwhile may be taken as well, but not more than fill the ring once: each
        // has kicked the softirq, so none is forgotten.
        for _ in 0..RING_EDGES {
            let Some(edge) = self.ring.pop() else {
                break;
            };
            let at = Ktime::from_ns(edge.time_ns);
            irq.get_or_insert(at);
            // What came before the clock was read has waited until then; what came after it, hardly.
            if taken < at {
                taken = Ktime::now();
            }
            self.latency.driver.record(softirq::measure(), at, taken);
            trace::edge_received(self.device, edge.mark, edge.time_ns);
            news |= listener.edge(edge, &self.inbox);
        }
        // The last edge that was taken is as good a time as any, and a look at the clock saved.
        let mut now_ns = if irq.is_some() { taken } else { Ktime::now() }.as_ns();
        if self.ring.is_empty() && listener.note_dropped(self.ring.dropped()) {
            let mark = level.is_down();
            now_ns = Ktime::now().as_ns();
            news |= listener.resync(
                Edge {
                    time_ns: now_ns,
                    mark,
                },
                &self.inbox,
            );
        }
        let (more, ended) = if self.ring.is_empty() {
            listener.time(now_ns, &self.inbox)
        } else {
            // The next run will know what happened until now.
            (false, None)
        };
        Heard {
            news: news | more,
            ended,
            now: Ktime::from_ns(now_ns),
            irq,
            wait_ns: listener.next_ns().map(|at| at.saturating_sub(now_ns)),
        }
    }

    /// Notes that what came of the interrupt at `irq` is for [`Self::delivered`] to tell of.
    pub(crate) fn undelivered(&self, irq: Ktime) {
        // If there is an older one it goes on waiting, so that fails as it should.
        let _ = self.undelivered_ns.cmpxchg(0, irq.as_ns(), Relaxed);
    }

    /// Returns the oldest interrupt of which readers have not been told, and begins anew.
    pub(crate) fn delivered(&self) -> Option<Ktime> {
        match self.undelivered_ns.xchg(0, Relaxed) {
            0 => None,
            ns => Some(Ktime::from_ns(ns)),
        }
    }

    /// Counts a run of the softirq.
    pub(crate) fn count_softirq(&self) {
        self.softirqs.fetch_add(1_u64, Relaxed);
    }

    /// Returns how many interrupts there were, each an edge.
    pub(crate) fn edges(&self) -> u64 {
        let mut listener = self.listener.lock();
        listener.count_edges(self.ring.pushed().wrapping_add(self.ring.dropped()))
    }

    /// Returns how often the softirq ran.
    pub(crate) fn softirqs(&self) -> u64 {
        self.softirqs.load(Relaxed)
    }
}
