// SPDX-License-Identifier: GPL-2.0

//! What writers and the keyer share: the fifo, and the waiting for it.
//!
//! Positions count symbols since the device was made: `accepted` is how many were put in, `done` how
//! many have been sent or aborted. What lies between is queued, or being sent.
//!
//! All waiting of tasks is on one condition variable. Its users are few, and every one of them has to
//! hear of the device going away.

use super::fifo::Fifo;
use crate::code;
use crate::code::{
    Fed,
    Parser,
    Spacing,
    Symbol, //
};
use crate::linux::{
    context::Sleepable,
    eilseq,
    poll::{
        PollCondVarBox,
        PollEvents, //
    },
    wait::WaitQueue,
    workqueue::WorkHandle, //
};
use crate::new_wait_queue;
use kernel::{
    fs,
    iov::IovIterSource,
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            AtomicFlag,
            Relaxed, //
        },
        poll::PollTable,
        Mutex, //
    },
};

/// How many bytes of a write are copied from user space at a time: small enough for the stack, large
/// enough to make the copying cheap.
const CHUNK_BYTES: usize = 256;

struct QueueState {
    fifo: Fifo,
    spacing: Spacing,
    /// Some task is in the middle of a write; the others wait for their turn.
    writing: bool,
    /// The keyer has taken a symbol and is not done with it.
    keying: bool,
    /// The hardware is gone, or going.
    gone: bool,
    accepted: u64,
    done: u64,
}

/// How full a queue is, in symbols. Each is at most the capacity of the fifo, and one.
pub(crate) struct Occupancy {
    /// Queued or being sent.
    pub(crate) queued: usize,
    /// What a write can add without waiting.
    pub(crate) room: usize,
}

/// See the [module documentation](self).
#[pin_data]
pub(crate) struct TxQueue {
    #[pin]
    state: Mutex<QueueState>,
    /// Rung on any change of `state` that a task may wait for.
    changed: PollCondVarBox,
    /// The symbol being keyed is to be given up. Written under the lock of `state`.
    aborted: AtomicFlag,
    /// Wakes the keyer between two edges.
    #[pin]
    pub(crate) keyer_wait: WaitQueue,
}

impl TxQueue {
    /// Makes an empty queue.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            state <- new_mutex!(QueueState {
                fifo: Fifo::new()?,
                spacing: Spacing::new(),
                writing: false,
                keying: false,
                gone: false,
                accepted: 0,
                done: 0,
            }, "TxQueue::state"),
            changed: PollCondVarBox::new(c"TxQueue::changed", kernel::static_lock_class!())?,
            aborted: AtomicFlag::new(false),
            keyer_wait <- new_wait_queue!("TxQueue::keyer_wait"),
        })
    }

    /// One write(2) of a file with parser `parser`.
    pub(crate) fn write(
        &self,
        parser: &Mutex<Parser>,
        keyer: &WorkHandle<Sleepable>,
        from: &mut IovIterSource<'_>,
        nonblock: bool,
        _ctx: &Sleepable,
    ) -> Result<usize> {
        if from.is_empty() {
            return Ok(0);
        }
        let _guard = self.begin_write(nonblock)?;
        // Only whoever has the turn locks a parser, so this does not wait.
        let mut parser = parser.lock();
        let mut writing = parser.write();
        let mut stopped = EFAULT;
        let mut chunk = [0; CHUNK_BYTES];

        while !from.is_empty() {
            let count = from.copy_from_iter(&mut chunk);
            let mut rest = chunk.get(..count).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            // Blanks never occupancy the fifo, so that nothing else would end two gigabytes of them.
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
                    let QueueState {
                        fifo,
                        spacing,
                        accepted,
                        ..
                    } = &mut *state;
                    let fed = writing.feed(rest, spacing, |symbol| {
                        let room = fifo.push(symbol);
                        *accepted += u64::from(room);
                        room
                    });
                    match fed {
                        Fed::All => rest = &[],
                        // Of this the parser tells in the end.
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
            // Not with the lock held, which is the first thing that the keyer wants: on another CPU it would
            // be there within microseconds, and wait for as long as this task is not on its own.
            keyer.queue();
            if let Some(error) = end {
                stopped = error;
                break;
            }
        }

        match writing.finish() {
            Ok(0) => Err(stopped),
            Ok(count) => Ok(count),
            Err(code::Error::Unencodable) => Err(EINVAL),
            Err(code::Error::Malformed) => Err(eilseq()),
        }
    }

    /// Queues `text` as words of their own, if nothing else is queued or being written.
    ///
    /// What cannot be sent, or does not fit, ends the text.
    pub(crate) fn post(&self, text: &[u8], keyer: &WorkHandle<Sleepable>) {
        let mut state = self.state.lock();
        if state.gone || state.writing || state.done < state.accepted {
            return;
        }
        let QueueState {
            fifo,
            spacing,
            accepted,
            ..
        } = &mut *state;
        let mut parser = Parser::new();
        let mut writing = parser.write();
        for part in [b" ", text, b" "] {
            writing.feed(part, spacing, |symbol| {
                let room = fifo.push(symbol);
                *accepted += u64::from(room);
                room
            });
        }
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
                return Err(EAGAIN);
            }
            if self.changed.wait_interruptible(&mut state) {
                return Err(ERESTARTSYS);
            }
        }
    }

    /// Waits until all that has been accepted so far is sent and the lamp is dark.
    pub(crate) fn wait_until_sent(&self, ctx: &Sleepable) -> Result {
        let end = self.state.lock().accepted;
        self.wait_done(end, ctx)
    }

    /// Gives up what is queued and what is being sent, and waits until the lamp is dark.
    pub(crate) fn abort(&self, ctx: &Sleepable) -> Result {
        let end = {
            let mut state = self.state.lock();
            state.done += state.fifo.clear() as u64;
            self.aborted.store(state.keying, Relaxed);
            state.accepted
        };
        self.keyer_wait.wake_up_all();
        self.changed.notify_all();
        self.wait_done(end, ctx)
    }

    /// Waits until the symbols before position `end` are sent or given up, and the lamp is dark.
    fn wait_done(&self, end: u64, _ctx: &Sleepable) -> Result {
        let mut state = self.state.lock();
        loop {
            if state.gone {
                return Err(ENODEV);
            }
            if state.done >= end {
                return Ok(());
            }
            if self.changed.wait_interruptible(&mut state) {
                return Err(ERESTARTSYS);
            }
        }
    }

    /// Marks the device as gone, and wakes everybody. What is queued is never sent.
    pub(crate) fn disconnect(&self) {
        self.state.lock().gone = true;
        self.changed.notify_all();
    }

    /// Returns what a file is ready for.
    pub(crate) fn poll(&self, file: &fs::File, table: &PollTable<'_>) -> PollEvents {
        table.register_wait(file, &self.changed);
        let state = self.state.lock();
        let mut ready = PollEvents::default();
        if state.gone {
            ready |= PollEvents::HUP;
        } else if !state.writing && !state.fifo.is_full() {
            ready |= PollEvents::OUT;
        }
        ready
    }

    /// Returns how many symbols are queued or being sent, and how many a write can add without
    /// waiting.
    pub(crate) fn occupancy(&self) -> Result<Occupancy> {
        let state = self.state.lock();
        if state.gone {
            return Err(ENODEV);
        }
        Ok(Occupancy {
            queued: (state.accepted - state.done) as usize,
            room: Fifo::CAPACITY - state.fifo.len(),
        })
    }

    /// The keyer's side: takes the next symbol, if there is one.
    pub(crate) fn take(&self) -> Option<Symbol> {
        let mut state = self.state.lock();
        if state.gone {
            return None;
        }
        let was_full = state.fifo.is_full();
        let symbol = state.fifo.pop();
        state.keying = symbol.is_some();
        drop(state);
        if was_full {
            self.changed.notify_all();
        }
        symbol
    }

    /// The keyer's side: the symbol taken last has been sent or given up, and the lamp is dark.
    pub(crate) fn finish(&self) {
        let mut state = self.state.lock();
        state.keying = false;
        state.done += 1;
        self.aborted.store(false, Relaxed);
        drop(state);
        self.changed.notify_all();
    }

    /// The keyer's side: whether the symbol being keyed is to be given up.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Relaxed)
    }
}

/// The right to write; the next writer gets it when this is dropped.
struct WriteGuard<'a>(&'a TxQueue);

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        self.0.state.lock().writing = false;
        self.0.changed.notify_all();
    }
}
