// SPDX-License-Identifier: GPL-2.0

//! The data of the receive side, shared by interrupt, softirq, delayed work, timer, open files and sysfs.

use super::{
    buffer::ReadBuffer,
    level::{
        Level,
        Reading, //
    },
    line::{
        EdgeCounts,
        LineState,
        Step,
        STEPS, //
    },
    rates::Rates,
    session::Summary,
    text::TextState, //
};
use crate::code::{
    Edge,
    Ring,
    Slot,
    Text, //
};
use crate::device::transmit::monitor::Monitor;
use crate::linux::{
    bhlock::SpinLockBh,
    context::Sleepable,
    poll::PollQueue,
    time::Ktime,
    trace, //
};
use crate::new_spinlock_bh;
use kernel::{
    new_mutex, pr_err_once,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            AtomicFlag,
            Relaxed, //
        },
        Arc,
        Mutex, //
    },
};
use pin_init::init_array_from_fn;

/// The capacity of the ring: 50 ms at 20000 edges per second.
const RING_EDGES: usize = 1024;

/// Shared by all parts of the receive side. It outlives the hardware while a file is open.
#[pin_data]
pub(crate) struct Receiver {
    /// The number of the device.
    pub(crate) device: u32,
    /// Edges from the interrupt to the holder of the lock of `line`.
    ring: Ring<RING_EDGES, KBox<[Slot; RING_EDGES]>>,
    /// Set while an edge is pushed. The ring has one producer, as the handler does not run concurrently with
    /// itself, see [`crate::linux::irq::IrqHandler`].
    is_pushing: AtomicFlag,
    softirqs: Atomic<u64>,
    characters: Atomic<u64>,
    sessions: Atomic<u64>,
    /// The state of the key line.
    #[pin]
    pub(crate) line: SpinLockBh<LineState>,
    /// The text that is read from it. Taken before `line`.
    #[pin]
    pub(crate) text: Mutex<TextState>,
    /// Text and pulses for readers.
    #[pin]
    pub(crate) buffer: ReadBuffer,
    /// The settings of the ticker, and its rates.
    pub(crate) rates: Rates,
}

/// The result of [`Receiver::decode`].
pub(crate) struct Decoded {
    /// Readers have new text.
    pub(crate) has_text: bool,
    /// The session, if it has ended.
    pub(crate) ended: Option<Summary>,
}

/// Counts of edges, characters and sessions.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) edges: EdgeCounts,
    pub(crate) characters: u64,
    /// Sessions that have ended.
    pub(crate) sessions: u64,
}

impl Receiver {
    /// Makes the receiver of the device with this number, whose key is `down`, and whose readers are among the
    /// `waiters`.
    pub(crate) fn new(
        device: u32,
        down: bool,
        waiters: Arc<PollQueue>,
    ) -> Result<impl PinInit<Self, Error>> {
        let text = TextState::new();
        // In place: the slots are too many for the stack.
        let slots = KBox::init(init_array_from_fn(|_| Slot::new()), GFP_KERNEL)?;
        let line = LineState::new(down, Ktime::now().as_ns(), text.gaps())?;
        Ok(try_pin_init!(Self {
            ring: Ring::with(slots),
            is_pushing: AtomicFlag::new(false),
            softirqs: Atomic::new(0),
            characters: Atomic::new(0),
            sessions: Atomic::new(0),
            line <- new_spinlock_bh!(line, "Receiver::line"),
            text <- new_mutex!(text, "Receiver::text"),
            buffer <- ReadBuffer::new(waiters),
            rates: Rates::new(),
            device,
        }))
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

    /// Reads the level, and how many edges there were before. `None` if the line cannot be read; it is read again
    /// soon while edges wait for it, and by the ticker.
    pub(crate) fn read(&self, level: &Level, ctx: &Sleepable) -> Option<Reading> {
        /// How often it is read again because edges came meanwhile. A key that bounces so fast is not
        /// believed yet.
        const TRIES: u32 = 4;

        let mut edges = self.ring.pushed();
        let mut tries = 0;
        loop {
            let down = level
                .read(ctx)
                .inspect_err(|error| pr_err_once!("cannot read the key: {error:?}\n"))
                .ok()?;
            let time_ns = Ktime::now().as_ns();
            let pushed = self.ring.pushed();
            tries += 1;
            if pushed == edges || tries == TRIES {
                // Each edge that came meanwhile has woken the thread, which reads again for it.
                return Some(Reading {
                    edges,
                    time_ns,
                    down,
                });
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
        // Later edges wait for the next reading.
        if younger >= RING_EDGES as u32 {
            return None;
        }
        let Edge { time_ns, .. } = self.ring.pop()?;
        Some(Edge {
            time_ns,
            mark: reading.down != (younger & 1 == 1),
        })
    }

    /// Takes all edges from the ring, then the level if there is a reading, then the time. Returns whether there
    /// are pulses for readers and for [`Self::decode`].
    ///
    /// The monitor follows the level that the edges led to.
    ///
    /// Calls `arm` with the time until the next call if no edge comes, in nanoseconds, unless that depends on the
    /// text. It is called with the lock held, so that the last call is the latest.
    pub(crate) fn drain(
        &self,
        level: &Level,
        monitor: &Monitor,
        reading: Option<Reading>,
        arm: &mut dyn FnMut(u64),
    ) -> bool {
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
        let has_failed = level.needs_thread() && reading.is_none();
        if line.reading(has_failed, !self.ring.is_empty(), now_ns) {
            // The levels of these are unknown; the next reading shows the last one.
            let unread = (0..RING_EDGES).map_while(|_| self.ring.pop()).count();
            line.drop_edges(unread as u64);
        }
        let edges = self.ring.pushed();
        if self.ring.is_empty() {
            let level_read = reading.filter(|reading| reading.edges == edges).map(
                |Reading { time_ns, down, .. }| Edge {
                    time_ns,
                    mark: down,
                },
            );
            // If a thread reads the level, resyncing after dropped edges waits for a reading.
            let may_resync = level_read.is_some() || !level.needs_thread();
            let has_dropped = may_resync && line.count_dropped(self.ring.dropped());
            news |= if has_dropped {
                let edge = level_read.unwrap_or_else(|| {
                    let mark = level.is_down();
                    now_ns = Ktime::now().as_ns();
                    Edge {
                        time_ns: now_ns,
                        mark,
                    }
                });
                line.resync(edge, &self.buffer)
            } else {
                line.check(level_read, &self.buffer)
            };
        }
        monitor.follow(line.level());
        // Only if no edge is left has time passed without one; otherwise the next run takes it.
        if self.ring.is_empty() {
            news |= line.time(now_ns, &self.buffer);
        }
        if let Some(next_ns) = line.next_ns() {
            arm(next_ns.saturating_sub(now_ns));
        }
        news
    }

    /// Reads text from the marks and spaces that [`Self::drain`] left, and from the time that has passed.
    ///
    /// Calls `arm` as [`Self::drain`] does.
    pub(crate) fn decode(&self, _ctx: &Sleepable, arm: &mut dyn FnMut(u64)) -> Decoded {
        let mut text = self.text.lock();
        let mut has_text = false;
        let mut sink = |text: Text| {
            has_text = true;
            self.push_text(text);
        };
        // More may arrive meanwhile; the rest is for the next call.
        let mut up_ns = None;
        for _ in 0..STEPS {
            let mut line = self.line.lock();
            let Some(step) = line.next_step() else {
                up_ns = line.up_ns();
                break;
            };
            drop(line);
            if let Step::Lost(steps) = step {
                self.buffer.add_lost(steps);
            }
            text.step(step, &mut sink);
        }
        if let Some(up_ns) = up_ns {
            text.time(up_ns, &mut sink);
        }
        let mut gaps = text.gaps();
        let mut line = self.line.lock();
        let mut ended = None;
        if let Some(edges) = line.end_session(gaps.session_ns) {
            drop(line);
            ended = Some(self.end_session(&mut text, edges));
            gaps = text.gaps();
            line = self.line.lock();
        }
        line.set_gaps(gaps);
        if line.has_steps() {
            arm(0);
        } else if let Some(next_ns) = line.next_ns() {
            arm(next_ns.saturating_sub(Ktime::now().as_ns()));
        }
        Decoded {
            has_text: has_text || ended.is_some(),
            ended,
        }
    }

    /// Takes all edges from the ring, then resets the line to the current `level`, which the monitor shows. Returns the
    /// session that this ends, if one has begun. Wakes the readers if there is something for them.
    pub(crate) fn restart(
        &self,
        level: &Level,
        monitor: &Monitor,
        ctx: &Sleepable,
    ) -> Option<Summary> {
        let reading = self.read(level, ctx);
        let mut news = self.drain(level, monitor, reading, &mut |_| ());
        let decoded = self.decode(ctx, &mut |_| ());
        let mut text = self.text.lock();
        let mut line = self.line.lock();
        // An edge that was taken since then is newer than the reading.
        let is_current = |reading: &Reading| reading.edges == self.ring.popped();
        let down = reading
            .filter(is_current)
            .map_or_else(|| line.level(), |reading| reading.down);
        let edges = line.restart(down, Ktime::now().as_ns());
        monitor.follow(down);
        drop(line);
        let session = edges.map(|edges| self.end_session(&mut text, edges));
        drop(text);
        let has_text = decoded.has_text || session.is_some();
        news |= has_text;
        if news {
            self.buffer.wake(has_text);
        }
        session.or(decoded.ended)
    }

    /// Sets the speed in WPM; with 0, the decoder estimates it. `EINVAL` if it is out of range.
    pub(crate) fn set_fixed_wpm(&self, wpm: u32) -> Result {
        let mut text = self.text.lock();
        text.set_fixed_wpm(wpm)?;
        self.line.lock().set_stale();
        Ok(())
    }

    fn end_session(&self, text: &mut TextState, edges: u64) -> Summary {
        let summary = text.end_session(edges, |text| self.push_text(text));
        if summary.has_text() {
            self.buffer.push_text(b"\n");
        }
        self.sessions.fetch_add(1_u64, Relaxed);
        summary
    }

    fn push_text(&self, text: Text) {
        self.buffer.push_text(text.as_bytes());
        if text != Text::SPACE {
            self.characters.fetch_add(1_u64, Relaxed);
            trace::character_received(self.device, text.as_bytes());
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            edges: self.line.lock().counts(),
            characters: self.characters.load(Relaxed),
            sessions: self.sessions.load(Relaxed),
        }
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
