// SPDX-License-Identifier: GPL-2.0

//! The receive side as its users see it: what interrupt, softirq, delayed work, timer, open files and
//! sysfs share.

use super::{
    inbox::Inbox,
    key::Level,
    listener::Listener,
    session::Summary,
    ticker, //
};
use crate::code::{Edge, Ring};
use crate::linux::{bhlock::SpinLockBh, time::Ktime, trace};
use crate::new_spinlock_bh;
use kernel::{
    prelude::*,
    sync::atomic::{Atomic, Relaxed}, //
};

/// How many edges may wait for the softirq: 50 ms of them at 20000 edges per second.
const RING_EDGES: usize = 1024;

/// Shared by all the parts of the receive side; outlives the hardware while a file is open.
#[pin_data]
pub(super) struct Receiver {
    /// The number of the device.
    pub(super) device: u32,
    /// From the interrupt to whoever holds the lock of `listener`.
    ring: Ring<RING_EDGES>,
    edges: Atomic<u64>,
    softirqs: Atomic<u64>,
    /// What is known of the key.
    #[pin]
    pub(super) listener: SpinLockBh<Listener>,
    /// What readers get.
    #[pin]
    pub(super) inbox: Inbox,
    /// Settings and findings of the ticker.
    pub(super) ticker: ticker::Shared,
}

/// What listening came to.
pub(super) struct Heard {
    /// There is something new for readers.
    pub(super) news: bool,
    /// The session is over.
    pub(super) ended: Option<Summary>,
    /// When to listen again if no edge comes before, in nanoseconds from now.
    pub(super) wait_ns: Option<u64>,
}

impl Receiver {
    /// Makes the receiver of the device with this number, for a key that is `down`.
    pub(super) fn new(device: u32, down: bool) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            ring: Ring::new(),
            edges: Atomic::new(0),
            softirqs: Atomic::new(0),
            listener <- new_spinlock_bh!(Listener::new(device, down), "Receiver::listener"),
            inbox <- Inbox::new(),
            ticker: ticker::Shared::new(),
            device,
        })
    }

    /// Keeps an edge for [`Self::listen`]. For the interrupt handler alone.
    #[inline]
    pub(super) fn note(&self, edge: Edge) {
        self.edges.fetch_add(1_u64, Relaxed);
        self.ring.push(edge);
    }

    /// Takes all edges that were noted, and looks at the time.
    pub(super) fn listen(&self, level: &Level) -> Heard {
        // The ring has one consumer: whoever has the lock.
        let mut listener = self.listener.lock();
        let mut news = false;
        // An edge that comes meanwhile may be taken as well, but not more than fill the ring once: each
        // has kicked the softirq, so none is forgotten.
        for _ in 0..RING_EDGES {
            let Some(edge) = self.ring.pop() else {
                break;
            };
            trace::edge_received(self.device, edge.mark, edge.time_ns);
            news |= listener.edge(edge, &self.inbox);
        }
        let mut now_ns = Ktime::now().as_ns();
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
            wait_ns: listener.next_ns().map(|at| at.saturating_sub(now_ns)),
        }
    }

    /// Counts a run of the softirq.
    pub(super) fn count_softirq(&self) {
        self.softirqs.fetch_add(1_u64, Relaxed);
    }

    /// Returns how many interrupts there were, each an edge.
    pub(super) fn edges(&self) -> u64 {
        self.edges.load(Relaxed)
    }

    /// Returns how often the softirq ran.
    pub(super) fn softirqs(&self) -> u64 {
        self.softirqs.load(Relaxed)
    }
}
