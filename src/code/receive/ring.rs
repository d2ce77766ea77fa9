// SPDX-License-Identifier: GPL-2.0

//! A lock-free ring that carries edges out of the interrupt, from one producer to one consumer.
//!
//! The producer may interrupt the consumer at any point, or run on another CPU at the same time; neither
//! waits. If the ring is full, the new edge is dropped and counted.
//!
//! A second concurrent producer or consumer would lose or repeat edges, but is not unsafe. A hard interrupt
//! handler that does not run on two CPUs at once is one producer.

use crate::code::util::atomic::{
    AtomicU32,
    Ordering, //
};
use core::borrow::Borrow;

/// A change of the key line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The time on the clock of the receiver, below 2^63 ns, 292 years.
    pub time_ns: u64,
    /// Whether the key is down after it.
    pub mark: bool,
}

impl Edge {
    const fn pack(self) -> u64 {
        (self.time_ns << 1) | self.mark as u64
    }

    const fn unpack(packed: u64) -> Edge {
        Edge {
            time_ns: packed >> 1,
            mark: packed & 1 == 1,
        }
    }
}

/// A packed [`Edge`], in halves. They need not be accessed atomically together: a slot belongs to one side at a
/// time.
#[derive(Debug)]
pub struct Slot {
    low: AtomicU32,
    high: AtomicU32,
}

impl Slot {
    /// A slot that holds nothing.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            low: AtomicU32::new(0),
            high: AtomicU32::new(0),
        }
    }
}

/// A ring of `N` edges, `N` a power of two, in itself or in slots of `S`, such as a box.
///
/// # Invariants
///
/// - `head` and `tail` count all edges pushed and popped, wrapping; `head - tail` is at most `N`.
/// - Only the producer writes `head`, `dropped`, and the slots not between `tail` and `head`.
/// - Only the consumer writes `tail`.
#[derive(Debug)]
pub struct Ring<const N: usize, S = [Slot; N]> {
    slots: S,
    head: AtomicU32,
    tail: AtomicU32,
    dropped: AtomicU32,
}

impl<const N: usize> Ring<N> {
    /// An empty ring.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self::with([const { Slot::new() }; N])
    }

    /// An empty ring through which `begun` edges have passed, so that a test can wrap the counters. Not
    /// `const`, as the atomics of loom cannot be made in constants.
    #[cfg(loom)]
    pub fn begun(begun: u32) -> Self {
        Self {
            slots: core::array::from_fn(|_| Slot {
                low: AtomicU32::new(0),
                high: AtomicU32::new(0),
            }),
            head: AtomicU32::new(begun),
            tail: AtomicU32::new(begun),
            dropped: AtomicU32::new(0),
        }
    }
}

impl<const N: usize, S> Ring<N, S> {
    /// An empty ring in `slots`.
    #[cfg(not(loom))]
    pub const fn with(slots: S) -> Self {
        Self {
            slots,
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
        }
    }
}

impl<const N: usize, S: Borrow<[Slot; N]>> Ring<N, S> {
    /// The capacity. Compilation fails if the wrapping counters cannot index it.
    const CAPACITY: u32 = {
        assert!(N.is_power_of_two() && N <= 1 << 31);
        N as u32
    };

    /// The slot of the edge number `count`; never `None`, as `N` is a power of two.
    fn slot(&self, count: u32) -> Option<&Slot> {
        self.slots
            .borrow()
            .get((count & Self::CAPACITY.wrapping_sub(1)) as usize)
    }

    /// Pushes an edge, or drops and counts it if the ring is full. For the producer.
    ///
    /// Returns whether the edge was pushed. Takes a bounded number of steps.
    // In the top half, which is short enough for a call to show in its time.
    #[inline(always)]
    pub fn push(&self, edge: Edge) -> bool {
        // Only the producer writes `head`.
        let head = self.head.load(Ordering::Relaxed);
        // Pairs with the release in `pop`: the consumer is done with the slots it gave back.
        let tail = self.tail.load(Ordering::Acquire);
        if head.wrapping_sub(tail) < Self::CAPACITY {
            if let Some(slot) = self.slot(head) {
                let packed = edge.pack();
                slot.low.store(packed as u32, Ordering::Relaxed);
                slot.high
                    .store((packed >> u32::BITS) as u32, Ordering::Relaxed);
                // Pairs with the acquire in `pop`: the slot is written.
                self.head.store(head.wrapping_add(1), Ordering::Release);
                return true;
            }
        }
        let dropped = self.dropped.load(Ordering::Relaxed);
        self.dropped
            .store(dropped.wrapping_add(1), Ordering::Relaxed);
        false
    }

    /// Removes and returns the oldest edge. For the consumer.
    pub fn pop(&self) -> Option<Edge> {
        // Only the consumer writes `tail`.
        let tail = self.tail.load(Ordering::Relaxed);
        // Pairs with the release in `push`.
        let head = self.head.load(Ordering::Acquire);
        if head == tail {
            return None;
        }
        let slot = self.slot(tail)?;
        let low = u64::from(slot.low.load(Ordering::Relaxed));
        let high = u64::from(slot.high.load(Ordering::Relaxed));
        // Pairs with the acquire in `push`: the slot is read.
        self.tail.store(tail.wrapping_add(1), Ordering::Release);
        Some(Edge::unpack((high << u32::BITS) | low))
    }

    /// Whether the ring is empty. For the consumer `false` is exact, for the producer `true`.
    pub fn is_empty(&self) -> bool {
        self.head.load(Ordering::Acquire) == self.tail.load(Ordering::Acquire)
    }

    /// The number of edges pushed, modulo 2^32. From any context. Later loads come after this one.
    pub fn pushed(&self) -> u32 {
        self.head.load(Ordering::Acquire)
    }

    /// Returns the number of edges ever taken out, modulo 2^32. For the consumer.
    pub fn popped(&self) -> u32 {
        self.tail.load(Ordering::Relaxed)
    }

    /// The number of edges dropped, modulo 2^32. From any context.
    pub fn dropped(&self) -> u32 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(not(loom))]
impl Default for Slot {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(not(loom))]
impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self::new()
    }
}
