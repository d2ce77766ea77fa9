// SPDX-License-Identifier: GPL-2.0

//! The queue between writers and the keyer, and the waiting for it.
//!
//! All tasks wait on one condition variable: they are few, and each has to notice that the device has
//! been removed. Pollers wait on the queue of the device, which is notified of changes of readiness only.

use super::{
    state::QueueState,
    writer::Writer, //
};
use crate::code;
use crate::code::{
    Fed,
    Parser,
    Symbol, //
};
use crate::linux::{
    context::Sleepable,
    eilseq,
    fasync::Band,
    file::WriteFlags,
    poll::{
        PollEvents,
        PollQueue, //
    },
    wait::WaitQueue,
    workqueue::WorkHandle, //
};
use crate::new_wait_queue;
use kernel::{
    iov::IovIterSource,
    new_condvar, new_mutex,
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
            Relaxed, //
        },
        Arc,
        CondVar,
        Mutex, //
    },
};

/// The number of bytes of a write that are copied from user space at a time. The chunk is on the stack.
const CHUNK_BYTES: usize = 256;

/// The room in symbols from which on poll(2) reports a file as writable, so that a poller wakes up for
/// a useful part of a write. Terminals do likewise (`WAKEUP_CHARS` in drivers/tty/n_tty.c).
const POLL_ROOM: usize = 256;

/// The occupancy of the queue, in symbols. Each number is at most the capacity of the fifo plus one.
pub(crate) struct Occupancy {
    /// Queued or being sent.
    pub(crate) queued: usize,
    /// The number that a write can add without waiting.
    pub(crate) room: usize,
}

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct TxQueue {
    #[pin]
    state: Mutex<QueueState>,
    /// Notified of each change of `state` that a task may wait for.
    #[pin]
    changed: CondVar,
    /// Notified when the room reaches [`POLL_ROOM`], and when the device is removed.
    pollers: Arc<PollQueue>,
    /// The current symbol is to be aborted. Written under the lock of `state`.
    aborted: AtomicFlag,
    /// Wakes the keyer between two edges.
    #[pin]
    pub(crate) keyer_wait: WaitQueue,
}

impl TxQueue {
    /// Makes an empty queue, which notifies the `pollers`.
    pub(crate) fn new(pollers: Arc<PollQueue>) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            state <- new_mutex!(QueueState::new()?, "TxQueue::state"),
            changed <- new_condvar!("TxQueue::changed"),
            pollers,
            aborted: AtomicFlag::new(false),
            keyer_wait <- new_wait_queue!("TxQueue::keyer_wait"),
        })
    }

    /// Performs one write(2) of the file of `writer`.
    ///
    /// A signal ends the wait of a write with `flags.sync`. Its bytes are accepted all the same, so the
    /// write returns their number.
    pub(crate) fn write(
        &self,
        writer: &Writer,
        keyer: &WorkHandle<Sleepable>,
        from: &mut IovIterSource<'_>,
        flags: WriteFlags,
        ctx: &Sleepable,
    ) -> Result<usize> {
        let (count, end) = self.enqueue(writer, keyer, from, flags.nonblock)?;
        if flags.sync {
            match self.wait_sent(end, ctx) {
                Err(error) if error == ERESTARTSYS => {}
                result => result?,
            }
        }
        Ok(count)
    }

    /// Returns the number of bytes, and the position after their symbols.
    fn enqueue(
        &self,
        writer: &Writer,
        keyer: &WorkHandle<Sleepable>,
        from: &mut IovIterSource<'_>,
        nonblock: bool,
    ) -> Result<(usize, u64)> {
        if from.is_empty() {
            return Ok((0, self.state.lock().fifo.accepted()));
        }
        let _guard = self.begin_write(nonblock)?;
        writer.forget_interrupted();
        // The lock of a parser is taken under the guard only, so this does not wait.
        let mut parser = writer.parser.lock();
        let mut writing = parser.write();
        let mut stopped = EFAULT;
        let mut chunk = [0; CHUNK_BYTES];

        while !from.is_empty() {
            let count = from.copy_from_iter(&mut chunk);
            let mut rest = chunk.get(..count).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            // White space takes no room, so a large write of it does not wait, and only this check ends it.
            if kernel::current!().signal_pending() {
                stopped = ERESTARTSYS;
                break;
            }
            let end = 'chunk: {
                let mut state = self.state.lock();
                while !rest.is_empty() {
                    if state.gone {
                        break 'chunk Some(ENODEV);
                    }
                    let QueueState { fifo, spacing, .. } = &mut *state;
                    match writing.feed_to(rest, spacing, fifo) {
                        Fed::All => rest = &[],
                        // finish() below returns the actual error.
                        Fed::Refused => break 'chunk Some(EINVAL),
                        Fed::Full(taken) => {
                            rest = rest.get(taken..).unwrap_or_default();
                            if nonblock {
                                break 'chunk Some(EAGAIN);
                            }
                            keyer.queue();
                            if self.changed.wait_interruptible(&mut state) {
                                break 'chunk Some(ERESTARTSYS);
                            }
                        }
                    }
                }
                None
            };
            // Queue the keyer after dropping the lock; it would otherwise wake on another CPU and block on it
            // at once.
            keyer.queue();
            if let Some(error) = end {
                stopped = error;
                break;
            }
        }

        match writing.finish() {
            Ok(0) => Err(stopped),
            // No other text has followed: the guard is held.
            Ok(count) => Ok((count, self.state.lock().fifo.accepted())),
            Err(code::Error::Unencodable) => Err(EINVAL),
            Err(code::Error::Malformed) => Err(eilseq()),
        }
    }

    /// Queues `text` of the beacon as separate words, if nothing is queued and no write is in progress. A new
    /// text, one that `is_new`, also follows an old one that is being sent.
    ///
    /// The text ends at a character that cannot be sent or does not fit.
    pub(crate) fn post(&self, text: &[u8], is_new: bool, keyer: &WorkHandle<Sleepable>) {
        let mut state = self.state.lock();
        let is_own = is_new && state.fifo.accepted() == state.beacon_end;
        if state.gone || state.writing || !(state.fifo.is_idle() || is_own) {
            return;
        }
        let QueueState { fifo, spacing, .. } = &mut *state;
        let mut parser = Parser::new();
        let mut writing = parser.write();
        for part in [b" ", text, b" "] {
            writing.feed_to(part, spacing, fifo);
        }
        state.beacon_end = state.fifo.accepted();
        drop(state);
        keyer.queue();
    }

    /// Waits until no other write is in progress.
    fn begin_write(&self, nonblock: bool) -> Result<WriteGuard<'_>> {
        let mut state = self.state.lock();
        loop {
            if state.gone {
                return Err(ENODEV);
            }
            if !state.writing {
                state.writing = true;
                return Ok(WriteGuard(self));
            }
            if nonblock {
                state.refused = true;
                return Err(EAGAIN);
            }
            if self.changed.wait_interruptible(&mut state) {
                return Err(ERESTARTSYS);
            }
        }
    }

    /// Waits until all symbols accepted so far are sent and the lamp is dark.
    ///
    /// If a signal interrupts the wait, the next fsync(2) of the same task on the same file keeps the
    /// target, unless the file is written to before, or four other tasks are interrupted in it. So neither
    /// a restart by the kernel nor one by the program waits for text that was written later.
    pub(crate) fn fsync(&self, writer: &Writer, ctx: &Sleepable) -> Result {
        let task = kernel::current!().pid();
        let end = writer
            .take_interrupted(task)
            .unwrap_or_else(|| self.state.lock().fifo.accepted());
        let result = self.wait_sent(end, ctx);
        if result == Err(ERESTARTSYS) {
            writer.keep_interrupted(task, end);
        }
        result
    }

    /// Drops the queued symbols, aborts the current one, and waits until the lamp is dark.
    ///
    /// `EINTR` if a signal arrives first. The call is not restarted: that would abort text that was
    /// written later.
    pub(crate) fn abort(&self, ctx: &Sleepable) -> Result {
        let mut state = self.state.lock();
        let was_writable = state.fifo.room() >= POLL_ROOM;
        state.fifo.clear();
        state.spacing.interrupt();
        if core::mem::take(&mut state.is_cut) {
            // The keyer does not run, and the lamp is dark.
            state.fifo.keying = None;
        }
        self.aborted.store(state.fifo.keying.is_some(), Relaxed);
        let end = state.fifo.accepted();
        drop(state);
        self.keyer_wait.wake_up_all();
        self.changed.notify_all();
        if !was_writable {
            self.pollers.notify(Band::Out);
        }
        match self.wait_sent(end, ctx) {
            Err(error) if error == ERESTARTSYS => Err(EINTR),
            result => result,
        }
    }

    /// Waits until the symbols before position `end` are sent or aborted, and the lamp is dark.
    fn wait_sent(&self, end: u64, _ctx: &Sleepable) -> Result {
        let mut state = self.state.lock();
        loop {
            if state.gone {
                return Err(ENODEV);
            }
            if state.fifo.is_sent(end) {
                return Ok(());
            }
            if self.changed.wait_interruptible(&mut state) {
                return Err(ERESTARTSYS);
            }
        }
    }

    /// Marks the device as removed, and wakes all tasks. Queued symbols are not sent.
    pub(crate) fn disconnect(&self) {
        self.state.lock().gone = true;
        self.changed.notify_all();
        self.pollers.notify(Band::HangUp);
    }

    /// Returns the events of a file.
    pub(crate) fn poll(&self) -> PollEvents {
        let mut state = self.state.lock();
        let mut ready = PollEvents::default();
        if state.gone {
            ready |= PollEvents::HUP;
        } else if state.writing {
            state.refused = true;
        } else if state.fifo.room() >= POLL_ROOM {
            ready |= PollEvents::OUT;
        }
        ready
    }

    /// Returns the occupancy. `ENODEV` if the device was removed.
    pub(crate) fn occupancy(&self) -> Result<Occupancy> {
        let state = self.state.lock();
        if state.gone {
            return Err(ENODEV);
        }
        Ok(Occupancy {
            queued: state.fifo.len() + usize::from(state.fifo.keying.is_some()),
            room: state.fifo.room(),
        })
    }

    /// Takes the next symbol, if there is one. For the keyer.
    pub(crate) fn take(&self) -> Option<Symbol> {
        let mut state = self.state.lock();
        if state.gone {
            return None;
        }
        let was_full = state.fifo.room() == 0;
        let symbol = state.fifo.pop();
        let becomes_writable = symbol.is_some() && state.fifo.room() == POLL_ROOM;
        drop(state);
        if was_full {
            self.changed.notify_all();
        }
        if becomes_writable {
            self.pollers.notify(Band::Out);
        }
        symbol
    }

    /// Marks the symbol taken last as cut by a rest; the lamp is dark. Returns `false` if it is to be aborted instead.
    /// For the keyer.
    pub(crate) fn cut(&self) -> bool {
        let mut state = self.state.lock();
        state.is_cut = state.fifo.keying.is_some() && !self.is_aborted();
        state.is_cut
    }

    /// Takes the symbol again that was cut. Returns false if it has been aborted meanwhile. For the keyer.
    pub(crate) fn take_again(&self) -> bool {
        core::mem::take(&mut self.state.lock().is_cut)
    }

    /// Marks the symbol taken last as sent or aborted; the lamp is dark. Returns whether it was to be
    /// aborted. For the keyer.
    pub(crate) fn finish(&self) -> bool {
        let mut state = self.state.lock();
        state.fifo.keying = None;
        let aborted = self.aborted.load(Relaxed);
        self.aborted.store(false, Relaxed);
        drop(state);
        self.changed.notify_all();
        aborted
    }

    /// Returns whether the current symbol is to be aborted. For the keyer.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Relaxed)
    }
}

/// The right to write, which the next writer gets when this is dropped.
struct WriteGuard<'a>(&'a TxQueue);

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.writing = false;
        let refused = core::mem::take(&mut state.refused);
        let becomes_writable = refused && state.fifo.room() >= POLL_ROOM;
        drop(state);
        self.0.changed.notify_all();
        if becomes_writable {
            self.0.pollers.notify(Band::Out);
        }
    }
}
